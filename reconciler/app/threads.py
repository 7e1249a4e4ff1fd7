"""The interpreter's own threads, as ``ports.Threads``."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Generic

from reconciler.errors import TooBusyError
from reconciler.ports import Item


class SystemThreads:
    """Daemon threads, so that a run told to stop can end while a request hangs."""

    def start(self, work: Callable[[], None], *, name: str) -> None:
        """Have this done beside everything else; ``TooBusyError`` where that cannot be had."""
        try:
            threading.Thread(target=work, name=name, daemon=True).start()
        except RuntimeError as error:
            raise TooBusyError(
                "The machine grants no further thread. Allow the run more processes or memory, or "
                "let it do less at once with -parallelism."
            ) from error

    def mailbox(self) -> _Queue[Any]:
        """Return an empty mailbox."""
        return _Queue()

    def lock(self) -> AbstractContextManager[object]:
        """Return a lock that one thread at a time holds."""
        return threading.Lock()


class _Queue(Generic[Item]):
    """A queue as ``ports.Mailbox``."""

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[Item] = queue.SimpleQueue()

    def put(self, item: Item) -> None:
        self._items.put(item)

    def get(self, *, timeout: float | None = None) -> Item:
        try:
            return self._items.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None
