"""Results and the Markdown table that shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """In what a result is counted."""

    SECONDS = "s"
    KIBIBYTES = "KiB"
    REQUESTS = "requests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of the table: what was measured, beside the least that it could be."""

    name: str
    unit: Unit
    measured: float
    floor: float
    goal: float | None = None
    """The greatest ratio that is good enough, of measured and floor."""
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times the floor it is."""
        return self.measured / self.floor

    @property
    def met(self) -> bool | None:
        """Whether the goal is met, if there is one."""
        return None if self.goal is None else self.ratio <= self.goal


COLUMNS = ("what", "measured", "floor", "ratio", "goal", "met", "")


def table(results: Iterable[Result]) -> str:
    """Return the results as a Markdown table."""
    rows = [COLUMNS, tuple("---" for _ in COLUMNS), *map(_cells, results)]
    return "\n".join(_line(row) for row in rows)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(result: Result) -> tuple[str, ...]:
    words = {None: "", True: "yes", False: "**no**"}
    return (
        result.name,
        _amount(result.measured, result.unit),
        _amount(result.floor, result.unit),
        f"{result.ratio:.2f}",
        "" if result.goal is None else f"≤ {result.goal:g}",
        words[result.met],
        result.note,
    )


def _amount(value: float, unit: Unit) -> str:
    match unit:
        case Unit.SECONDS:
            return f"{value:.3f} s"
        case Unit.KIBIBYTES:
            return f"{value:.1f} KiB"
        case Unit.REQUESTS:
            return f"{value:.0f}"
