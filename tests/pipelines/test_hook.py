"""The hook for pre-commit, run by pre-commit over a project; its environment is this one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from reconciler.app import starter
from tests.pipelines.repositories import git
from tests.pipelines.workflows import BIN

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose hook is ours, all but that nothing is installed for it."""
    folder = tmp_path / "crm"
    starter.start(folder)
    hooks = [{**hook, "language": "system"} for hook in yaml.safe_load(HOOKS.read_text())]
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Begin")
    return folder


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run what a commit of everything that is staged runs."""
    git(folder, "add", "--all")
    return subprocess.run(
        [BIN / "pre-commit", "run"], cwd=folder, capture_output=True, text=True,
        timeout=60, check=False,
        env={
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(folder.parent),
            "PRE_COMMIT_HOME": str(folder.parent / "kept"),
        },
    )  # fmt: skip


def test_pre_commit_takes_the_hook() -> None:
    subprocess.run([BIN / "pre-commit", "validate-manifest", HOOKS], check=True, timeout=60)


def test_a_good_manifest_is_committed(project: Path) -> None:
    manifest = project / "connections" / "zoho-crm.yaml"
    manifest.write_text(manifest.read_text() + "\n# looked at\n")
    ended = checked(project)
    assert ended.returncode == 0, ended.stdout
    assert "Passed" in ended.stdout


@pytest.mark.parametrize("name", ["connections/zoho-crm.yaml", "reconciler.yaml"])
def test_a_mistake_is_not(project: Path, name: str) -> None:
    (project / name).write_text("kind: Nonsense\n")
    ended = checked(project)
    assert ended.returncode == 1
    assert "Error: " in ended.stdout
    assert f"{name}:1" in ended.stdout


def test_what_is_no_concern_of_ours_starts_nothing(project: Path) -> None:
    (project / "NOTES.md").write_text("notes\n")
    ended = checked(project)
    assert "Skipped" in ended.stdout
