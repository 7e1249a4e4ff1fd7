"""Workers that may be left behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from reconciler.ports import Mailbox, Threads

Task = TypeVar("Task")
Result = TypeVar("Result")


class Crew(Generic[Task, Result]):
    """A fixed number of threads that perform tasks and bring back the results."""

    def __init__(self, *, size: int, perform: Callable[[Task], Result], threads: Threads) -> None:
        self._perform = perform
        self._size = size
        self._tasks: Mailbox[Task | None] = threads.mailbox()
        self._results: Mailbox[Result] = threads.mailbox()
        for number in range(size):
            threads.start(self._work, name=f"apply-{number}")

    def hand(self, task: Task) -> None:
        """Give a task to whoever is idle."""
        self._tasks.put(task)

    def results(self, *, timeout: float) -> list[Result]:
        """Wait for a result, then return all that have arrived; none after ``timeout`` seconds."""
        arrived: list[Result] = []
        try:
            arrived.append(self._results.get(timeout=timeout))
            while True:
                arrived.append(self._results.get(timeout=0))
        except TimeoutError:
            return arrived

    def dismiss(self) -> None:
        """Send everybody home once their task is done."""
        for _ in range(self._size):
            self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            self._results.put(self._perform(task))
