"""Deliberate breakages of the package, and the tests that must notice them.

Each ``*.patch`` begins with a line ``Broken:`` that says what it breaks and lines ``Caught:`` that
name the tests. A breakage is done to a copy, and the tests run on that copy in a process of their
own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
NO_CLAIMS = frozenset(
    {
        "AttributeError",
        "ImportError",
        "ModuleNotFoundError",
        "NameError",
        "SyntaxError",
        "TypeError",
    }
)
"""What a test raises that could not even be run; nothing of that is a claim that does not hold."""

PATIENCE = 60
"""Seconds for the tests of one breakage."""

_ARGUMENTS = (
    f"--config-file={ROOT / 'pyproject.toml'}",
    f"--rootdir={ROOT}",
    "--override-ini=addopts=",
    "--override-ini=pythonpath=",
    "--import-mode=importlib",
    "-qpno:cacheprovider",
    "-ptests.bugs.witness",
)


class NotCaughtError(Exception):
    """No claim has noticed, or the breakage could not even be done."""


@dataclass(frozen=True)
class Breakage:
    """One way in which the package could be wrong."""

    name: str
    broken: str
    caught: tuple[str, ...]
    """The ids of tests, each of which must fail, or one of its cases."""
    patch: Path


def all_breakages() -> list[Breakage]:
    """Return every breakage, in order of name."""
    return [_read(path) for path in sorted(Path(__file__).parent.glob("*.patch"))]


def _read(path: Path) -> Breakage:
    said: dict[str, list[str]] = {"Broken": [], "Caught": []}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(": ")
        if key not in said:
            break
        said[key].append(value)
    return Breakage(path.stem, said["Broken"][0], tuple(said["Caught"]), path)


class Judge:
    """Runs tests on broken copies, one after the other, by a process that is warm already."""

    def __init__(self, runner: subprocess.Popen[str]) -> None:
        self._runner = runner

    def catch(self, breakage: Breakage, folder: Path) -> None:
        """Break a copy of the package in ``folder`` and run the tests on it.

        Raises ``NotCaughtError`` unless each of the tests fails, and by its own claim.
        """
        source, ignored = ROOT / "reconciler", shutil.ignore_patterns("*.pyc.*")
        shutil.copytree(source, folder / "reconciler", ignore=ignored)
        _break(breakage, folder)
        ended = self._test(breakage, folder)
        for test in breakage.caught:
            cases = {raised for at, raised in ended.items() if test in (at, at.partition("[")[0])}
            by_claim = bool(cases - NO_CLAIMS - {""})
            if not by_claim or any(" in " in raised for raised in cases):
                cases_of = sorted(cases) or "it was not run"
                raise NotCaughtError(f"{test} does not notice: {breakage.broken} ({cases_of})")

    def _test(self, breakage: Breakage, folder: Path) -> dict[str, str]:
        """Return what each test raised that ran, by its id; nothing for one that passed."""
        witness = folder / "witness.json"
        job = {
            "folder": str(folder),
            "witness": str(witness),
            "patience": PATIENCE,
            "arguments": [*_ARGUMENTS, *(str(ROOT / test) for test in breakage.caught)],
        }
        assert self._runner.stdin is not None
        assert self._runner.stdout is not None
        self._runner.stdin.write(json.dumps(job) + "\n")
        self._runner.stdin.flush()
        self._runner.stdout.readline()
        said = (folder / "log").read_text(encoding="utf-8")
        (folder / "log").unlink()  # what is broken may have shown secrets in it
        if not witness.exists():
            raise NotCaughtError(f"the tests did not end: {said}")
        seen = json.loads(witness.read_text(encoding="utf-8"))
        if not Path(seen["package"]).is_relative_to(folder):
            raise NotCaughtError(f"{seen['package']} was tested instead of the broken copy")
        ended: dict[str, str] = seen["ended"]
        return ended


@contextmanager
def judging() -> Iterator[Judge]:
    """Provide a judge, who is gone afterwards."""
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    runner = subprocess.Popen(
        [sys.executable, "-m", "tests.bugs.warm"],
        cwd=ROOT,
        env={name: value for name, value in environ.items() if name != "PYTEST_ADDOPTS"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with runner:
        yield Judge(runner)


def _break(breakage: Breakage, folder: Path) -> None:
    applied = subprocess.run(
        [shutil.which("git") or "git", "apply", "-C1", breakage.patch],
        cwd=folder,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    if applied.returncode:
        raise NotCaughtError(f"renew the patch {breakage.name}: {applied.stderr}")
