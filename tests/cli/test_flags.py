"""Every command takes the flags that it should, and says what they are good for."""

from __future__ import annotations

import pytest

from reconciler.cli import state_command
from reconciler.cli.commands import LISTED
from tests.journeys.worlds import World, crm

WITHOUT_COLOUR = {"completion": ("bash",), "version": ()}
"""The commands that show nothing in colour, with what else they take."""
GROUPS = {
    "credentials": ("check", "exchange"),
    "spec": ("list", "pull"),
    "state": tuple(state_command.LISTED),
}
WITH_COLOUR = [
    *sorted(LISTED.keys() - GROUPS.keys()),
    *(f"{group} {name}" for group, names in GROUPS.items() for name in names),
]


@pytest.mark.parametrize("flag", ["-no-color", "--no-color"])
@pytest.mark.parametrize("name", WITHOUT_COLOUR)
def test_no_color_changes_nothing_where_there_is_no_colour(
    world: World, name: str, flag: str
) -> None:
    plain = world.run(name, *WITHOUT_COLOUR[name])
    assert (plain.code, plain.err) == (0, "")
    assert plain.out
    assert world.run(name, flag, *WITHOUT_COLOUR[name]) == plain


@pytest.mark.parametrize("words", WITH_COLOUR)
def test_every_command_takes_no_color(world: World, words: str) -> None:
    assert "--no-color" in world.run(*words.split(), "--help").out


def test_plan_takes_flags_of_apply_and_says_that_they_do_nothing_there(world: World) -> None:
    world.declare(crm())
    plain = world.plan()
    assert plain.code == 2
    assert world.plan("-lock-timeout=0s", "-parallelism=3") == plain
    assert world.plan("-lock-timeout=soon").code == world.plan("-parallelism=0").code == 1
    told = world.run("plan", "-help").told
    assert "plan takes no lock; accepted so that plan and apply take the same flags." in told
    assert "plan changes nothing, at once or otherwise; accepted as -lock-timeout is." in told
    assert "accepted" not in world.run("apply", "-help").told


def test_a_path_is_one_of_the_project_and_not_of_wherever_the_command_is_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = world.folder.parent / "elsewhere"
    (elsewhere / "crm.plan").mkdir(parents=True)
    monkeypatch.chdir(elsewhere)
    world.declare(crm())
    assert world.plan("-out=crm.plan").code == 2
    assert world.run("show", "crm.plan").code == 0
    assert world.run("apply", "crm.plan").code == 0
    assert world.titles == ["CRM crm"]


@pytest.mark.parametrize("words", [("-e", "dev"), ("-e=dev",), ("-environment=dev",)])
def test_a_flag_has_its_value_beside_it_or_behind_an_equals_sign(
    world: World, words: tuple[str, ...]
) -> None:
    world.declare(crm())
    assert world.plan(*words).code == 2


@pytest.mark.parametrize("flag", ["-version", "--version"])
def test_the_version_can_be_asked_for_by_flag(world: World, flag: str) -> None:
    assert world.run(flag) == world.run("version")


@pytest.mark.parametrize("flag", ["-h", "-help", "--help"])
def test_help_can_be_asked_for_as_anywhere_else(world: World, flag: str) -> None:
    assert world.run("plan", flag) == world.run("plan", "--help")


@pytest.mark.parametrize("spelled", ["0", "90", "90s", "1m30s", "1.5m", "1500ms", "1h0m1s"])
def test_a_duration_is_spelled_as_in_go(world: World, spelled: str) -> None:
    world.declare(crm())
    assert world.plan(f"-lock-timeout={spelled}").code == 2


@pytest.mark.parametrize("spelled", ["", "s", "-1s", "1m 30s", "1d", "30 s", "1e3s", "s30"])
def test_what_is_no_duration_is_said_to_be_none(world: World, spelled: str) -> None:
    ended = world.plan(f"-lock-timeout={spelled}")
    assert (ended.code, "is no duration such as 30s or 1m30s." in ended.told) == (1, True)


def test_a_folder_is_no_place_for_a_plan(world: World) -> None:
    world.declare(crm())
    before = sorted(world.folder.rglob("*"))
    for words in (("plan", "-out=connections"), ("show", "connections")):
        ended = world.run(*words)
        assert ended.code == 1
        assert "plan" in ended.err
    assert sorted(world.folder.rglob("*")) == before
