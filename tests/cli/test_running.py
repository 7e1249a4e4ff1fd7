"""What every command does around its own work."""

from __future__ import annotations

import pytest

from reconciler import __main__, __version__
from reconciler.cli import main
from tests.journeys.worlds import World, crm


@pytest.mark.parametrize(
    ("value", "logged"), [(None, False), ("", False), ("0", False), ("1", True), ("debug", True)]
)
def test_requests_are_logged_where_that_is_asked_for(
    world: World, value: str | None, logged: bool
) -> None:
    world.declare(crm())
    ended = world.plan(env={"RECONCILER_LOG": value})
    assert ("GET /data/foundation/flowservice/connections" in ended.err) is logged


@pytest.mark.parametrize(
    ("words", "again"),
    [
        pytest.param(("plan",), False, id="plan"),
        pytest.param(("apply", "-auto-approve"), True, id="apply"),
        pytest.param(("destroy", "-auto-approve"), True, id="destroy"),
        pytest.param(("import", "-matching"), True, id="import"),
        pytest.param(("show",), False, id="show"),
    ],
)
def test_a_bug_is_to_be_reported_and_what_it_may_have_left_half_done_is_to_be_run_again(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    again: bool,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("canary9b1f")

    world.declare(crm())
    for name, value in world.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("reconciler.state.files.LocalState.read", broken)
    assert main.run(["-C", str(world.folder), *words]) == 1
    told = capsys.readouterr().err
    where = f"RuntimeError at {__name__}:"
    assert f"Error: This is a bug in reconciler\n│\n│ {where}" in told
    assert f", in version {__version__}. Please report this." in told
    assert ("run it again" in told) is again
    assert "canary9b1f" not in told


def test_an_interruption_while_still_loading_is_told_in_one_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(__main__, "_command", interrupted)
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert ended.value.code == 130
    assert capsys.readouterr() == ("", "Interrupted.\n")
