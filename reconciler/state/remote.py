"""A state in a store elsewhere, as ``ports.StateStore`` wants it, whatever the store is.

An answer may be lost, and a store may take its own repeat for a conflict. Whether something was
saved, or a lock taken, is therefore never concluded from an answer: what is there decides.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from itertools import chain, repeat
from pathlib import Path, PurePosixPath
from typing import Final

from reconciler.core.escaping import escape
from reconciler.core.invocations import Invocation
from reconciler.core.lock_infos import LockInfo
from reconciler.core.wording import quoted
from reconciler.errors import (
    CorruptStateError,
    LockedError,
    SaveError,
    StaleStateError,
    StateError,
    StoreConflictError,
    StoreError,
    StoreSilentError,
    UnlockError,
)
from reconciler.model.findings import Finding, Severity
from reconciler.model.records import Recorded
from reconciler.ports import Clock
from reconciler.state import refusals, rescue, scribes, tickets
from reconciler.state.backends import Backend, Stored
from reconciler.state.disk import Disk
from reconciler.state.scribes import Scribe

_SYSTEM: Final = Disk()
_PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between attempts to take the lock; the last goes on."""
_RELEASES: Final = (0.5, 1.0, 2.0)
"""Seconds between attempts to let go of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    stored: Stored
    recorded: Recorded


class RemoteState:
    """One state in one store. Of writers that know the same serial one saves."""

    def __init__(
        self,
        backend: Backend,
        *,
        display: str,
        organization: str | None,
        sandbox: str,
        clock: Clock,
        folder: Path,
        invocation: Invocation,
        warn: Callable[[Finding], None],
        disk: Disk = _SYSTEM,
    ) -> None:
        """Keep the state in ``backend``, which messages call ``display``; nothing is asked yet.

        A dump goes to ``folder`` first. ``warn`` is told of a lock that could not be let go of.
        """
        self._backend = backend
        self._display = display
        self._clock = clock
        self._folder = folder
        self._invocation = invocation
        self._warn = warn
        self._disk = disk
        self._scribe = Scribe(display=display, organization=organization, sandbox=sandbox)
        self._known: _Known | None = None
        """What the store held when it was last read."""
        self._unproven: set[bytes] = set()
        """What saves that failed may have left there, or may yet bring there."""
        self._held: LockInfo | None = None

    @property
    def location(self) -> str:
        """The URL, as messages name it."""
        return self._display

    def read(self) -> Recorded | None:
        """Return the last snapshot saved; ``None`` where there never was one."""
        return self._seen(self._backend.read())

    def write(self, recorded: Recorded, *, expected_serial: int) -> Recorded:
        """Save, read back, and return the snapshot with its serial raised and lineage set.

        Raises ``StaleStateError`` if the saved serial is not the expected one, ``SaveError`` if the
        snapshot is not certain to be there.
        """
        return self._written(
            recorded,
            over=replace(recorded, serial=expected_serial),
            following=lambda current: scribes.following(recorded, current),
        )

    def put(self, recorded: Recorded, *, over: Recorded | None) -> Recorded:
        """Save this very snapshot in place of ``over``, whatever serial and lineage it has.

        Raises as ``write`` does, ``StaleStateError`` where ``over`` is not what is there any more.
        """
        known = over or replace(recorded, serial=0, lineage="")
        return self._written(recorded, over=known, following=lambda _: recorded)

    def lock(self, *, operation: str, timeout: float) -> AbstractContextManager[None]:
        """Keep other runs out meanwhile; ``LockedError`` after ``timeout`` seconds."""
        return self._locked(operation, timeout)

    def force_unlock(self, lock_id: str) -> None:
        """Break the lock that a run left behind; ``UnlockError`` unless it has that id."""
        holder = self._backend.release(LockInfo(id=lock_id))
        if holder is not None:
            raise UnlockError(
                f"The lock of {self._display} has another id than {quoted(lock_id)}, and was left "
                "alone. Somebody else may have taken it since.",
                lines=holder.lines,
            )

    def dump(self, recorded: Recorded) -> str | None:
        """Put a snapshot that could not be saved in another verified place; return it, if any."""
        following = scribes.following(recorded, None)
        try:
            data = self._scribe.encode(following)
        except StateError:
            return None
        stem = PurePosixPath(self._display).stem[:100] or "state"
        name = f"{stem}.errored-{following.serial}-{uuid.uuid4().hex[:8]}.json"
        return rescue.dump(self._disk, data, name=name, beside=self._folder)

    def salvage(self, path: Path) -> Recorded:
        """Return what a dump of this environment's state says; ``StateError`` if it is none."""
        display = escape(str(path))
        return self.understood(rescue.read(self._disk, path, display=display), display=display)

    def understood(self, data: bytes, *, display: str) -> Recorded:
        """Return the same for the bytes of one that came from what messages call ``display``."""
        return self._scribe.understood(data, display=display)

    # --- saving ---------------------------------------------------------------------------------

    def _written(
        self,
        recorded: Recorded,
        *,
        over: Recorded,
        following: Callable[[Recorded | None], Recorded],
    ) -> Recorded:
        self._scribe.refuse_foreign(recorded)
        try:
            current = self.read()
            if self._known is None or self._known.stored.data not in self._unproven:
                # else our own save, of which nobody knew, has arrived after all
                refusals.refuse_stale(current, over, display=self._display)
            made = following(current)
            self._save(self._scribe.encode(made))
        except (SaveError, StaleStateError):
            raise
        except StateError as error:
            raise SaveError(error.detail, lines=error.lines) from error
        return made

    def _save(self, data: bytes) -> None:
        """Write and read back; what certainly did not arrive is written once more."""
        before = None if self._known is None else self._known.stored
        self._unproven.add(data)
        for _ in range(2):
            trouble = self._attempt(data, before)
            found = self._backend.read()
            if found is not None and found.data == data:
                self._seen(found)
                self._unproven.clear()
                return
            if _bytes(found) != _bytes(before):
                self._seen(found)
                raise self._overtaken(found)
            if trouble is None and found is not None:
                break
        why = "" if trouble is None else f" {trouble.detail}"
        raise SaveError(
            f"{self._display} could not be saved: it holds what it held before.{why}"
        ) from trouble

    def _attempt(self, data: bytes, before: Stored | None) -> StoreError | None:
        try:
            self._backend.write(data, over=before, lock=self._held)
        except (StoreConflictError, StoreSilentError) as error:
            return error
        return None

    def _overtaken(self, found: Stored | None) -> StateError:
        if found is not None and found.data in self._unproven:
            return SaveError(f"{self._display}: an earlier save arrived late.")
        return StaleStateError(
            f"{self._display} was saved by another run meanwhile. It was not overwritten."
        )

    def _seen(self, stored: Stored | None) -> Recorded | None:
        """Return what was read; unchanged bytes are not decoded again."""
        if stored is None:
            self._known = None
            return None
        if self._known is None or self._known.stored.data != stored.data:
            self._known = _Known(stored=stored, recorded=self._decode(stored.data))
        else:
            self._known = replace(self._known, stored=stored)
        return self._known.recorded

    def _decode(self, data: bytes) -> Recorded:
        try:
            return self._scribe.understood(data)
        except CorruptStateError as error:
            raise CorruptStateError(
                f"{error.detail} Restore an earlier version where the store keeps them. Where "
                "there is none, take it away and record what exists on the service with: "
                "reconciler import -matching"
            ) from error

    # --- the lock -------------------------------------------------------------------------------

    @contextmanager
    def _locked(self, operation: str, timeout: float) -> Iterator[None]:
        info = tickets.draw(display=self._display, operation=operation)
        try:
            self._acquire(info, timeout)
            self._held = info
            yield
        finally:
            if self._held is not None:
                self._held = None
                self._release(info)

    def _acquire(self, info: LockInfo, timeout: float) -> None:
        """Take the lock; after a lost answer the next attempt finds us as its holder."""
        last: LockInfo | StoreError | None = None

        def attempt() -> bool:
            nonlocal last
            self._held = info  # for all we know, should an answer be lost or a signal arrive
            try:
                last = self._backend.acquire(info)
            except StoreSilentError as error:
                last = error
                return False
            except StoreError:
                if not isinstance(last, StoreSilentError):
                    self._held = None
                raise
            return last is None or last.id == info.id

        pauses = chain(_PAUSES, repeat(_PAUSES[-1]))
        waited = tickets.wait(attempt, timeout=timeout, clock=self._clock, pauses=pauses)
        if waited is None:
            return
        if isinstance(last, StoreError):
            raise last
        assert last is not None  # noqa: S101 -- an attempt that fails says why
        self._held = None
        raise self._refused(last, waited)

    def _refused(self, holder: LockInfo, waited: float) -> LockedError:
        unlock = self._invocation.spell("force-unlock", holder.id)
        return LockedError(
            f"Another run holds the lock of {self._display}, and still did after {waited:.0f} s. "
            "Wait for it to end, or wait longer with -lock-timeout. If that run is certainly gone, "
            "break the lock with the last line below.",
            lines=(*holder.lines, unlock),
        )

    def _trouble_releasing(self, info: LockInfo) -> StoreError | None:
        try:
            self._backend.release(info)
        except StoreError as error:
            return error
        return None

    def _release(self, info: LockInfo) -> None:
        pauses = iter(_RELEASES)
        while (trouble := self._trouble_releasing(info)) is not None:
            pause = next(pauses, None)
            if pause is None or not self._clock.sleep(pause):
                break
        else:
            return
        detail = (
            f"The lock of {self._display} could not be let go of, and keeps the next run "
            f"out. {trouble.detail} What this run did is not affected. Break the lock with:"
        )
        unlock = self._invocation.spell("force-unlock", info.id)
        self._warn(
            Finding(
                severity=Severity.WARNING,
                summary="Error releasing the state lock",
                detail=detail,
                lines=(unlock,),
            )
        )


def _bytes(stored: Stored | None) -> bytes | None:
    return None if stored is None else stored.data
