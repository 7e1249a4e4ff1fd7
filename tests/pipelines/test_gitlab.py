"""What ``init --ci=gitlab`` writes, run for real, and the workflow of Atlantis."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.forges import hosts
from tests.forges.hosts import COMMIT, GitLab
from tests.journeys.worlds import SECRETS, Hours, World, crm, opened
from tests.pipelines.repositories import MAIN, Repository, git
from tests.pipelines.workflows import BIN, PATIENCE

ROOT = Path(__file__).parents[2]
PIPELINE = yaml.safe_load((ROOT / "reconciler/app/pipelines/gitlab/dot-gitlab-ci.yml").read_text())
ATLANTIS = yaml.safe_load((ROOT / "examples/atlantis/repos.yaml").read_text())
ONE = crm("one", title="One")


@dataclass
class Project:
    """A project on GitLab and the jobs that run for it."""

    world: World
    host: GitLab
    repository: Repository
    jobs: Path

    def propose(self, name: str, *manifests: str) -> None:
        self.repository.branched(name)
        self.world.declare(*manifests)
        self.repository.pushed(f"Propose {name}", branch=name)

    def play(self, job: str, *, branch: str = MAIN, env: Mapping[str, str] | None = None) -> Any:
        """Play the script of a job, and what comes after it; return its folder and exit code."""
        folder = self.jobs / f"{job}-{len(list(self.jobs.iterdir()))}"
        git(
            self.jobs,
            "clone",
            "--quiet",
            f"--branch={branch}",
            str(self.repository.bare),
            folder.name,
        )
        environ = {
            "CI_DEFAULT_BRANCH": MAIN,
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": MAIN,
            "RECONCILER_ENVIRONMENT": "dev",
            **(env or {}),
        }
        code = self.run(folder, "\n".join(PIPELINE[job]["script"]), environ)
        if after := PIPELINE[job].get("after_script"):
            self.run(folder, "\n".join(after), environ)
        return folder, code

    def run(self, folder: Path, script: str, environ: Mapping[str, str]) -> int:
        """Run a script as the runner's shell does."""
        ended = subprocess.run(
            ["/usr/bin/env", "bash", "-e", "-o", "pipefail", "-c", script],
            cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=PATIENCE, check=False,
            env={
                "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(self.jobs),
                **self.world.environ, **self.host.environ(), **environ,
            },
        )  # fmt: skip
        (folder / ".git" / "log").write_text(ended.stdout + ended.stderr)
        return ended.returncode

    @property
    def recorded(self) -> list[str]:
        return sorted(json.loads(self.repository.shown("state/dev.json"))["resources"])


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    folder, jobs = tmp_path / "clone", tmp_path / "jobs"
    folder.mkdir()
    jobs.mkdir()
    host = GitLab()
    with opened(folder, Hours()) as world, hosts.serve(host):
        world.secrets.append(hosts.TOKEN)
        assert world.run("init", "--ci=gitlab").code == 0
        (folder / "connections").mkdir()
        (folder / "connections" / ".keep").touch()
        yield Project(world, host, Repository.begun(tmp_path, folder), jobs)


def said(folder: Path) -> str:
    return (folder / ".git" / "log").read_text()


def test_a_merge_request_is_shown_what_it_would_change(project: Project) -> None:
    project.propose("add-one", ONE)
    folder, code = project.play("plan", branch="add-one")
    assert code == 0, said(folder)
    assert json.loads((folder / "reconciler.tfplan.json").read_text()) == {
        "create": 1, "update": 0, "delete": 0,
    }  # fmt: skip
    assert "<title>Plan for dev</title>" in (folder / "reconciler.html").read_text()
    assert len(project.host.ours) == 1


def test_a_merge_applies_what_was_reviewed_and_commits_the_state(project: Project) -> None:
    project.propose("add-one", ONE)
    assert project.play("plan", branch="add-one")[1] == 0
    project.repository.merged("add-one")
    merged = {"CI_COMMIT_SHA": COMMIT, "CI_MERGE_REQUEST_IID": ""}
    folder, code = project.play("apply", env=merged)
    assert code == 0, said(folder)
    assert project.recorded == ["ZohoCrmConnection.one"]


def test_what_was_not_reviewed_is_not_applied(project: Project) -> None:
    project.propose("add-one", ONE)
    assert project.play("plan", branch="add-one")[1] == 0
    project.propose("add-two", ONE, crm("two", title="Two"))
    project.repository.merged("add-two")
    assert project.play("apply")[1] == 1
    assert not project.world.writes


def test_a_merge_request_that_touches_a_state_fails(project: Project) -> None:
    project.repository.branched("cheat")
    (project.repository.clone / "state" / "dev.json").write_text("{}\n")
    project.repository.pushed("Cheat", branch="cheat")
    folder, code = project.play("check", branch="cheat")
    assert code == 1
    assert "Only the pipeline writes files in state/" in said(folder)


def test_a_fork_is_checked_without_secrets(project: Project) -> None:
    project.propose("from-a-fork", ONE)
    nothing = dict.fromkeys(SECRETS, "") | {"AEP_CLIENT_ID": "", "GITLAB_TOKEN": ""}
    folder, code = project.play("check", branch="from-a-fork", env=nothing)
    assert code == 0, said(folder)
    assert "<testsuites>" in (folder / "reconciler.xml").read_text()


def test_drift_fails_the_scheduled_job(project: Project) -> None:
    project.propose("add-one", ONE)
    project.repository.merged("add-one")
    assert project.play("drift")[1] == 2


def test_atlantis_plans_to_its_file_and_applies_it(project: Project) -> None:
    project.propose("add-one", ONE)
    folder = project.jobs / "atlantis"
    git(
        project.jobs,
        "clone",
        "--quiet",
        "--branch=add-one",
        str(project.repository.bare),
        "atlantis",
    )
    environ = {
        "WORKSPACE": "dev",
        "PLANFILE": str(project.jobs / "crm-dev.tfplan"),
        "HEAD_BRANCH_NAME": "add-one",
    }
    for stage in ("plan", "apply"):
        for step in ATLANTIS["workflows"]["reconciler"][stage]["steps"]:
            assert project.run(folder, step["run"], environ) == 0, said(folder)
    assert project.world.titles == ["One"]
    assert '"ZohoCrmConnection.one"' in project.repository.shown("state/dev.json", "add-one")
