"""How an apply goes, told to somebody who sits at a terminal."""

from __future__ import annotations

import re

import pytest

from reconciler.cli.console import Console
from reconciler.cli.progress import PlainProgress
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.changes import Action, Change, Reason
from reconciler.model.outcomes import Outcome, Verdict
from tests.cli.terminals import COLOUR, COLUMNS, lines, on_terminal
from tests.hostile import harmless
from tests.journeys.test_runners import Slow
from tests.journeys.worlds import PATIENCE, World, crm

APPLY = ("apply", "-auto-approve")
LONG = "a-rather-long-name-for-a-connection-that-is-nevertheless-legal"


def test_a_line_is_as_long_as_it_is_and_the_terminal_folds_it(world: World) -> None:
    world.declare(crm(LONG))
    with on_terminal(world, *APPLY) as terminal:
        shown = lines(terminal.read())
    line = (
        f"ZohoCrmConnection.{LONG}: Creation complete after 0s [id={world.connections()[0]['id']}]"
    )
    assert len(line) > COLUMNS
    assert line in shown


@pytest.mark.parametrize(
    ("words", "environ", "coloured"),
    [
        pytest.param((), {}, True, id="a-terminal"),
        pytest.param(("-no-color",), {}, False, id="flag"),
        pytest.param((), {"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param(("-no-color",), {"FORCE_COLOR": "1"}, False, id="flag-and-FORCE_COLOR"),
    ],
)
def test_the_bar_is_in_colour_where_the_rest_is(
    world: World, words: tuple[str, ...], environ: dict[str, str], coloured: bool
) -> None:
    world.declare(crm())
    with on_terminal(world, *APPLY, *words, **environ) as terminal:
        shown = terminal.read()
    assert re.search(r"0/1", shown), "there was no bar"
    assert bool(COLOUR.search(shown)) is coloured


@pytest.mark.parametrize(("forced", "coloured"), [({}, False), ({"FORCE_COLOR": "1"}, True)])
def test_in_a_pipeline_there_is_no_bar_and_no_colour_that_was_not_asked_for(
    world: World, forced: dict[str, str], *, coloured: bool
) -> None:
    world.declare(crm())
    with on_terminal(world, *APPLY, CI="true", **forced) as terminal:
        shown = terminal.read()
    assert "Apply complete!" in shown
    assert not re.search(r"0/1", shown)
    assert bool(COLOUR.search(shown)) is coloured


def test_the_bar_counts_what_it_has_promised_to_count(world: World) -> None:
    world.applied(crm("gone"))
    world.configure(removed=[{"from": "ZohoCrmConnection.gone", "destroy": False}])
    world.declare(crm())
    with on_terminal(world, *APPLY, "-no-color") as terminal:
        shown = terminal.read()
    assert "ZohoCrmConnection.gone: Removed from the state" in lines(shown)
    assert set(re.findall(r"\d+/\d+", shown)) == {"0/1", "1/1"}


def test_what_is_logged_meanwhile_goes_to_standard_error(world: World) -> None:
    world.declare(crm())
    with on_terminal(world, *APPLY, RECONCILER_LOG="1") as terminal:
        shown = terminal.read()
        assert terminal.process.stderr is not None
        logged = terminal.process.stderr.read().decode()
    assert "POST" in logged
    assert "POST" not in shown


def test_a_window_that_is_closed_keeps_no_result_from_the_state(world: World) -> None:
    world.declare(crm(), crm("z"))
    slow = Slow(0.4)  # time for the bar to notice
    world.service.fault(slow, kind="create")
    with on_terminal(world, *APPLY, "-parallelism=1") as terminal:
        slow.wait()
        terminal.close()
        assert terminal.process.stderr is not None
        told = terminal.process.stderr.read().decode()
        assert terminal.process.wait(PATIENCE) == 0
    assert not re.search("Error|Traceback", told)
    assert (sorted(world.ids), world.intents) == (["crm", "z"], [])


def test_an_id_of_a_strangers_making_is_shown_for_what_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = PlainProgress(Console(environ={}))
    evil, at = RemoteId("../x\n::error::##[command]x"), Address("Kind", "crm")
    progress.settled(at, evil)
    for action in (Action.CREATE, Action.UPDATE, Action.DELETE, Action.NO_OP):
        change = Change(address=at, action=action, reason=Reason.NEW, id=evil, importing=True)
        if action is not Action.NO_OP:
            progress.started(change)
        progress.finished(Outcome(change=change, verdict=Verdict.DONE, id=evil), seconds=1)
    shown = capsys.readouterr().out
    assert shown.count("[id=../x\\u{a}") == 6
    assert harmless(shown)
