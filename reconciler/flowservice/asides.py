"""Calls made beside whatever else there is to do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
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
