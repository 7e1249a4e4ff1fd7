"""What ``init --ci=github`` writes, run for real: reviewed in a pull request, applied on merge."""

from __future__ import annotations

import json
import subprocess

import pytest

from reconciler.simulator.effects import Delay, Reset
from tests.journeys.worlds import crm
from tests.pipelines.repositories import TOUCHED, git, touch
from tests.pipelines.teams import Team
from tests.pipelines.workflows import killed, wait

ONE, TWO = crm("one", title="One"), crm("two", title="Two")


def applied(team: Team, name: str, *manifests: str) -> None:
    """Go all the way with a change: propose, plan, merge, apply."""
    team.propose(name, *manifests)
    assert not team.plan(name).failed
    team.merge(name)
    job = team.apply()
    assert not job.failed, job.log


def test_a_pull_request_is_shown_what_it_would_change(team: Team) -> None:
    team.propose("add-one", ONE)
    job = team.plan("add-one")
    assert not job.failed, job.log
    (comment,) = team.host.ours
    assert "Plan: 1 to add, 0 to change, 0 to destroy" in comment.body
    assert job.outputs["Plan"]["create"] == "1"
    assert not team.world.writes


def test_a_merge_applies_what_was_reviewed_and_commits_the_state(team: Team) -> None:
    applied(team, "add-one", ONE)
    assert team.world.titles == ["One"]
    assert team.recorded == ["one"]


def test_two_merges_in_a_row_are_both_applied(team: Team) -> None:
    applied(team, "add-one", ONE)
    applied(team, "add-two", ONE, TWO)
    assert team.world.titles == ["One", "Two"]
    assert team.recorded == ["one", "two"]
    assert team.state["serial"] > 1


def test_what_a_merge_meanwhile_adds_is_not_applied_unreviewed(team: Team) -> None:
    team.propose("add-one", ONE)
    assert not team.plan("add-one").failed
    team.merge("add-one")
    team.propose("add-two", ONE, TWO)  # merged by somebody before the first is applied
    team.merge("add-two")
    job = team.apply()
    assert job.failed
    assert "Plan is not what was reviewed" in job.log
    assert not team.world.writes


def test_a_person_may_say_which_digest_was_reviewed(team: Team) -> None:
    team.propose("add-both", ONE, TWO)
    digest = team.plan("add-both").outputs["Plan"]["digest"]
    team.host.comments.clear()
    team.merge("add-both")
    assert not team.dispatch(given="dev", digest=digest).failed
    assert team.recorded == ["one", "two"]


def two_environments(team: Team) -> None:
    names = ("dev", "prod")
    team.world.configure(
        environments={name: {"sandbox": name, "state": f"state/{name}.json"} for name in names}
    )


def test_each_environment_is_shown_and_applied_and_has_its_own_state(team: Team) -> None:
    two_environments(team)
    team.propose("add-one", ONE)
    for name in ("dev", "prod"):
        assert not team.plan("add-one", environment=name).failed
    assert len(team.host.ours) == 2
    team.merge("add-one")
    for name in ("dev", "prod"):
        job = team.apply(environment=name)
        assert not job.failed, job.log
        assert '"ZohoCrmConnection.one"' in team.repository.shown(f"state/{name}.json")
    assert team.world.titles == ["One", "One"]
    assert not team.look_for_drift().failed


def test_what_a_person_approves_for_one_environment_is_applied_in_no_other(team: Team) -> None:
    two_environments(team)
    team.propose("add-one", ONE)
    digests = {
        team.plan("add-one", environment=name).outputs["Plan"]["digest"] for name in ("dev", "prod")
    }
    (same,) = digests  # which is why the environment has to be said
    team.merge("add-one")
    assert not team.dispatch(given="dev", digest=same, environment="prod").failed
    assert not team.world.writes


def test_without_a_comment_of_ours_nothing_is_applied(team: Team) -> None:
    team.propose("add-one", ONE)
    assert not team.plan("add-one").failed
    body = team.host.ours[0].body
    team.host.comments.clear()
    team.host.plant("somebody", body)
    team.merge("add-one")
    assert team.apply().failed
    assert not team.world.writes


