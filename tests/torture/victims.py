"""A project whose runs are killed, and what must be true of it afterwards, whatever they were at.

Nothing here asks the program what it did: the checks read its files and the service's own books.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from reconciler.simulator.effects import (
    Effect,
    Garbage,
    LateCommit,
    Reset,
    Scene,
    Status,
    Truncate,
)
from reconciler.simulator.exchanges import Answer
from reconciler.simulator.journal import Entry
from tests.journeys.worlds import MUTATING, World, crm

NAMES = ("a", "b", "c", "d", "e", "f", "g", "h")
FEWEST = 4
QUARANTINE = 235
LATEST_COMMIT = 100.0
LONGEST_LIFE = 4.0
"""Seconds after which a run is killed in any case."""

FAULTS: tuple[Effect, ...] = (
    Garbage(),
    LateCommit(seconds=5),
    LateCommit(seconds=LATEST_COMMIT),
    Reset(),
    Reset(commit=True),
    Status(status=429),
    Status(status=503),
    Status(status=503, commit=True),
    Truncate(),
)
GENTLE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


VIOLATIONS = (TWICE, LOST, BROKEN, STUCK) = (
    "duplicates",
    "lost ids",
    "broken states",
    "runs that do not converge",
)


class Violated(AssertionError):  # noqa: N818 -- a claim that does not hold, not an error
    """Something is true that never may be; ``kind`` is one of ``VIOLATIONS``."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind


def served(scene: Scene) -> Answer:
    """Have nothing befall a request."""
    return scene.serve(scene.request)


@dataclass
class Shot:
    """How one run ends: perhaps told to stop first, and killed a moment later."""

    gentle: signal.Signals | None
    gap: float
    """Seconds between the two."""
    run: subprocess.Popen[bytes] | None = None

    def fire(self) -> None:
        """End the run, which may have ended by itself."""
        if self.run is None:
            return
        if self.gentle is not None:
            self.run.send_signal(self.gentle)
            threading.Timer(self.gap, self.run.kill).start()
        else:
            self.run.kill()


@dataclass(frozen=True)
class Ambush:
    """An effect that fires when a request is there, acted upon, or answered a moment ago."""

    shot: Shot
    at: str
    after: float
    fault: Effect
    """What befalls the request besides."""

    def __call__(self, scene: Scene) -> Answer:
        if self.at == "arrival":
            self.shot.fire()
        answer = self.fault(scene)
        if self.at == "commit":
            self.shot.fire()
        elif self.at == "answer":
            threading.Timer(self.after, self.shot.fire).start()
        return answer


