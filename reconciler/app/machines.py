"""What a run is lent by the machine it runs on; a simulation of runs lends something else."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from random import Random, SystemRandom

from reconciler.app.clocks import SystemClock, now
from reconciler.app.signals import Signals
from reconciler.app.threads import SystemThreads
from reconciler.http.transport import Transport
from reconciler.ports import Clock, Threads
from reconciler.state import locker
from reconciler.state.disk import Disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Everything below a run: its environment and signals, time, chance, threads, disk and wire."""

    environ: Mapping[str, str]
    signals: Signals
    clock: Clock
    """Its sleep ends when the run is told to stop."""
    threads: Threads
    today: Callable[[], datetime] = now
    """The date, for those who read along."""
    chance: Random = field(default_factory=SystemRandom)
    disk: Disk = field(default_factory=Disk)
    """Below the state."""
    hold: Callable[..., AbstractContextManager[None]] = locker.hold
    """Takes the lock of a state."""
    transport: Transport | None = None
    """To the services; the network when left out."""


def this() -> Machine:
    """Return the machine that this process runs on."""
    signals = Signals()
    return Machine(
        environ=os.environ,
        signals=signals,
        clock=SystemClock(signals.stop),
        threads=SystemThreads(),
    )
