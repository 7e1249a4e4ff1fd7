"""A few kills of the real command; `make torture` does a thousand."""

from __future__ import annotations

from tests.torture import kills


def test_whatever_it_was_at_a_killed_run_leaves_no_duplicate_and_loses_no_id() -> None:
    tally = kills.run(times=8, seed=11, workers=1, rounds=10)
    assert tally.violation == ""
    assert tally.kills >= 8
