"""Kills the installed command at random moments, a thousand times, and looks what is left.

``python -m tests.torture.kills --times 1000 --seed 7``: two projects, each with a simulated service
of its own on loopback. What is done to them follows from the seed; where exactly a kill hits, the
machine decides. Ends with 1 and says seed, worker and round where something is not as it must be;
the project is left as it was found then.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom

from tests.journeys.worlds import Hours, opened
from tests.torture.victims import VIOLATIONS, Victim, Violated

WORKERS = 2
ROUNDS = 6
"""Killed rounds between two convergent ones."""

OTHER = "secrets shown, bugs, runs that hang"
"""What the world of the journeys looks for after each run."""


@dataclass
class Tally:
    """What all workers together have seen, and whether to go on."""

    wanted: int
    found: Counter[str] = field(
        default_factory=lambda: Counter(dict.fromkeys((*VIOLATIONS, OTHER), 0))
    )
    phases: Counter[str] = field(default_factory=Counter)
    other: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    violation: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kills: int) -> bool:
        """Count kills; tell whether more are wanted."""
        with self._lock:
            self.kills += kills
            return self.kills < self.wanted and not self.violation

    def close(self, victim: Victim) -> None:
        """Add up what befell one project."""
        with self._lock:
            self.phases += victim.phases
            self.other += victim.other


def torture(tally: Tally, *, seed: str, folder: Path, rounds: int) -> None:
    """Kill runs of one project until there were enough; leave ``folder`` there on a violation."""
    hours = Hours()
    with opened(folder, hours) as world:
        victim = Victim(world, Random(seed))  # noqa: S311 -- it repeats a run
        more = True
        try:
            while more:
                for _ in range(rounds):
                    more = tally.note(victim.suffer()) and more
                victim.converge()
        except Exception as error:  # whatever it was, it says where and ends all workers
            tally.found[error.kind if isinstance(error, Violated) else OTHER] += 1
            tally.violation = f"seed {seed}, round {victim.rounds}, in {folder}: {error!r}"
            raise
        finally:
            tally.close(victim)
    shutil.rmtree(folder)


def run(
    *, times: int, seed: int, workers: int = WORKERS, rounds: int = ROUNDS, told: bool = False
) -> Tally:
    """Kill ``times`` runs or a few more, with that many projects beside one another."""
    tally = Tally(wanted=times)
    began = time.monotonic()
    with ThreadPoolExecutor(workers) as pool:
        pending = [
            pool.submit(
                torture,
                tally,
                seed=f"{seed}/{number}",
                folder=Path(tempfile.mkdtemp(prefix="reconciler-torture-")),
                rounds=rounds,
            )
            for number in range(workers)
        ]
        while told and not all(each.done() for each in pending):
            time.sleep(0.5)
            seconds = time.monotonic() - began
            sys.stdout.write(f"\r{tally.kills} of {times} kills, {seconds:.0f} s ")
            sys.stdout.flush()
    return tally


def report(tally: Tally, *, seed: int) -> str:
    """Return the table of what was seen."""
    rows = [
        ("kills", tally.kills),
        *((f"  {phase}", count) for phase, count in sorted(tally.phases.items())),
        *sorted(tally.other.items()),
        *tally.found.items(),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"seed {seed}", *(f"{name:<{width}}  {count:>6}" for name, count in rows)]
    return "\n".join([*lines, *([f"VIOLATED: {tally.violation}"] if tally.violation else [])])


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.kills")
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1 << 32))
    parser.add_argument("--workers", type=int, default=WORKERS)
    asked = parser.parse_args(arguments)
    tally = run(times=asked.times, seed=asked.seed, workers=asked.workers, told=True)
    sys.stdout.write(f"\n{report(tally, seed=asked.seed)}\n")
    return 1 if tally.violation else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
