"""The mutation score of what must never go wrong: ``make mutate``, by mutmut.

It works on a copy of the project below ``build``. ``[tool.mutmut]`` in pyproject.toml says what is
changed and which tests should notice. Ends with 1 where the score is too low, and prints every
survivor that ``survivors.txt`` gives no reason for.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[2]
STAGE = ROOT / "build" / "mutation"
EXCUSES = Path(__file__).with_name("survivors.txt")
LEAST = 85
"""Percent that tests have to notice."""

FIRST = "reconciler.model.secrets.*"
"""The fewest there are of any module."""

KILLED = frozenset({1, 3, 24, 36, 152, 255, -24, -9})
"""Exit codes of pytest where a test failed, and of mutants that did not come to an end."""


def stage() -> None:
    """Copy what git knows of the project, links followed, to where mutants are made."""
    shutil.rmtree(STAGE, ignore_errors=True)
    listed = subprocess.run(
        [shutil.which("git") or "git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True
    )
    for name in listed.stdout.decode().rstrip("\0").split("\0"):
        source, target = ROOT / name, STAGE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        elif source.exists():
            shutil.copy2(source, target)


def results() -> Mapping[str, int | None]:
    """Return the exit code of each mutant by its name, ``None`` for one that was not tried."""
    found: dict[str, int | None] = {}
    for path in sorted((STAGE / "mutants").rglob("*.meta")):
        found.update(json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"])
    return found


def report(tried: Mapping[str, int]) -> tuple[str, float]:
    """Return the score of each module and of all, and the survivors without a reason."""
    modules = {name: name.rpartition(".")[0] for name in tried}
    all_of = Counter(modules.values())
    killed = Counter(modules[name] for name, code in tried.items() if code in KILLED)
    lines = [
        f"{100 * killed[module] / count:5.1f} %  {killed[module]:>4} of {count:<4}  {module}"
        for module, count in sorted(all_of.items())
    ]
    score = 100 * killed.total() / max(1, all_of.total())
    lines.append(f"{score:5.1f} %  {killed.total():>4} of {all_of.total():<4}  all")
    excused = [line.partition(":")[0] for line in EXCUSES.read_text(encoding="utf-8").splitlines()]
    alive = sorted(name for name, code in tried.items() if code not in KILLED)
    lines += [
        f"survived  {name}"
        for name in alive
        if not any(fnmatchcase(name, pattern) for pattern in excused)
    ]
    return "\n".join(lines), score


def main(arguments: Sequence[str]) -> int:
    """Make mutants, try all or a sample of them, and report."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("tools", type=Path, help="the folder that mutmut is in")
    parser.add_argument("patterns", nargs="*", help="such as reconciler.core.guard.*; all if none")
    parser.add_argument("--sample", type=int, help="how many, drawn by chance; all if left out")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    mutmut = str(asked.tools.resolve() / "mutmut")
    stage()
    patterns = asked.patterns
    if asked.sample is not None:
        subprocess.run([mutmut, "run", FIRST], cwd=STAGE, check=True)  # which makes all of them
        names = sorted(results())
        chance = Random(asked.seed)  # noqa: S311 -- it repeats a run
        patterns = chance.sample(names, min(asked.sample, len(names)))
    subprocess.run([mutmut, "run", *patterns], cwd=STAGE, check=True)
    tried = {name: code for name, code in results().items() if code is not None}
    text, score = report(tried)
    sys.stdout.write(f"{text}\n")
    return 0 if score >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
