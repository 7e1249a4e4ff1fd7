"""Whom a new secret is handed to: a file of its own, or a command's standard input.

Each is looked at before the secret is made, since that costs a code that works once; and where it
fails afterwards all the same, the secret is put into a private file instead of being lost.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from uuid import uuid4

from reconciler.core.escaping import escape
from reconciler.core.wording import quoted
from reconciler.errors import HandoverError, RejectedError
from reconciler.model.findings import Finding
from reconciler.model.secrets import Secret
from reconciler.state import rescue, saver
from reconciler.state.disk import Disk, discard, exists, sync_folder, write_new
from reconciler.state.places import pasteable

PATIENCE: Final = 300.0
"""Seconds that a command may take."""

_OURS: Final = ("AEP_", "IMS_", "RECONCILER_")


class Handover(Protocol):
    """Somebody to hand one secret to."""

    def prepare(self) -> None:
        """Raise ``RejectedError`` where it would certainly fail."""
        ...

    def give(self, secret: Secret) -> Sequence[str]:
        """Hand it over, and return what to tell about it.

        Raises ``HandoverError``, which says where the secret is now.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ToFile:
    """A new file that its owner alone may read; nothing else, and no newline, is in it."""

    path: Path
    disk: Disk

    def prepare(self) -> None:
        """Raise ``RejectedError`` where there is a file already, or none can be."""
        shown = quoted(str(self.path))
        if exists(self.disk, self.path):
            detail = f"{shown} exists, and is not overwritten. Name another file, or move it away."
            raise RejectedError([Finding(summary="File exists", detail=detail)])
        try:
            saver.probe(self.disk, self.path)
        except OSError as error:
            detail = f"No file can be written beside {shown}: {error.strerror}."
            raise RejectedError([Finding(summary="Unwritable file", detail=detail)]) from error

    def give(self, secret: Secret) -> Sequence[str]:
        """Have the whole file appear at once, in nobody's place."""
        beside = self.path.with_name(f".{self.path.name}.{uuid4().hex}.tmp")
        try:
            write_new(self.disk, beside, secret.reveal().encode())
            try:
                self.disk.link(beside, self.path)
            finally:
                discard(self.disk, beside)
            sync_folder(self.disk, self.path.parent)
        except OSError as error:
            reason = f"{quoted(str(self.path))} could not be written: {error.strerror}."
            kept = _kept(secret, disk=self.disk, beside=self.path.parent)
            raise _rescued(kept, reason) from error
        return (f"It is in {escape(str(self.path))}, which you alone may read.",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCommand:
    """A command that reads the secret, and nothing else, from its standard input."""

    words: Sequence[str]
    folder: Path
    environ: Mapping[str, str]
    disk: Disk

    def prepare(self) -> None:
        """Raise ``RejectedError`` where there is no such command."""
        if self._program() is None:
            detail = f"There is no command {quoted(self.words[0])} that could be run."
            raise RejectedError([Finding(summary="Unknown command", detail=detail)])

    def give(self, secret: Secret) -> Sequence[str]:
        """Run the command, and say that it ended well; what it prints may be the secret.

        Until then there is a copy, since whatever ends the run meanwhile ends it without a word.
        """
        kept = _kept(secret, disk=self.disk, beside=self.folder)
        try:
            ended = subprocess.run(  # noqa: S603 -- what a person has asked for, and no shell
                [self._program() or self.words[0], *self.words[1:]],
                input=secret.reveal().encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self.folder,
                env={name: text for name, text in self.environ.items() if not _is_ours(name)},
                timeout=PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            why = getattr(error, "strerror", None) or f"it took more than {PATIENCE:.0f} s"
            raise self._failed(kept, f"could not do its work: {why}.") from error
        if ended.returncode:
            raise self._failed(kept, f"ended with {ended.returncode}.")
        if kept is not None:
            discard(self.disk, kept)
        return (f"It was handed to {escape(self.words[0])}.",)

    def _failed(self, kept: Path | None, reason: str) -> HandoverError:
        whole = f"{quoted(self.words[0])} {reason}"
        return _rescued(kept, whole, then=pasteable(*self.words))

    def _program(self) -> str | None:
        name = self.words[0]
        if os.sep in name:
            place = self.folder.resolve() / name
            return str(place) if os.access(place, os.X_OK) and place.is_file() else None
        return shutil.which(name, path=self.environ.get("PATH"))


def _kept(secret: Secret, *, disk: Disk, beside: Path) -> Path | None:
    """Put a secret that cannot be made again into a private file; ``None`` where none can be."""
    name = f"refresh-token-{uuid4().hex[:8]}"
    place = rescue.dump(disk, secret.reveal().encode(), name=name, beside=beside)
    return None if place is None else Path(place)


def _rescued(kept: Path | None, reason: str, *, then: str | None = None) -> HandoverError:
    """Return the error that says where a secret is kept that could not be handed over."""
    if kept is None:
        return HandoverError(
            f"{reason} Nor could the token be kept anywhere else, and it is lost. Generate another "
            "code, and see that there is a folder that can be written to."
        )
    lines = [f"{then} < {pasteable(kept)}"] if then else []
    return HandoverError(
        f"{reason} The code is spent; the token is not lost. It is in {escape(str(kept))}, which "
        "you alone may read. Take it to where it belongs, then remove the file:",
        lines=[*lines, pasteable("rm", kept)],
    )


def _is_ours(name: str) -> bool:
    return name.startswith(_OURS)
