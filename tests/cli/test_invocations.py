"""What is printed to be pasted is about the same project and environment."""

from __future__ import annotations

import shlex

import pytest

from reconciler.cli import main
from reconciler.core.invocations import Invocation
from tests.journeys.test_recovery import blocking
from tests.journeys.worlds import World, crm

ENVIRONMENTS = {name: {"sandbox": name, "state": f"state/{name}.json"} for name in ("dev", "stage")}


def pasted(told: str) -> list[str]:
    """Return the words of the only command that was printed."""
    (line,) = [line for line in told.splitlines() if "reconciler -C" in line]
    return shlex.split(line.removeprefix("│"))[1:]


def test_the_apply_of_a_saved_plan_names_folder_and_environment(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world.configure(environments=ENVIRONMENTS)
    world.declare(crm())
    planned = world.run("plan", "-e", "dev", "-out=crm plan")
    words = pasted(planned.out)
    assert words == ["-C", str(world.folder), "apply", "-e", "dev", "crm plan"]
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert world.run(*words[2:]).code == 0
    assert world.titles == ["CRM crm"]


def test_the_line_that_merges_what_could_not_be_saved_does_so_from_anywhere(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    world.configure(environments=ENVIRONMENTS)
    world.declare(crm())
    folder = world.folder / "state"
    world.service.fault(blocking(folder), kind="create")
    failed = world.apply("-e", "dev")
    assert failed.code == 6
    folder.unlink()
    folder.with_name("hidden").rename(folder)
    words = pasted(failed.err)
    assert words[:6] == ["-C", str(world.folder), "state", "recover", "-e", "dev"]
    assert world.run(*words[2:]).code == 0
    assert world.plan("-e", "dev").code == 0


def test_an_environment_that_a_variable_chose_is_named_too(world: World) -> None:
    world.configure(environments=ENVIRONMENTS)
    world.declare(crm())
    planned = world.run("plan", "-out=crm.plan", env={"RECONCILER_ENVIRONMENT": "stage"})
    assert pasted(planned.out)[2:] == ["apply", "-e", "stage", "crm.plan"]


def test_a_new_project_says_how_to_use_it(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(world.folder)
    assert main.run(["-C", "some where", "init", "new"]) == 0
    told = capsys.readouterr().out
    for command in ("validate", "plan", "apply"):
        assert f"\n    reconciler -C 'some where/new' {command}\n" in told


@pytest.mark.parametrize(
    ("invocation", "line"),
    [
        (Invocation(), "reconciler apply a.b"),
        (Invocation(folder="it's"), """reconciler -C 'it'"'"'s' apply a.b"""),
        (Invocation(folder="a\x1b[2Jb"), r"reconciler -C 'a\u{1b}[2Jb' apply a.b"),
        (Invocation(environment="dev"), "reconciler apply -e dev a.b"),
    ],
)
def test_a_command_is_quoted_and_shows_no_control(invocation: Invocation, line: str) -> None:
    assert invocation.spell("apply", "a.b") == line
