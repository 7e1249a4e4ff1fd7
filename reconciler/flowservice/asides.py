"""Calls made beside whatever else there is to do."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Event, Thread
from typing import TypeVar

Answer = TypeVar("Answer")


def beside(call: Callable[[], Answer]) -> Future[Answer]:
    """Make a call on a thread of its own, which does not keep a run from ending."""
    future: Future[Answer] = Future()

    def make() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=make, daemon=True).start()
    return future


def ahead(source: Iterable[Answer]) -> Generator[Answer, None, None]:
    """Yield what ``source`` yields, which goes on meanwhile on a thread of its own.

    Closed early, it lets ``source`` finish the item it is at, and then drops it.
    """
    arrived: SimpleQueue[tuple[Answer] | None] = SimpleQueue()
    left = Event()

    def run() -> None:
        try:
            for item in source:
                arrived.put((item,))
                if left.is_set():
                    break
        finally:
            arrived.put(None)

    ended = beside(run)
    try:
        while (item := arrived.get()) is not None:
            yield from item
    finally:
        left.set()
    ended.result()  # which raises what stopped the source
