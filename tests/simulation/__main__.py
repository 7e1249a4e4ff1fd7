"""Plays histories: ``python -m tests.simulation --histories 100000``, or one again by its seed."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.simulation.histories import played
from tests.simulation.projects import Projects


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="play this one, and show what happens")
    parser.add_argument("--histories", type=int, default=1000, help="how many to play")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first seed")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    if asked.seed is not None:
        with tempfile.TemporaryDirectory() as folder:
            told = played(asked.seed, Projects(Path(folder)))
        print("\n".join(told.trace))
        print(_table(told.counts))
        return 0
    return _many(range(asked.first, asked.first + asked.histories), asked.processes)


def _many(seeds: range, processes: int) -> int:
    began = time.monotonic()
    counts: Counter[str] = Counter()
    failures: list[str] = []
    size = 100
    chunks = [seeds[start : start + size] for start in range(0, len(seeds), size)]
    with ProcessPoolExecutor(processes) as pool:
        for number, (counted, failed) in enumerate(pool.map(_chunk, chunks), start=1):
            counts.update(counted)
            failures += failed
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{number * size} of {len(seeds)}, {len(failures)} failed")
    print("\n\n".join(failures[:5]))
    print("\n".join(failure.partition("\n")[0] for failure in failures))
    print(_table(counts))
    seconds = time.monotonic() - began
    print(f"{len(seeds)} histories in {seconds:.0f} s, {len(failures)} broke a promise")
    return 1 if failures else 0


def _chunk(seeds: range) -> tuple[Counter[str], list[str]]:
    counts: Counter[str] = Counter()
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        projects = Projects(Path(folder))
        for seed in seeds:
            try:
                counts.update(played(seed, projects).counts)
            except Exception as error:
                failures.append(f"seed {seed}: {error}")
    return counts, failures


def _table(counts: Counter[str]) -> str:
    return "\n".join(f"{count:>9}  {what}" for what, count in sorted(counts.items()))


if __name__ == "__main__":
    sys.exit(main())
