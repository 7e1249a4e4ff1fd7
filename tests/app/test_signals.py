"""A signal sets a flag and interrupts nothing."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from reconciler.app.signals import Signals


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Have no signal be ignored, as tests do that run in the background."""
    kept = {each: signal.signal(each, signal.SIG_DFL) for each in (signal.SIGINT, signal.SIGHUP)}
    yield
    for each, handler in kept.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_is_going_on_goes_on_after_the_first_signal(
    number: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(number)
    signals, done = Signals(), []
    with signals.handled(notice="Stopping.\n"):
        try:
            signal.raise_signal(number)
            done.append("the save that was under way")
        except BaseException as error:  # KeyboardInterrupt above all
            pytest.fail(f"{error!r} came out of the handler")
    assert done == ["the save that was under way"]
    assert (signals.received, signals.stop.is_set()) == (number, True)
    assert capfd.readouterr().err == "Stopping.\n"
    assert signal.getsignal(number) is before
