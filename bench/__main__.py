"""``python -m bench``: measure, and print the table; ``--quick`` only shows that it works."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from bench import measures, tables


def main() -> None:
    """Measure and print; progress goes to standard error."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, once: no measurement")
    quick = parser.parse_args().quick
    scale = measures.QUICK if quick else measures.FULL
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for result in measures.Bench(scale, Path(folder)).results():
            results.append(result)
            print(f"{result.name}: {result.ratio:.2f}", file=sys.stderr, flush=True)
    if quick:
        print("Too small to measure anything: this only shows that the bench works.\n")
    print(f"{machine()}\n\n{tables.table(results)}")


def machine() -> str:
    """Say what it was measured on, without a name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    interpreter = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()}, {interpreter}"


if __name__ == "__main__":
    main()
