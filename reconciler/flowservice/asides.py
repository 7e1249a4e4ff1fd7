"""Calls made beside whatever else there is to do."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Final, Generic, NoReturn, TypeVar

from reconciler.ports import Mailbox, Threads

AHEAD: Final = 4
"""Items that may lie waiting; of pages, each may take megabytes."""

Answer = TypeVar("Answer")


class Aside(Generic[Answer]):
    """A call under way; only one thread may ask for its result."""

    def __init__(self, arriving: Mailbox[Callable[[], Answer]]) -> None:
        self._arriving = arriving
        self._arrived: Callable[[], Answer] | None = None

    def result(self) -> Answer:
        """Wait for the call to end; return what it returned or raise what it raised."""
        if self._arrived is None:
            self._arrived = self._arriving.get()
        return self._arrived()


def beside(threads: Threads, call: Callable[[], Answer]) -> Aside[Answer]:
    """Make a call on a thread of its own."""
    mailbox: Mailbox[Callable[[], Answer]] = threads.mailbox()

    def make() -> None:
        try:
            answer = call()
        except BaseException as error:
            mailbox.put(_raising(error))
        else:
            mailbox.put(lambda: answer)

    threads.start(make, name="aside")
    return Aside(mailbox)


def ahead(threads: Threads, source: Iterable[Answer]) -> Generator[Answer, None, None]:
    """Yield what ``source`` yields, which goes on meanwhile on a thread of its own.

    It gets no more than ``AHEAD`` items ahead of whoever takes them.
    Closed early, it lets ``source`` finish the item it is at, and then drops it.
    """
    arrived: Mailbox[tuple[Answer] | None] = threads.mailbox()
    room: Mailbox[None] = threads.mailbox()
    for _ in range(AHEAD - 1):
        room.put(None)
    left = False

    def run() -> None:
        try:
            for item in source:
                arrived.put((item,))
                room.get()
                if left:
                    break
        finally:
            arrived.put(None)

    ended = beside(threads, run)
    try:
        while (item := arrived.get()) is not None:
            room.put(None)
            yield from item
    finally:
        left = True
        room.put(None)
    ended.result()  # which raises what stopped the source


def _raising(error: BaseException) -> Callable[[], NoReturn]:
    def again() -> NoReturn:
        raise error

    return again
