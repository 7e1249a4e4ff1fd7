"""The bench still measures everything that it promises to; what it measures is not judged here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.tables import COLUMNS, Result, Unit, table

ROOT = Path(__file__).parents[2]


PROMISED = (
    "`version`",
    "`validate` of 1, against a bare interpreter",
    "`validate` of 120",
    "requests of a `plan` of 120",
    "`plan` of 120, 0 ms",
    "`plan` of 120, 0 ms, start and imports left out",
    "`plan` of 120, 10 ms",
    "`apply` of 120 creates, 10 ms",
    "peak memory per manifest",
)


def quick() -> Mapping[str, Mapping[str, str]]:
    """Return the rows of a quick run by what they are about."""
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    lines = [line for line in run.stdout.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert tuple(cells[0]) == COLUMNS
    return {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in cells[2:]}


def test_every_promise_has_a_ratio_and_a_plan_asks_hardly_more_than_once_a_page() -> None:
    rows = quick()

    for promised in PROMISED:
        found = [row for name, row in rows.items() if name.startswith(promised)]
        assert found, promised
        assert all(float(row["ratio"]) > 0 for row in found), promised
    (requests,) = (row for name, row in rows.items() if name.startswith("requests of"))
    assert requests["floor"] == "4"
    assert 2 <= int(requests["measured"]) <= 4


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        pytest.param(None, "", id="no-goal"),
        pytest.param(1.5, "yes", id="met"),
        pytest.param(1.49, "**no**", id="missed"),
    ],
)
def test_a_goal_is_met_by_a_ratio_that_is_no_greater(goal: float | None, words: str) -> None:
    result = Result(name="x", unit=Unit.SECONDS, measured=3.0, floor=2.0, goal=goal)

    last = table([result]).splitlines()[-1]

    assert last.split(" | ")[5] == words
