"""The largest hostile input within all limits takes less than a hundred megabytes to refuse."""

from __future__ import annotations

import json
import subprocess
import sys

MIB = 100


def test_hostile_input_takes_bounded_memory() -> None:
    command = [sys.executable, "-m", "tests.fuzz.appetites"]
    ended = subprocess.run(command, check=True, capture_output=True, timeout=300)
    costs = json.loads(ended.stdout)
    assert {name: cost for name, cost in costs.items() if cost >= MIB} == {}
    assert len(costs) > 10
    assert max(costs.values()) > 8, "nothing was measured at all"
