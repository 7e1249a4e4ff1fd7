"""Runs commands, each as a process of its own, and says what they took."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent

Run = Callable[[], "Sample"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one run of a command took, or the medians of several."""

    seconds: float
    peak: float
    """Most memory resident at once, in KiB."""
    said: str = ""


def run(arguments: Sequence[str], *, environ: Mapping[str, str] | None = None) -> Sample:
    """Run Python with these arguments; raise ``RuntimeError`` if it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment(environ), stdout=out, stderr=err
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said = out.read().decode()
        if process.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {said}{err.read().decode()}")
    scale = 1024 if sys.platform == "darwin" else 1  # which counts in bytes
    return Sample(seconds=seconds, peak=usage.ru_maxrss / scale, said=said)


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which bytecode is kept and nothing of the caller's own counts."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}
    return {**kept, **(more or {})}


def compare(*runs: Run, times: int) -> tuple[Sample, ...]:
    """Run each in turn, all of them so often, and return the medians: noise meets all alike."""
    rounds = [[one() for one in runs] for _ in range(times)]
    return tuple(map(_median, zip(*rounds, strict=True)))


def _median(samples: Sequence[Sample]) -> Sample:
    return Sample(
        seconds=statistics.median(sample.seconds for sample in samples),
        peak=statistics.median(sample.peak for sample in samples),
        said=samples[-1].said,
    )
