"""What a store has to offer so that states can be kept there; all the rest stands in ``remote``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from reconciler.core.lock_infos import LockInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a store holds, and what it calls this version of it."""

    data: bytes = field(repr=False)
    version: str = ""
    """An etag, a row's serial; empty where a store has none."""


class Backend(Protocol):
    """A place for the bytes of one state, and for one lock.

    Nothing is repeated in here. Every method may raise ``StoreUnreachableError`` (nothing was
    done), ``StoreSilentError`` (it may have been done) and ``StoreError`` (a definite no).
    """

    def read(self) -> Stored | None:
        """Return what is there, ``None`` where there never was anything."""
        ...

    def write(self, data: bytes, *, over: Stored | None, lock: LockInfo | None) -> None:
        """Put ``data`` in place of ``over``; ``StoreConflictError`` if that is not there."""
        ...

    def acquire(self, info: LockInfo) -> LockInfo | None:
        """Take the lock; return its holder instead where there is one, ourselves included."""
        ...

    def release(self, info: LockInfo) -> LockInfo | None:
        """Let go of the lock with that id, or with none; return who holds it under another."""
        ...
