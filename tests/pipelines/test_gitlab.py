"""What ``init --ci=gitlab`` writes, and the component made of it, run for real."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.simulator.effects import Delay
from tests.journeys.worlds import SECRETS, crm
from tests.pipelines import projects
from tests.pipelines.projects import Project
from tests.pipelines.repositories import TOUCHED, git, touch
from tests.pipelines.workflows import halted, killed, wait

ONE, TWO = crm("one", title="One"), crm("two", title="Two")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with projects.opened(tmp_path, projects.pipeline()) as project:
        yield project


@pytest.fixture
def including(tmp_path: Path) -> Iterator[Project]:
    """A project that includes the component, and has no script of ours."""
    with projects.opened(tmp_path, projects.component()) as project:
        git(project.repository.clone, "rm", "--quiet", "-r", "ci")
        project.repository.pushed("Include the component")
        yield project


def reviewed(project: Project, name: str, *manifests: str) -> None:
    """Propose a change, show it, and merge it."""
    project.propose(name, *manifests)
    planned = project.plan(name)
    assert planned.code == 0, planned.log
    project.repository.merged(name)


def push_another_state(project: Project) -> None:
    project.repository.branched("theirs")
    (project.repository.clone / "state" / "dev.json").write_text("{}\n")
    project.repository.pushed("Push another state")


def test_a_merge_request_is_shown_what_it_would_change(project: Project) -> None:
    project.propose("add-one", ONE)
    played = project.plan("add-one")
    assert played.code == 0, played.log
    assert json.loads((played.folder / "reconciler.tfplan.json").read_text()) == {
        "create": 1, "update": 0, "delete": 0,
    }  # fmt: skip
    assert "<title>Plan for dev</title>" in (played.folder / "reconciler.html").read_text()
    assert len(project.host.ours) == 1


def test_a_plan_that_is_refused_is_shown_all_the_same(project: Project) -> None:
    project.world.plant("One")
    project.propose("add-one", ONE)
    assert project.plan("add-one").code == 1
    (note,) = project.host.ours
    assert "import:" in note.body


def test_a_merge_applies_what_was_reviewed_and_commits_the_state(project: Project) -> None:
    reviewed(project, "add-one", ONE)
    played = project.apply()
    assert played.code == 0, played.log
    assert project.recorded == ["one"]
    assert "The file of this run is kept" not in played.log


def test_two_merges_in_a_row_are_both_applied(project: Project) -> None:
    reviewed(project, "add-one", ONE)
    assert project.apply().code == 0
    reviewed(project, "add-two", ONE, TWO)
    assert project.apply().code == 0
    assert project.recorded == ["one", "two"]


def test_what_was_not_reviewed_is_not_applied(project: Project) -> None:
    project.propose("add-one", ONE)
    assert project.plan("add-one").code == 0
    project.propose("add-two", ONE, TWO)
    project.repository.merged("add-two")
    assert project.apply().code == 1
    assert not project.world.writes


def test_a_killed_job_commits_what_it_did_and_the_next_one_goes_on(project: Project) -> None:
    reviewed(project, "add-both", ONE, TWO)
    project.world.service.fault(Delay(seconds=30), kind="create", after=1)

    def kill(process: subprocess.Popen[str]) -> None:
        wait(process, lambda: len(project.world.writes) >= 2)
        killed(process)

    assert project.apply(during=kill).code != 0
    assert project.repository.shown("state/dev.json")
    project.apply()
    assert project.recorded == ["one", "two"]
    assert project.world.titles == ["One", "Two"]


def test_a_state_that_moved_meanwhile_is_kept_and_the_job_fails(project: Project) -> None:
    reviewed(project, "add-one", ONE)

    def meddle(process: subprocess.Popen[str]) -> None:
        wait(process, lambda: bool(project.world.writes))
        with halted(process):
            push_another_state(project)

    project.world.service.fault(Delay(seconds=2), kind="create")
    played = project.apply(during=meddle)
    assert played.code == 1
    assert "somebody else applied meanwhile" in played.log
    (kept,) = project.pipeline["reconciler-apply"]["artifacts"]["paths"]
    assert "ZohoCrmConnection.one" in (played.folder / kept / "dev.json").read_text()
    assert project.repository.shown("state/dev.json") == "{}"


def test_a_plan_that_a_merge_request_brings_along_is_not_shown_as_ours(project: Project) -> None:
    project.propose("cheat", ONE)
    assert project.world.run("plan", "-out=reconciler.plan.json").code == 0
    git(project.repository.clone, "add", "--force", "reconciler.plan.json")
    project.world.declare(ONE.replace("ZohoCrmConnection", "ZohoCrmConection"))
    project.repository.pushed("Cheat", branch="cheat")
    assert project.plan("cheat").code == 1
    assert not project.host.ours


@pytest.mark.parametrize("name", TOUCHED)
def test_a_merge_request_that_touches_a_state_fails(project: Project, name: str) -> None:
    project.repository.branched("cheat")
    touch(project.repository, name)
    project.repository.pushed("Cheat", branch="cheat")
    played = project.check("cheat")
    assert played.code == 1
    assert "Only the pipeline writes in state/" in played.log


def test_a_state_that_others_moved_since_is_no_change_of_the_request(project: Project) -> None:
    project.propose("add-one", ONE)
    push_another_state(project)
    played = project.check("add-one")
    assert played.code == 0, played.log


def test_a_fork_is_checked_without_secrets(project: Project) -> None:
    project.propose("from-a-fork", ONE)
    nothing = dict.fromkeys(SECRETS, "") | {"AEP_CLIENT_ID": "", "GITLAB_TOKEN": ""}
    played = project.check("from-a-fork", env=nothing)
    assert played.code == 0, played.log
    assert "<testsuites>" in (played.folder / "reconciler.xml").read_text()
    assert project.plan("from-a-fork", fork=True).code is None


def test_drift_fails_the_scheduled_job(project: Project) -> None:
    project.propose("add-one", ONE)
    project.repository.merged("add-one")
    assert project.look_for_drift().code == 2


def test_the_component_does_the_same_with_the_script_of_the_package(including: Project) -> None:
    reviewed(including, "add-one", ONE)
    played = including.apply()
    assert played.code == 0, played.log
    assert including.recorded == ["one"]
    assert including.look_for_drift().code == 0