def test_a_killed_job_commits_what_it_did_and_the_next_one_goes_on(team: Team) -> None:
    team.propose("add-both", ONE, TWO)
    assert not team.plan("add-both").failed
    team.merge("add-both")
    team.world.service.fault(Delay(seconds=30), kind="create", after=1)

    def kill(process: subprocess.Popen[str]) -> None:
        wait(process, lambda: len(team.world.writes) >= 2)
        killed(process)

    job = team.apply(during={"Apply what was reviewed": kill})
    assert job.failed
    assert team.state["intents"] or team.recorded
    team.apply()  # finds what the killed one made, and records it
    assert team.recorded == ["one", "two"]
    assert team.world.titles == ["One", "Two"]
    assert not team.look_for_drift().failed


def test_a_rejected_push_is_repeated_while_nobody_touched_the_state(team: Team) -> None:
    team.propose("add-one", ONE)
    assert not team.plan("add-one").failed
    team.merge("add-one")

    def push_something_else(process: subprocess.Popen[str]) -> None:
        process.wait()
        team.repository.branched("docs")
        (team.repository.clone / "NOTES.md").write_text("notes\n")
        team.repository.pushed("Write notes")

    job = team.apply(during={"Apply what was reviewed": push_something_else})
    assert not job.failed, job.log
    assert team.recorded == ["one"]
    assert team.repository.shown("NOTES.md") == "notes"


def test_a_rejected_push_of_a_state_that_moved_keeps_the_file_and_fails(team: Team) -> None:
    team.propose("add-one", ONE)
    assert not team.plan("add-one").failed
    team.merge("add-one")

    def push_another_state(process: subprocess.Popen[str]) -> None:
        process.wait()
        team.repository.branched("theirs")
        (team.repository.clone / "state" / "dev.json").write_text("{}\n")
        team.repository.pushed("Push another state")

    job = team.apply(during={"Apply what was reviewed": push_another_state})
    assert job.failed
    assert "somebody else applied meanwhile" in job.log
    (kept,) = job.artifacts
    assert '"ZohoCrmConnection.one"' in (kept / "dev.json").read_text()
    assert team.repository.shown("state/dev.json") == "{}"


def test_a_state_that_the_project_has_elsewhere_is_kept_and_fails_the_job(team: Team) -> None:
    project = team.repository.clone / "reconciler.yaml"
    team.repository.branched("elsewhere")
    project.write_text(project.read_text().replace("state/dev.json", "states/dev.json"))
    team.repository.pushed("Keep the state elsewhere")
    team.propose("add-both", ONE, TWO)
    assert not team.plan("add-both").failed
    team.merge("add-both")
    job = team.apply()
    assert team.world.titles == ["One", "Two"]
    assert job.failed
    assert "The state is in states/dev.json, and only state/dev.json is committed" in job.log
    (kept,) = job.artifacts
    assert '"ZohoCrmConnection.two"' in (kept / "dev.json.kept").read_text()


def test_a_state_that_was_kept_is_merged_by_the_command_for_it(team: Team) -> None:
    applied(team, "add-one", ONE)
    team.propose("add-two", ONE, TWO)
    assert not team.plan("add-two").failed
    team.merge("add-two")

    def save_the_same_state_again(process: subprocess.Popen[str]) -> None:
        process.wait()
        team.repository.branched("theirs")
        path = team.repository.clone / "state" / "dev.json"
        document = json.loads(path.read_text())
        path.write_text(json.dumps({**document, "serial": document["serial"] + 1}))
        team.repository.pushed("Apply something else")

    (kept,) = team.apply(during={"Apply what was reviewed": save_the_same_state_again}).artifacts
    recovered = team.world.run("state", "recover", str(kept / "dev.json"))
    assert recovered.code == 0, recovered
    assert sorted(team.world.ids) == ["one", "two"]


def test_a_cancelled_job_keeps_a_state_that_it_cannot_push(team: Team) -> None:
    team.propose("add-one", ONE)
    assert not team.plan("add-one").failed
    team.merge("add-one")

    def cancel_after_another_state(process: subprocess.Popen[str]) -> bool:
        process.wait()
        team.repository.branched("theirs")
        (team.repository.clone / "state" / "dev.json").write_text("{}\n")
        team.repository.pushed("Push another state")
        return True

    job = team.apply(during={"Apply what was reviewed": cancel_after_another_state})
    assert job.cancelled
    (kept,) = job.artifacts
    assert '"ZohoCrmConnection.one"' in (kept / "dev.json").read_text()


def test_a_cancelled_plan_says_nothing(team: Team) -> None:
    team.propose("add-one", ONE)

    def cancel(process: subprocess.Popen[str]) -> bool:
        process.wait()
        return True

    assert team.plan("add-one", during={"Plan": cancel}).cancelled
    assert not team.host.ours


