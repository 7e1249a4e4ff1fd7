"""Prints which test notices which breakage, having tried each."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bugs import breakages


def main() -> int:
    """Return how many breakages nobody notices."""
    missed = 0
    with breakages.judging() as judge:
        for breakage in breakages.all_breakages():
            with tempfile.TemporaryDirectory() as folder:
                try:
                    judge.catch(breakage, Path(folder).resolve())
                except breakages.NotCaughtError as error:
                    missed += 1
                    sys.stdout.write(f"MISSED  {breakage.broken}\n        {error}\n")
                else:
                    lines = [f"caught  {breakage.broken}", *breakage.caught]
                    sys.stdout.write("\n        ".join(lines) + "\n")
    return missed


if __name__ == "__main__":
    sys.exit(main())
