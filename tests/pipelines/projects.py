"""A project on GitLab, and the jobs that run for it: each script for real, as a runner does."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from docs import generate
from tests.forges import hosts
from tests.forges.hosts import COMMIT, NUMBER, TOKEN, GitLab
from tests.journeys import worlds
from tests.journeys.worlds import Hours, World
from tests.pipelines import git_server
from tests.pipelines.repositories import MAIN, Repository, git
from tests.pipelines.workflows import BIN, PATIENCE, Meddling

PUSH_TOKEN = "canary9b1f-push-token"
REQUEST, PUSH, SCHEDULE = "merge_request_event", "push", "schedule"
_INSTALLS = ("apt-get ", "pip ")
_INPUT = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")


def pipeline() -> Mapping[str, Any]:
    """Return what ``init --ci gitlab`` writes."""
    read: Mapping[str, Any] = yaml.safe_load(generate.PIPELINE.read_text())
    return read


def component() -> Mapping[str, Any]:
    """Return GitLab's component, its inputs filled in."""
    head, _, text = generate.COMPONENT.read_text().partition("\n---\n")
    inputs = yaml.safe_load(head)["spec"]["inputs"]
    read: Mapping[str, Any] = yaml.safe_load(
        _INPUT.sub(lambda found: json.dumps(inputs[found[1]]["default"]), text)
    )
    return read


@dataclass(frozen=True)
class Played:
    """What became of a job."""

    code: int | None
    """``None`` where no rule lets it run."""
    folder: Path
    log: str = ""


@dataclass
class Project:
    """A project on GitLab and the jobs that run for it."""

    world: World
    host: GitLab
    repository: Repository
    origin: str
    jobs: Path
    pipeline: Mapping[str, Any]

    def propose(self, name: str, *manifests: str) -> None:
        self.repository.branched(name)
        self.world.declare(*manifests)
        self.repository.pushed(f"Propose {name}", branch=name)

    def check(self, branch: str, *, env: Mapping[str, str] | None = None) -> Played:
        return self._play("reconciler-check", branch, {**self._requested, **(env or {})})

    def plan(self, branch: str, *, fork: bool = False) -> Played:
        source = {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "43"} if fork else {}
        return self._play("reconciler-plan", branch, {**self._requested, **source})

    def apply(self, *, during: Meddling | None = None) -> Played:
        """Run what a merge runs."""
        merged = {
            "CI_PIPELINE_SOURCE": PUSH, "CI_COMMIT_BRANCH": MAIN, "CI_COMMIT_SHA": COMMIT,
            "CI_MERGE_REQUEST_IID": "", "GITLAB_PUSH_TOKEN": PUSH_TOKEN,
        }  # fmt: skip
        return self._play("reconciler-apply", MAIN, merged, during)

    def look_for_drift(self) -> Played:
        return self._play("reconciler-drift", MAIN, {"CI_PIPELINE_SOURCE": SCHEDULE})

    @property
    def recorded(self) -> list[str]:
        document = json.loads(self.repository.shown("state/dev.json"))
        return sorted(at.partition(".")[2] for at in document["resources"])

    @property
    def _requested(self) -> Mapping[str, str]:
        return {
            "CI_PIPELINE_SOURCE": REQUEST, "CI_MERGE_REQUEST_IID": str(NUMBER),
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": MAIN, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "42",
        }  # fmt: skip

    def _play(
        self, name: str, branch: str, env: Mapping[str, str], during: Meddling | None = None
    ) -> Played:
        """Play the script of a job, and what comes after it however it ended."""
        job = self.pipeline[name]
        folder = self.jobs / f"{name}-{len(list(self.jobs.iterdir()))}"
        environ = {
            **self.world.environ, **self.host.environ(), "CI_DEFAULT_BRANCH": MAIN,
            "CI_PROJECT_URL": f"http://{self.origin}/origin", "RECONCILER_ENVIRONMENT": "dev",
            **env,
        }  # fmt: skip
        if not any(_holds(rule["if"], environ) for rule in job["rules"]):
            return Played(None, folder)
        depth = job.get("variables", {}).get("GIT_DEPTH", "1")
        url = f"http://{git_server.JOB}@{self.origin}/origin.git"
        shallow = [] if depth == "0" else [f"--depth={depth}"]
        git(self.jobs, "clone", "--quiet", *shallow, f"--branch={branch}", url, folder.name)
        _open_to_all(folder)
        script = [*self._before(job), *job["script"]]
        code, log = self.run(folder, "\n".join(script), environ, during)
        _, after = self.run(folder, "\n".join(job.get("after_script", [])), environ)
        return Played(code, folder, log + after)

    def _before(self, job: Mapping[str, Any]) -> list[str]:
        """Return what a job runs before its script, but what installs: that is here already."""
        lines = self.pipeline[job["extends"]]["before_script"]
        return [line for line in lines if not line.startswith(_INSTALLS)]

    def run(
        self,
        folder: Path,
        script: str,
        environ: Mapping[str, str],
        during: Meddling | None = None,
        *,
        interpreter: tuple[str, ...] = ("bash", "-e", "-o", "pipefail"),
    ) -> tuple[int, str]:
        """Run a script as a runner's shell does; return its exit code and what it said."""
        with subprocess.Popen(
            ["/usr/bin/env", *interpreter, "-c", script],
            cwd=folder, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={
                "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(self.jobs.parent),
                "TMPDIR": str(self.jobs.parent), **environ,
            },
        ) as process:  # fmt: skip
            if during is not None:
                during(process)
            said, _ = process.communicate(timeout=PATIENCE)
        (folder / ".git" / "log").write_text(said)
        return process.returncode, said


@contextmanager
def opened(root: Path, pipeline: Mapping[str, Any], *, ci: str = "gitlab") -> Iterator[Project]:
    """Provide a project that begins with what ``init --ci`` writes."""
    folder, jobs = root / "clone", root / "jobs"
    folder.mkdir()
    jobs.mkdir()
    host = GitLab()
    with (
        worlds.opened(folder, Hours()) as world,
        hosts.serve(host),
        git_server.serve(root, pushing=f"oauth2:{PUSH_TOKEN}") as origin,
    ):
        world.secrets += [TOKEN, PUSH_TOKEN]
        assert world.run("init", f"--ci={ci}").code == 0
        (folder / "connections").mkdir()
        (folder / "connections" / ".keep").touch()
        yield Project(world, host, Repository.begun(root, folder), origin, jobs, pipeline)


def _open_to_all(folder: Path) -> None:
    """Let everybody write everything, as the Docker executor does, which clones with umask 0."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | 0o222)


def _holds(condition: str, environ: Mapping[str, str]) -> bool:
    """Tell whether the condition of a rule holds, of the kind that the pipeline uses."""
    terms = (term.split(" == ") for term in condition.split(" && "))
    return all(_value(left, environ) == _value(right, environ) for left, right in terms)


def _value(term: str, environ: Mapping[str, str]) -> str:
    return environ[term[1:]] if term.startswith("$") else term.strip('"')
