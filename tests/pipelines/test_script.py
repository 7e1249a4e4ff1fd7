"""The script that commits a state: twice is as good as once, and nothing else is touched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reconciler.app import starter
from tests.pipelines.repositories import MAIN, Repository, git

SCRIPT = Path(starter.__file__).parent / "pipelines" / "common" / "ci" / "commit-state.sh"
STATE = "state/dev.json"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    clone = tmp_path / "clone"
    starter.start(clone)
    return Repository.begun(tmp_path, clone)


@pytest.fixture
def job(tmp_path: Path, repository: Repository) -> Path:
    """A clone as a job has it, of the last commit alone, in which an apply has saved a state."""
    folder = tmp_path / "job"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository.bare}", str(folder))
    (folder / STATE).write_text('{"serial": 1}\n')
    return folder


def committed(folder: Path, *, at: int = 1_800_000_000) -> subprocess.CompletedProcess[str]:
    """Run the script there, as nobody whom git knows."""
    return subprocess.run(
        ["/usr/bin/env", "bash", SCRIPT, STATE, MAIN], cwd=folder,
        capture_output=True, text=True, timeout=60, check=False,
        env={
            "PATH": os.environ["PATH"], "HOME": str(folder / "nowhere"),
            "GIT_AUTHOR_DATE": f"{at} +0000", "GIT_COMMITTER_DATE": f"{at} +0000",
        },
    )  # fmt: skip


def test_the_state_and_nothing_else_is_committed(job: Path, repository: Repository) -> None:
    (job / "reconciler.yaml").write_text("changed by a step before\n")
    (job / "left.behind").touch()
    assert committed(job).returncode == 0
    assert repository.shown(STATE) == '{"serial": 1}'
    assert git(repository.bare, "show", "--format=", "--name-only", MAIN) == STATE


def test_the_work_tree_and_its_head_are_as_they_were(job: Path) -> None:
    before = git(job, "rev-parse", "HEAD"), git(job, "status", "--porcelain")
    committed(job)
    assert (git(job, "rev-parse", "HEAD"), git(job, "status", "--porcelain")) == before


def test_once_more_is_no_trouble(job: Path, repository: Repository) -> None:
    committed(job)
    after_once = git(repository.bare, "rev-parse", MAIN)
    ended = committed(job, at=1_800_000_001)
    assert (ended.returncode, ended.stdout) == (0, f"{STATE} is recorded in {MAIN}.\n")
    assert git(repository.bare, "rev-parse", MAIN) == after_once


def test_what_could_not_be_pushed_is_pushed_by_the_next_try(
    job: Path, repository: Repository
) -> None:
    away = repository.bare.rename(repository.bare.with_name("away.git"))
    assert committed(job).returncode != 0
    away.rename(repository.bare)
    assert committed(job).returncode == 0
    assert repository.shown(STATE) == '{"serial": 1}'


def test_a_state_that_git_is_to_ignore_is_committed(job: Path, repository: Repository) -> None:
    (job / ".gitignore").write_text("*.json\n")
    assert committed(job).returncode == 0
    assert repository.shown(STATE) == '{"serial": 1}'


def test_where_there_is_no_state_yet_there_is_nothing_to_do(
    job: Path, repository: Repository
) -> None:
    (job / STATE).unlink()
    before = git(repository.bare, "rev-parse", MAIN)
    assert committed(job).returncode == 0
    assert git(repository.bare, "rev-parse", MAIN) == before


def test_other_states_may_move_meanwhile(job: Path, repository: Repository) -> None:
    (repository.clone / "state" / "prod.json").write_text("{}\n")
    repository.pushed("Record prod")
    assert committed(job).returncode == 0
    assert repository.shown(STATE) == '{"serial": 1}'
    assert repository.shown("state/prod.json") == "{}"


def test_the_same_state_moved_meanwhile_is_never_overwritten(
    job: Path, repository: Repository
) -> None:
    (repository.clone / STATE).write_text('{"serial": 8}\n')
    repository.pushed("Record dev")
    ended = committed(job)
    assert ended.returncode == 1
    assert "somebody else applied meanwhile" in ended.stderr
    assert repository.shown(STATE) == '{"serial": 8}'
    assert (job / STATE).read_text() == '{"serial": 1}\n'


def test_a_branch_that_takes_nothing_is_not_tried_for_ever(
    job: Path, repository: Repository
) -> None:
    hook = repository.bare / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    ended = committed(job)
    assert ended.returncode == 1
    assert f"could not be pushed to {MAIN}" in ended.stderr