@dataclass
class Victim:
    """One project with a service of its own; ``chance`` decides all that happens to it."""

    world: World
    chance: Random
    phases: Counter[str] = field(default_factory=Counter)
    """How many kills befell a run in which phase."""
    other: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    _serial: int = 0
    _lineage: str = ""
    _life: float = 0.9
    """Seconds that a run takes which nobody disturbs, about."""

    def __post_init__(self) -> None:
        self.world.command = (sys.executable, Path(__file__).with_name("hasty.py"))
        self.world.configure(policy={"max_destroy": len(NAMES), "quarantine": QUARANTINE})

    # --- what happens ---------------------------------------------------------------------------

    def suffer(self) -> int:
        """Go through one round, check what must be true after it, and return its kills."""
        self.rounds += 1
        self._declare()
        self._disturb()
        begun, before = len(self.world.service.log), self.world.state
        codes = self._run()
        kills = codes.count(-signal.SIGKILL)
        self.other["ended before they could be killed"] += len(codes) - kills
        self.check()
        phase = self._phase(self.world.service.log[begun:], before)
        self.phases[phase] += kills
        return kills

    def converge(self) -> None:
        """Let the quarantine pass and claim that one run makes all true and a second one nothing.

        Where so many connections are gone that a guard asks for it, the run says how many.
        """
        self.world.service.origin.stage.faults.clear()
        self.world.service.switch(latency=0)
        self.world.hours.slept += QUARANTINE + 5
        ended = self._apply()
        if wanted := re.search(r"-allow-recreate=\d+", ended.err):
            self.other["asked whether so many are really gone"] += 1
            ended = self._apply(wanted.group())
        self._claim(ended.code == 0, STUCK, f"a run in peace does not converge: {ended}")
        self.check()
        self._check_done()
        before, writes, begun = self.world.state, len(self.world.writes), time.monotonic()
        again = self._apply()
        self._claim(again.code == 0, STUCK, f"a second run in peace fails: {again}")
        self._claim(
            self.world.state == before, STUCK, "a run with nothing to do has written the state"
        )
        self._claim(
            len(self.world.writes) == writes, STUCK, "a run with nothing to do has sent something"
        )
        self._life = 1.3 * (time.monotonic() - begun)
        self.other["convergent runs, each followed by an idle one"] += 1

    def _apply(self, *flags: str) -> Any:
        return self.world.process("apply", "-auto-approve", "-settle-timeout=0s", *flags)

    def _declare(self) -> None:
        names = self.chance.sample(NAMES, self.chance.randint(FEWEST, len(NAMES)))
        self._wishes = {name: self._wish(name) for name in sorted(names)}
        self.world.declare(*(crm(name, **wish) for name, wish in self._wishes.items()))

    def _wish(self, name: str) -> dict[str, Any]:
        title = self.chance.choice(["CRM", "CRM", "CRM", "Renamed"])
        return {
            "title": f"{title} {name}",
            "description": self.chance.choice(["ours", "new", "newer"]),
            "metadata": {"credentialsVersion": self.chance.choice("12")},
        }

    def _disturb(self) -> None:
        """Have answers take a little, and in some rounds go wrong."""
        service = self.world.service
        service.origin.stage.faults.clear()
        service.switch(latency=self.chance.choice([0.0, 0.0, self.chance.uniform(0, 0.03)]))

    def _spoil(self) -> None:
        if self.chance.random() < 0.4:
            for _ in range(self.chance.randint(1, 3)):
                self.world.service.fault(
                    self.chance.choice(FAULTS),
                    kind=self.chance.choice(["create", "create", "patch", "delete", "list"]),
                    after=self.chance.randint(0, 3),
                )

    def _run(self) -> list[int]:
        """Start one run or two, kill them, and return their exit codes."""
        shots = [self._shot() for _ in range(1 + (self.chance.random() < 0.15))]
        delays = [self._aim(shot) for shot in shots]
        self._spoil()
        words = ["apply", "-auto-approve", "-settle-timeout=0s", "-lock-timeout=1s"]
        words.append(f"-parallelism={self.chance.choice([1, 2, 10])}")
        timers = []
        with ExitStack() as stack:
            for shot, delay in zip(shots, delays, strict=True):
                shot.run = stack.enter_context(self.world.started(*words))
                timers.append(threading.Timer(delay, shot.fire))
                timers[-1].start()
            ended = [self.world.finished(shot.run) for shot in shots if shot.run is not None]
        for timer in timers:
            timer.cancel()
        return [each.code for each in ended]

    def _shot(self) -> Shot:
        gentle = self.chance.choice(GENTLE) if self.chance.random() < 0.15 else None
        return Shot(gentle=gentle, gap=self.chance.uniform(0, 0.15))

    def _aim(self, shot: Shot) -> float:
        """Lie in wait for a request, or return the moment of a run's life at which to fire."""
        if self.chance.random() < 0.25:
            if shot.gentle is signal.SIGINT:  # of which the interpreter itself tells as it starts
                shot.gentle = signal.SIGTERM
            return self.chance.uniform(0, self._life * 1.1)
        ambush = Ambush(
            shot,
            at=self.chance.choice(["arrival", "commit", "answer", "answer"]),
            after=self.chance.choice([0.0, 0.01, 0.04]) * self.chance.random(),
            fault=self.chance.choice([served, served, served, *FAULTS]),
        )
        kind = self.chance.choice(["spec", "create", "create", "create", "patch", "delete", "list"])
        self.world.service.fault(ambush, kind=kind, after=self.chance.choice([0, 0, 0, 1, 2]))
        return self.chance.uniform(1.5 * self._life, LONGEST_LIFE)

    # --- what must be true ----------------------------------------------------------------------

    def check(self) -> None:
        """Raise ``Violated`` for a duplicate, a lost id, or a state that is none."""
        document, live = self._read(), self.world.connections()
        counted = Counter(one["name"] for one in live)
        twice = sorted(name for name, count in counted.items() if count > 1)
        self._claim(not twice, TWICE, f"several connections are called {', '.join(twice)}")
        recorded = {one["id"] for one in document.get("resources", {}).values()}
        intended = {one["spec"]["name"] for one in document.get("intents", {}).values()}
        lost = [one for one in live if one["id"] not in recorded and one["name"] not in intended]
        self._claim(not lost, LOST, f"nobody knows of {lost}")

    def _read(self) -> dict[str, Any]:
        """Return the state, which is whole, follows the last one, and has a whole backup."""
        data = self.world.state
        backup = self.world.folder / "state" / "dev.json.backup"
        if data is None:
            self._claim(not self._serial, BROKEN, "the state is gone")
            return {}
        for text in (data, backup.read_bytes() if backup.exists() else data):
            try:
                json.loads(text)
            except ValueError as error:
                raise Violated(BROKEN, f"a state is torn: {error}: {text[-200:]!r}") from error
        document: dict[str, Any] = json.loads(data)
        self._claim(document["serial"] >= self._serial, BROKEN, "the serial has fallen")
        self._claim(self._lineage in {"", document["lineage"]}, BROKEN, "the lineage has changed")
        self._serial, self._lineage = document["serial"], document["lineage"]
        return document

    def _check_done(self) -> None:
        """Raise ``Violated`` unless exactly what is declared exists and is recorded."""
        wanted = {name: (one["title"], one["description"]) for name, one in self._wishes.items()}
        live = {one["id"]: (one["name"], one["description"]) for one in self.world.connections()}
        found = {name: live.get(at) for name, at in self.world.ids.items()}
        self._claim(found == wanted, STUCK, f"recorded is {found}, wanted {wanted}")
        self._claim(len(live) == len(wanted), STUCK, f"live is {live}, wanted {wanted}")
        self._claim(not self.world.intents, STUCK, f"still in doubt: {self.world.intents}")
        self._claim(not self._leftovers(), STUCK, "a temporary file was not swept up")

    def _leftovers(self) -> list[str]:
        return [path.name for path in (self.world.folder / "state").glob(".*.tmp")]

    def _claim(self, claim: bool, kind: str, otherwise: str) -> None:
        if not claim:
            raise Violated(kind, otherwise)

    # --- where a run was ------------------------------------------------------------------------

    def _phase(self, asked: Sequence[Entry], before: bytes | None) -> str:
        """Return what the killed run was at, as told by the service's log and the files."""
        kinds = {entry.kind for entry in asked}
        if not asked:
            return "starting: nothing asked yet"
        if self._leftovers():
            return "saving: half-written file left"
        if self.world.intents:
            return self._phase_of_create(kinds)
        if self.world.state == before:
            sent = bool(kinds & MUTATING)
            return "changed something, not saved" if sent else "reading and planning"
        done = sorted(self.world.ids) == sorted(self._wishes)
        return "all recorded, not yet ended" if done else "between two saves"

    def _phase_of_create(self, kinds: set[str]) -> str:
        recorded = {*self.world.ids.values()}
        if any(one["id"] not in recorded for one in self.world.connections()):
            return "create made, not recorded"
        return "create sent, not made" if "create" in kinds else "intent saved, create not sent"
