"""The state of one environment in a local file, as ``ports.StateStore`` wants it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from reconciler.core import state_document
from reconciler.core.escaping import escape
from reconciler.core.state_reader import LIMIT
from reconciler.core.wording import quoted
from reconciler.errors import (
    CorruptStateError,
    LockedError,
    SaveError,
    StaleStateError,
    StateError,
    UnlockError,
)
from reconciler.model.records import Recorded
from reconciler.ports import Clock
from reconciler.state import locker, places, refusals, rescue, saver, scribes
from reconciler.state.disk import Disk, exclusive, exists, read_file
from reconciler.state.scribes import Scribe

_SYSTEM: Final = Disk()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Saved:
    data: bytes
    recorded: Recorded


class LocalState:
    """One state file. Of writers that know the same serial one saves, with ``lock`` or without."""

    def __init__(
        self,
        path: Path,
        *,
        display: str,
        organization: str | None,
        sandbox: str,
        clock: Clock,
        root: Path | None = None,
        disk: Disk = _SYSTEM,
        hold: Callable[..., AbstractContextManager[None]] = locker.hold,
    ) -> None:
        """Keep the state at ``path``, which messages call ``display``; nothing is touched yet.

        A state of another sandbox is refused, and one of another ``organization`` where that is
        known. ``root`` is the folder that no link may lead out of; the file's own when left out.
        ``hold`` takes the lock, with the arguments and the promises of ``locker.hold``.
        """
        self._path = path
        self._display = display
        self._clock = clock
        self._root = path.parent if root is None else root
        self._disk = disk
        self._hold = hold
        self._scribe = Scribe(display=display, organization=organization, sandbox=sandbox)
        self._saved: _Saved | None = None
        """What the file held when it was last read or written."""
        self._unproven: bytes | None = None
        """What a save that failed may have left there."""

    @property
    def location(self) -> str:
        """The file, as messages name it."""
        return self._display

    def read(self) -> Recorded | None:
        """Return the last snapshot saved; ``None`` where there never was one.

        Needs no lock. Raises ``StateError`` for a file that cannot be used as it stands, with the
        way out.
        """
        return self._current(self._place())

    def write(self, recorded: Recorded, *, expected_serial: int) -> Recorded:
        """Save durably, read back, and return the snapshot with its serial raised and lineage set.

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

    def _written(
        self,
        recorded: Recorded,
        *,
        over: Recorded,
        following: Callable[[Recorded | None], Recorded],
    ) -> Recorded:
        self._scribe.refuse_foreign(recorded)
        try:
            place = self._place()
            places.make_home(self._disk, place, root=self._root)
            with exclusive(self._disk, place.parent):
                return self._replace(place, over, following)
        except (SaveError, StaleStateError):
            raise
        except StateError as error:
            raise SaveError(error.detail, lines=error.lines) from error
        except OSError as error:
            raise SaveError(f"{self._display} could not be saved: {error.strerror}.") from error

    def force_unlock(self, lock_id: str) -> None:
        """Break no lock, but say who holds it; always raises ``UnlockError``."""
        holder = self._holder()
        if holder is None:
            ending = f"No process holds that of {self._display}, so that nothing need be unlocked."
        else:
            ending = (
                f"A living process holds that of {self._display}. Wait for it, or end it with one "
                "signal, upon which it saves what it did."
            )
        raise UnlockError(
            f"Local state cannot be unlocked by another process, by {quoted(lock_id)} or "
            f"otherwise: its lock ends with the process that holds it. {ending}",
            lines=holder or (),
        )

    def lock(self, *, operation: str, timeout: float) -> AbstractContextManager[None]:
        """Keep other runs out meanwhile; ``LockedError`` after ``timeout`` seconds."""
        return self._locked(operation, timeout)

    def dump(self, recorded: Recorded) -> str | None:
        """Put a snapshot that could not be saved in another verified place; return it, if any.

        It carries the serial that the save would have given it, so that it counts as newer.
        """
        following = scribes.following(recorded, None)
        try:
            data = self._scribe.encode(following)
        except StateError:
            return None
        name = f"{self._path.stem}.errored-{following.serial}-{uuid.uuid4().hex[:8]}.json"
        return rescue.dump(self._disk, data, name=name, beside=self._path.parent)

    def salvage(self, path: Path) -> Recorded:
        """Return what a dump of this environment's state says; ``StateError`` if it is none."""
        display = escape(str(path))
        return self.understood(rescue.read(self._disk, path, display=display), display=display)

    def understood(self, data: bytes, *, display: str) -> Recorded:
        """Return the same for the bytes of one that came from what messages call ``display``."""
        return self._scribe.understood(data, display=display)

    def _holder(self) -> tuple[str, ...] | None:
        """Return what is known of the run that holds the lock, if a living one does."""
        place = self._place()
        if not exists(self._disk, locker.side_file(place)):
            return None
        try:
            with self._hold(
                place,
                display=self._display,
                operation="force-unlock",
                timeout=0.0,
                clock=self._clock,
            ):
                return None
        except LockedError as error:
            return error.lines

    @contextmanager
    def _locked(self, operation: str, timeout: float) -> Iterator[None]:
        place = self._place()
        try:
            places.make_home(self._disk, place, root=self._root)
        except OSError as error:
            raise rescue.unusable(error, place, display=self._display) from error
        with self._hold(
            place, display=self._display, operation=operation, timeout=timeout, clock=self._clock
        ):
            with suppress(OSError), exclusive(self._disk, place.parent):
                saver.sweep(self._disk, place)  # what it leaves lying about does no harm
            self._refuse_unwritable(place)
            yield

    def _refuse_unwritable(self, place: Path) -> None:
        """Find out now and not at the first save, before which changes may have been made."""
        try:
            saver.probe(self._disk, place)
        except OSError as error:
            raise StateError(
                f"Nothing can be written beside {self._display}: {error.strerror}. Nothing was "
                "changed, since what is done could not be recorded."
            ) from error

    def _place(self) -> Path:
        return places.locate(self._disk, self._path, root=self._root, display=self._display)

    def _current(self, place: Path) -> Recorded | None:
        """Return what the file holds now; an unchanged file is not decoded again."""
        try:
            data = read_file(self._disk, place, limit=LIMIT)
        except FileNotFoundError:
            self._saved = None
            self._refuse_lost(place)
            return None
        except OSError as error:
            raise rescue.unusable(error, place, display=self._display) from error
        if self._saved is None or self._saved.data != data:
            self._saved = _Saved(data=data, recorded=self._decode(place, data))
        return self._saved.recorded

    def _decode(self, place: Path, data: bytes) -> Recorded:
        try:
            recorded = state_document.decode(data)
        except CorruptStateError as error:
            way = rescue.way_out(self._disk, place, display=self._display)
            detail = f"{self._display} is no usable state. {error.detail} {way.words}"
            raise CorruptStateError(detail, lines=way.lines) from error
        except StateError as error:
            raise StateError(f"{self._display} cannot be read. {error.detail}") from error
        self._scribe.refuse_foreign(recorded)
        return recorded

    def _refuse_lost(self, place: Path) -> None:
        if exists(self._disk, saver.backup_of(place)):
            way = rescue.way_out(self._disk, place, display=self._display)
            raise StateError(
                f"{self._display} is missing, and its backup is there: it was lost, not new. "
                f"{way.words}",
                lines=way.lines,
            )

    def _replace(
        self, place: Path, over: Recorded, following: Callable[[Recorded | None], Recorded]
    ) -> Recorded:
        """Compare and save; no other writer comes between the two."""
        current = self._current(place)
        if self._saved is None or self._saved.data != self._unproven:
            # else our own save, which we could not prove, has arrived after all
            refusals.refuse_stale(current, over, display=self._display)
        made = following(current)
        data = self._scribe.encode(made)
        self._save(place, data)
        self._saved = _Saved(data=data, recorded=made)
        return made

    def _save(self, place: Path, data: bytes) -> None:
        previous = None if self._saved is None else self._saved.data
        try:
            saver.save(self._disk, place, data, previous=previous)
        except OSError as error:
            # Not kept where it certainly is not there: another run may write the very same bytes.
            self._unproven = data if saver.may_hold(self._disk, place, data) else None
            raise SaveError(
                f"{self._display} could not be saved: {error.strerror}. The file holds what it "
                "held before or, if only the proof failed, what should have been saved."
            ) from error
        self._unproven = None
