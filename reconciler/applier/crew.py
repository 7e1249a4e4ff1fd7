"""Worker threads that may be left behind."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class Crew(Generic[Task, Result]):
    """A fixed number of daemon threads that perform tasks and queue the results.

    They are daemons, unlike those of ``concurrent.futures``, so that a run told to stop can end
    while a request hangs.
    """

    def __init__(self, *, size: int, perform: Callable[[Task], Result]) -> None:
        self._perform = perform
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"apply-{number}", daemon=True)
            for number in range(size)
        ]
        for thread in self._threads:
            thread.start()

    def hand(self, task: Task) -> None:
        """Give a task to whoever is idle."""
        self._tasks.put(task)

    def results(self, *, timeout: float) -> list[Result]:
        """Wait for a result, then return all that have arrived; none after ``timeout`` seconds."""
        try:
            arrived = [self._results.get(timeout=timeout)]
        except queue.Empty:
            return []
        while not self._results.empty():
            arrived.append(self._results.get_nowait())
        return arrived

    def dismiss(self) -> None:
        """Send everybody home once their task is done."""
        for _ in self._threads:
            self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            self._results.put(self._perform(task))