def test_a_plan_that_is_refused_is_shown_all_the_same(team: Team) -> None:
    team.world.plant("One")
    team.propose("add-one", ONE)
    assert team.plan("add-one").failed
    (comment,) = team.host.ours
    assert "import:" in comment.body


def test_a_plan_that_a_pull_request_brings_along_is_not_shown_as_ours(team: Team) -> None:
    team.propose("cheat", ONE)
    bring_a_plan(team)
    team.repository.pushed("Cheat", branch="cheat")
    assert team.plan("cheat").failed
    assert not team.host.ours


@pytest.mark.parametrize("environment", ["dev", "all"])
def test_the_action_names_no_plan_that_a_pull_request_brings_along(
    team: Team, environment: str
) -> None:
    team.propose("cheat", ONE)
    bring_a_plan(team)
    team.repository.pushed("Cheat", branch="cheat")
    job = team.act("cheat", environment=environment)
    assert job.failed
    assert job.outputs["action"]["plan-file"] == ""


def bring_a_plan(team: Team) -> None:
    """Leave a saved plan where that of the job would be, and see to it that the job makes none."""
    assert team.world.run("plan", "-out=reconciler.plan.json").code == 0
    git(team.repository.clone, "add", "--force", "reconciler.plan.json")
    team.world.declare(ONE.replace("ZohoCrmConnection", "ZohoCrmConection"))


@pytest.mark.parametrize("name", TOUCHED)
def test_a_pull_request_that_touches_a_state_fails(team: Team, name: str) -> None:
    applied(team, "add-one", ONE)
    team.repository.branched("cheat")
    touch(team.repository, name)
    team.repository.pushed("Cheat", branch="cheat")
    job = team.check("cheat")
    assert job.failed
    assert "::error title=State in a pull request::" in job.log


def test_a_fork_is_checked_without_secrets(team: Team) -> None:
    team.propose("from-a-fork", ONE)
    job = team.check("from-a-fork")
    assert not job.failed, job.log
    assert "1 to add" in job.summary
    assert team.plan("from-a-fork", fork="somebody/crm").skipped
    assert not team.host.log


def test_a_fork_with_a_mistake_is_told_where(team: Team) -> None:
    team.propose("from-a-fork", ONE.replace("ZohoCrmConnection", "ZohoCrmConection"))
    job = team.check("from-a-fork")
    assert job.failed
    assert "::error file=connections/1.yaml,line=" in job.log


def test_drift_fails_the_job_that_looks_for_it(team: Team) -> None:
    applied(team, "add-one", ONE)
    assert not team.look_for_drift().failed
    team.world.service.edit(team.world.connections()[0]["id"], description="by hand")
    job = team.look_for_drift()
    assert job.failed
    assert job.outputs["Look for drift"]["exit-code"] == "2"


def test_an_apply_that_fails_half_way_still_commits_its_state(team: Team) -> None:
    team.propose("add-both", ONE, TWO)
    assert not team.plan("add-both").failed
    team.merge("add-both")
    team.world.service.fault(Reset(), kind="create", after=1)
    team.apply()
    assert team.recorded
    assert git(team.repository.bare, "log", "-1", "--format=%s", "main").startswith("Record")


def test_the_action_tells_the_steps_after_it_what_would_change(team: Team) -> None:
    team.propose("add-one", ONE)
    job = team.act("add-one", environment="dev")
    assert not job.failed, job.log
    told = job.outputs["action"]
    assert told.pop("digest")
    assert told == {
        "has-changes": "true",
        "create": "1",
        "update": "0",
        "delete": "0",
        "import": "0",
        "exit-code": "2",
        "plan-file": "./reconciler.plan.json",
    }


def test_the_action_plans_all_environments_or_the_only_one(team: Team) -> None:
    team.propose("add-one", ONE)
    assert team.act("add-one").outputs["action"]["plan-file"]
    told = team.act("add-one", environment="all", refresh="false").outputs["action"]
    assert (told["create"], told["plan-file"]) == ("1", "")


def test_the_action_fails_with_a_mistake(team: Team) -> None:
    team.propose("mistaken", ONE.replace("ZohoCrmConnection", "ZohoCrmConection"))
    job = team.act("mistaken")
    assert job.failed
    assert job.outputs["action"]["plan-file"] == ""
