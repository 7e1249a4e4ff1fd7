"""An answer comes in time, or not at all."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest

from reconciler.errors import ForgeSilentError
from reconciler.forges.wire import WHOLE_SECONDS, Wire
from tests.forges import hosts
from tests.forges.hosts import GitHub


@dataclass
class Hasty:
    """A clock by which everything takes longer than it may."""

    ticks: itertools.count[float] = field(
        default_factory=lambda: itertools.count(0.0, WHOLE_SECONDS + 1)
    )

    def monotonic(self) -> float:
        return next(self.ticks)

    def sleep(self, seconds: float) -> bool:
        return bool(seconds)


def test_a_body_that_takes_too_long_is_no_answer() -> None:
    wire = Wire(clock=Hasty())
    with hosts.serve(GitHub()) as host, pytest.raises(ForgeSilentError, match="did not answer GET"):
        wire.send("GET", f"{host.url}/user", headers={})
