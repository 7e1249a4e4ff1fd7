"""The clock that durations are measured by goes on while the machine is suspended."""

from __future__ import annotations

import sys
import threading
import time

from reconciler.app.clocks import SystemClock


def test_it_is_the_one_that_counts_from_the_start_of_the_machine() -> None:
    clock = SystemClock(threading.Event())
    number = {"linux": 7, "darwin": 6}[sys.platform]  # CLOCK_BOOTTIME; CLOCK_MONOTONIC
    before = time.clock_gettime(number)
    assert before <= clock.monotonic() <= time.clock_gettime(number)


def test_a_run_that_was_told_to_stop_sleeps_no_more() -> None:
    stop = threading.Event()
    assert SystemClock(stop).sleep(0.0)
    stop.set()
    assert not SystemClock(stop).sleep(3600.0)
