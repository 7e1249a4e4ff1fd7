"""A repository on a host: bare, with a branch that is protected by nothing but git itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAIN = "main"


def git(folder: Path, *words: str) -> str:
    """Run git there and return what it printed."""
    ended = subprocess.run(
        ["/usr/bin/env", "git", *words],
        cwd=folder, check=True, capture_output=True, text=True,
        env={
            "PATH": os.environ["PATH"], "HOME": str(folder),
            "GIT_AUTHOR_NAME": "Somebody", "GIT_AUTHOR_EMAIL": "somebody@localhost",
            "GIT_COMMITTER_NAME": "Somebody", "GIT_COMMITTER_EMAIL": "somebody@localhost",
        },
    )  # fmt: skip
    return ended.stdout.strip()


@dataclass(frozen=True)
class Repository:
    """The host's copy, and a person's clone of it."""

    bare: Path
    clone: Path

    @classmethod
    def begun(cls, root: Path, clone: Path) -> Repository:
        """Make a repository of what is in ``clone``."""
        bare = root / "origin.git"
        git(root, "init", "--quiet", "--bare", f"--initial-branch={MAIN}", str(bare))
        git(clone, "init", "--quiet", f"--initial-branch={MAIN}")
        git(clone, "remote", "add", "origin", str(bare))
        made = cls(bare=bare, clone=clone)
        made.pushed("Begin")
        return made

    def pushed(self, message: str, branch: str = MAIN) -> None:
        """Commit everything there is and push it to a branch."""
        git(self.clone, "add", "--all")
        git(self.clone, "commit", "--quiet", "--message", message)
        git(self.clone, "push", "--quiet", "origin", f"HEAD:{branch}")

    def branched(self, name: str) -> None:
        """Begin a branch at the head of the main one."""
        git(self.clone, "fetch", "--quiet", "origin")
        git(self.clone, "checkout", "--quiet", "-B", name, f"origin/{MAIN}")

    def merged(self, name: str) -> None:
        """Merge a branch into the main one, on the host."""
        self.branched("merging")
        git(
            self.clone,
            "merge",
            "--quiet",
            "--no-ff",
            "--message",
            f"Merge {name}",
            f"origin/{name}",
        )
        git(self.clone, "push", "--quiet", "origin", f"HEAD:{MAIN}")

    def shown(self, path: str, branch: str = MAIN) -> str:
        """Return a file as it is on the host."""
        return git(self.bare, "show", f"{branch}:{path}")

    def check_out(self, folder: Path, given: Mapping[str, Any], *, request: str | None) -> None:
        """Do what ``actions/checkout`` does: the branch asked for, or a merge of the request."""
        depth = given.get("fetch-depth", "1")
        url = f"file://{self.bare}"
        git(self.bare, "clone", "--quiet", f"--depth={depth}", f"--branch={MAIN}", url, str(folder))
        if "ref" not in given and request is not None:
            git(folder, "fetch", "--quiet", f"--depth={depth}", "origin", f"{request}:request")
            git(folder, "fetch", "--quiet", "--unshallow", "origin")
            git(folder, "merge", "--quiet", "--no-ff", "--message", "merge", "request")


TOUCHED = ("state/dev.json", "state/dev.json.backup", "state/.dev.json.lock.info", "state")
"""What no pull request may touch: a state, what lies beside one, and the folder itself."""


def touch(repository: Repository, name: str) -> None:
    """Change what has that name; a folder becomes a link to another one."""
    place = repository.clone / name
    if place.is_dir():
        place.rename(place.with_name("elsewhere"))
        place.symlink_to("elsewhere")
    else:
        place.write_text("{}\n")
    git(repository.clone, "add", "--force", name)
