"""What is measured, and against what."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import commands, simulation, stopwatch
from bench.simulation import Simulation
from bench.stopwatch import Sample
from bench.tables import Result, Unit

PAGE = 100
"""Connections on a page of a listing."""
PARALLEL = 10
"""Requests that an apply has under way at once."""
KIBIBYTES = 20.0
"""What a manifest may add to the peak of memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured."""

    sizes: tuple[int, ...]
    """Manifests, in ascending order."""
    judged: int
    """The size that the goals are about."""
    latency: float
    """Seconds that a slow server adds to every answer."""
    rounds: int


FULL = Scale(sizes=(1, 100, 1_000, 10_000), judged=1_000, latency=0.05, rounds=7)
QUICK = Scale(sizes=(1, 120), judged=120, latency=0.01, rounds=1)


class Bench:
    """One run of everything, in a folder that it may fill."""

    def __init__(self, scale: Scale, folder: Path) -> None:
        self._scale = scale
        self._folder = folder
        self._planned: dict[int, Sample] = {}

    def results(self) -> Iterator[Result]:
        """Measure, and yield each result as it is there."""
        for size in self._scale.sizes:
            stopwatch.run(["-m", "bench.projects", str(self._project(size)), str(size)])
        yield from self._starts()
        for size in self._scale.sizes:
            yield self._validation(size)
        for size in self._scale.sizes:
            yield from self._plans(size)
        yield self._growth()
        yield self._creation()

    def _starts(self) -> Iterator[Result]:
        one = self._project(self._scale.sizes[0])
        for run in (commands.version(), commands.validate(one)):
            run()  # the first one writes the bytecode
        bare, version, validate = stopwatch.compare(
            commands.bare(),
            commands.version(),
            commands.validate(one),
            times=self._scale.rounds * 3,
        )
        yield _timed("`version`", version.seconds, bare.seconds, goal=3.0)
        yield _timed("`validate` of 1, against a bare interpreter", validate.seconds, bare.seconds)

    def _validation(self, size: int) -> Result:
        folder = self._project(size)
        floor, measured = stopwatch.compare(
            commands.floor_of_validate(folder), commands.validate(folder), times=self._rounds(size)
        )
        return _timed(f"`validate` of {size:,}", measured.seconds, floor.seconds)

    def _plans(self, size: int) -> Iterator[Result]:
        with simulation.serving(self._project(size) / "seeds.json") as running:
            if size == self._scale.judged:
                yield self._requests(size, running)
            for latency, goal in ((0.0, 1.5), (self._scale.latency, 0.9)):
                running.answer_after(latency)
                yield self._plan(size, running, latency, goal)
                if size == self._scale.judged:
                    yield self._plan_by_token(size, running, latency, goal)
                    yield self._warm_plan(size, running, latency)

    def _requests(self, size: int, running: Simulation) -> Result:
        before = running.requests()
        commands.plan(self._project(size), running)()
        bound = math.ceil(size / PAGE) + 2
        return Result(
            name=f"requests of a `plan` of {size:,}, against ceil({size:,}/{PAGE}) + 2",
            unit=Unit.REQUESTS,
            measured=running.requests() - before,
            floor=bound,
            goal=1.0,
        )

    def _plan(self, size: int, running: Simulation, latency: float, goal: float) -> Result:
        folder, times = self._project(size), self._rounds(size)
        busy = running.busy()
        floor, measured = stopwatch.compare(
            commands.floor_of_plan(folder, running), commands.plan(folder, running), times=times
        )
        self._planned[size] = measured
        return _timed(
            f"`plan` of {size:,}, {_at(latency)}",
            measured.seconds,
            floor.seconds,
            goal=goal if size == self._scale.judged else None,
            note=f"simulator busy {(running.busy() - busy) / times / 2:.2f} s",
        )

    def _plan_by_token(self, size: int, running: Simulation, latency: float, goal: float) -> Result:
        folder, token = self._project(size), running.token()
        floor, measured = stopwatch.compare(
            commands.floor_of_plan(folder, running, token=token),
            commands.plan(folder, running, token=token),
            times=self._scale.rounds,
        )
        return _timed(
            f"`plan` of {size:,}, {_at(latency)}, both given a token",
            measured.seconds,
            floor.seconds,
            goal=goal,
        )

    def _warm_plan(self, size: int, running: Simulation, latency: float) -> Result:
        folder, small = self._project(size), self._project(self._scale.sizes[0])
        floor, measured = stopwatch.compare(
            commands.floor_of_plan(folder, running),
            commands.warm(small, folder, running),
            times=self._scale.rounds,
        )
        return _timed(
            f"`plan` of {size:,}, {_at(latency)}, start and imports left out",
            commands.work(measured),
            commands.work(floor),
        )

    def _growth(self) -> Result:
        small, large = self._scale.sizes[-2:]
        growth = self._planned[large].peak - self._planned[small].peak
        return Result(
            name=f"peak memory per manifest, `plan` of {small:,} to {large:,}, against its bound",
            unit=Unit.KIBIBYTES,
            measured=growth / (large - small),
            floor=KIBIBYTES,
            goal=1.0,
            note=f"{self._planned[large].peak / 1024:.0f} MiB at {large:,}",
        )

    def _creation(self) -> Result:
        size, latency = self._scale.judged, self._scale.latency
        with simulation.serving() as running:
            run = commands.apply(self._project(size), running, creates=size, latency=latency)
            times, busy = self._scale.rounds // 2 + 1, running.busy()
            (measured,) = stopwatch.compare(run, times=times)
            busy = (running.busy() - busy) / times
        return _timed(
            f"`apply` of {size:,} creates, {_at(latency)}, "
            f"against ceil({size:,}/{PARALLEL}) times {latency * 1000:.0f} ms",
            measured.seconds,
            math.ceil(size / PARALLEL) * latency,
            goal=1.3,
            note=f"simulator busy {busy:.2f} s",
        )

    def _project(self, size: int) -> Path:
        return self._folder / str(size)

    def _rounds(self, size: int) -> int:
        """Return how often to measure: less often what takes long."""
        return max(1, self._scale.rounds if size <= self._scale.judged else self._scale.rounds // 2)


def _timed(
    name: str, seconds: float, floor: float, *, goal: float | None = None, note: str = ""
) -> Result:
    return Result(name=name, unit=Unit.SECONDS, measured=seconds, floor=floor, goal=goal, note=note)


def _at(latency: float) -> str:
    return f"{latency * 1000:.0f} ms"
