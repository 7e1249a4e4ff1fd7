"""The commands that are compared, by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from bench import stopwatch
from bench.simulation import Simulation
from bench.stopwatch import Run, Sample

FLOORS = str(Path("bench") / "floors.py")
SECRETS = dict.fromkeys(("ZOHO_CLIENT_SECRET", "ZOHO_ACCESS_TOKEN", "ZOHO_REFRESH_TOKEN"), "none's")
NOTHING_TO_DO = "No changes. Your infrastructure matches the configuration."


def bare() -> Run:
    """Start an interpreter that does nothing."""
    return partial(stopwatch.run, ["-c", "pass"])


def version() -> Run:
    """Run ``reconciler version``."""
    return partial(stopwatch.run, ["-m", "reconciler", "version"])


def validate(folder: Path) -> Run:
    """Run ``reconciler validate``."""
    return partial(stopwatch.run, ["-m", "reconciler", "-C", str(folder), "validate"])


def plan(folder: Path, simulation: Simulation, *, token: str | None = None) -> Run:
    """Run ``reconciler plan``, which must find nothing to do."""
    given = {} if token is None else {"AEP_ACCESS_TOKEN": token}
    return partial(_plan, folder, {**simulation.environ, **given})


def _plan(folder: Path, environ: Mapping[str, str]) -> Sample:
    arguments = ["-m", "reconciler", "-C", str(folder), "plan"]
    sample = stopwatch.run(arguments, environ=environ)
    if NOTHING_TO_DO not in sample.said:
        raise RuntimeError(f"the plan finds something to do: {sample.said[:200]}")
    return sample


def apply(folder: Path, simulation: Simulation, *, creates: int, latency: float) -> Run:
    """Run ``reconciler apply`` against an empty service, without a state."""
    return partial(_apply, folder, simulation, creates, latency)


def _apply(folder: Path, simulation: Simulation, creates: int, latency: float) -> Sample:
    for path in (folder / "state").iterdir():
        path.unlink()
    simulation.reset()
    simulation.answer_after(latency)
    arguments = ["-m", "reconciler", "-C", str(folder), "apply", "-auto-approve"]
    sample = stopwatch.run(arguments, environ={**simulation.environ, **SECRETS})
    if f"Apply complete! Resources: {creates} added," not in sample.said:
        raise RuntimeError(f"not everything was created: {sample.said[-200:]}")
    return sample


def floor_of_validate(folder: Path) -> Run:
    """Do the least that ``validate`` has to do."""
    return partial(stopwatch.run, [FLOORS, str(folder)])


def floor_of_plan(folder: Path, simulation: Simulation, *, token: str | None = None) -> Run:
    """Do the least that ``plan`` has to do."""
    given = {} if token is None else {"token": token}
    service = json.dumps({**simulation.service(), **given})
    return partial(stopwatch.run, [FLOORS, str(folder), service])


def warm(small: Path, folder: Path, simulation: Simulation) -> Run:
    """Run ``plan`` in a process that has planned a small project before."""
    arguments = ["-m", "bench.inside", str(small), str(folder), "plan"]
    return partial(stopwatch.run, arguments, environ=simulation.environ)


def work(sample: Sample) -> float:
    """Return the seconds of work that a command says it took, its start left out."""
    seconds: dict[str, float] = json.loads(sample.said)
    return sum(seconds.values())
