"""Pages are asked for beside whatever is done with them, and no error on the way is lost."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from reconciler.app.threads import SystemThreads
from reconciler.flowservice.asides import AHEAD, ahead, beside

THREADS = SystemThreads()


def test_what_is_read_ahead_comes_in_order() -> None:
    assert list(ahead(THREADS, range(100))) == list(range(100))


def test_the_source_goes_on_before_anybody_has_looked_at_its_first_item() -> None:
    went_on = Event()

    def source() -> Iterator[int]:
        yield 1
        went_on.set()
        yield 2

    items = ahead(THREADS, source())

    assert next(items) == 1
    assert went_on.wait(10)
    assert list(items) == [2]


def test_the_source_gets_only_so_far_ahead_of_its_reader() -> None:
    most = 0
    taken = 0

    def source() -> Iterator[int]:
        nonlocal most
        for number in range(10 * AHEAD):
            most = max(most, number - taken)
            yield number

    for number in ahead(THREADS, source()):
        taken = number + 1
    assert taken == 10 * AHEAD
    assert 0 < most <= AHEAD


def test_an_error_comes_after_the_items_that_came_before_it() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise LookupError("the second page")

    items = ahead(THREADS, source())

    assert next(items) == 1
    with pytest.raises(LookupError, match="the second page"):
        next(items)


def test_a_source_whose_reader_has_left_is_dropped_after_the_item_it_is_at() -> None:
    reader_left, dropped = Event(), Event()
    begun: list[int] = []

    def source() -> Iterator[int]:
        try:
            for number in range(1_000_000):
                begun.append(number)
                yield number
                reader_left.wait(10)
        finally:
            dropped.set()

    items = ahead(THREADS, source())

    assert next(items) == 0
    items.close()
    reader_left.set()
    assert dropped.wait(10)
    assert len(begun) <= 2


def test_a_call_made_beside_raises_where_its_result_is_wanted() -> None:
    answer = beside(THREADS, lambda: int("none"))

    with pytest.raises(ValueError, match="none"):
        answer.result()


def test_the_result_of_a_call_may_be_had_twice() -> None:
    answer = beside(THREADS, object)

    assert answer.result() is answer.result()
