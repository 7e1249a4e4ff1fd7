"""A plan in every format: when it is made, and when a saved one is shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.journeys.worlds import SECRETS, World, crm

FORMATS = ("text", "json", "markdown", "gitlab", "github", "html")
Environ = Mapping[str, str | None]
PLAN = "crm.plan.json"


@pytest.fixture
def runner(world: World, tmp_path: Path) -> Environ:
    """Provide a runner's files, and a repository whose root the project is below of."""
    files = tmp_path / "runner"
    files.mkdir()
    return {
        "GITHUB_WORKSPACE": str(world.folder.parent),
        "GITHUB_STEP_SUMMARY": str(files / "summary.md"),
        "GITHUB_OUTPUT": str(files / "output"),
    }


def changed(world: World) -> None:
    """Have one connection to create and one to update."""
    world.applied(crm("sales", title="Sales"))
    world.declare(crm("sales", title="Sales", description="new"), crm("support", title="Support"))


@pytest.mark.parametrize("form", FORMATS)
def test_a_saved_plan_is_shown_as_it_was_when_it_was_made(world: World, form: str) -> None:
    changed(world)
    made = world.run("plan", f"-out={PLAN}", f"-format={form}")
    shown = world.run("show", PLAN, f"-format={form}")
    assert (made.code, shown.code) == (0, 0)
    said = made.out.partition("\nSaved the plan")[0].rstrip()
    assert shown.out.rstrip() == said.replace("journey / dev", "dev")  # its sandbox


@pytest.mark.parametrize("form", ["markdown", "github", "gitlab", "html"])
def test_a_state_is_no_plan_and_has_none_of_its_formats(world: World, form: str) -> None:
    world.applied(crm())
    ended = world.run("show", f"-format={form}")
    assert (ended.code, ended.out) == (1, "")
    assert "name a PLANFILE" in ended.told


def test_a_merge_request_is_told_the_counts(world: World) -> None:
    changed(world)
    ended = world.run("plan", "-format=gitlab")
    assert json.loads(ended.out) == {"create": 1, "update": 1, "delete": 0}


def test_a_comment_names_the_project_and_the_environment(world: World) -> None:
    changed(world)
    ended = world.run("plan", "-format=markdown")
    assert ended.out.startswith("### Plan for <code>journey / dev</code>\n")


def test_a_refused_plan_is_shown_and_ends_with_1(world: World) -> None:
    world.applied(crm())
    world.declare()
    for form in FORMATS:
        ended = world.run("plan", f"-format={form}")
        assert (ended.code, bool(ended.out)) == (1, True)


@pytest.mark.parametrize("form", ["markdown", "gitlab", "github", "html"])
@pytest.mark.parametrize("secret", SECRETS.values())
def test_a_secret_that_the_service_shows_is_masked(
    world: World, runner: Environ, form: str, secret: str
) -> None:
    world.applied(crm())
    world.service.edit(world.ids["crm"], description=f"It is {secret}, they say")
    ended = world.run("plan", f"-format={form}", env=runner)
    assert ended.code == 0
    if form != "gitlab":
        assert "It is (sensitive value), they say" in ended.out


# --- a workflow of GitHub -----------------------------------------------------------------------


def outputs(runner: Environ) -> dict[str, str]:
    lines = Path(str(runner["GITHUB_OUTPUT"])).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_the_steps_after_it_are_told_what_it_comes_to(world: World, runner: Environ) -> None:
    changed(world)
    ended = world.run("plan", "-format=github", "-detailed-exitcode", env=runner)
    digest = outputs(runner).pop("digest")
    assert f"Plan digest: {digest}" in ended.out
    assert outputs(runner) == {
        "has-changes": "true",
        "create": "1",
        "update": "1",
        "delete": "0",
        "import": "0",
        "digest": digest,
        "exit-code": "2",
    }
    assert ended.code == 2


def test_the_summary_of_the_step_is_the_plan(world: World, runner: Environ) -> None:
    changed(world)
    world.run("plan", "-format=github", env=runner)
    world.run("plan", f"-out={PLAN}")
    world.run("show", PLAN, "-format=github", env=runner)
    shown = world.run("plan", "-format=markdown").out
    saved = shown.replace("journey / dev", "dev")  # a saved plan knows its sandbox alone
    assert Path(str(runner["GITHUB_STEP_SUMMARY"])).read_text() == shown + saved


def test_what_is_wrong_stands_on_its_line_of_the_repository(world: World, runner: Environ) -> None:
    world.declare(crm(params={"clientSecret": "canary9b1f-literal"}))
    ended = world.run("plan", "-format=github", env=runner)
    assert ended.code == 1
    assert f"::error file={world.folder.name}/connections/1.yaml,line=" in ended.out
    assert outputs(runner)["exit-code"] == "1"
    assert outputs(runner)["has-changes"] == "false"


def test_without_a_runner_the_log_alone_is_written(world: World) -> None:
    changed(world)
    ended = world.run("plan", "-format=github")
    assert ended.code == 0
    assert "Plan: 1 to add, 1 to change, 0 to destroy." in ended.out


def test_a_file_of_the_runner_that_cannot_be_written_is_an_error(
    world: World, runner: Environ
) -> None:
    changed(world)
    ended = world.run("plan", "-format=github", env={**runner, "GITHUB_OUTPUT": str(world.folder)})
    assert ended.code == 1
    assert "Runner's file not written" in ended.err
