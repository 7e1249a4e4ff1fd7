"""Makes a kind of a source that Flow Service knows, and puts its schema into the project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from reconciler.app.sessions import Session
from reconciler.catalog import schemas, translator
from reconciler.catalog.translator import Translation
from reconciler.core import hints
from reconciler.core.wording import quoted
from reconciler.errors import RejectedError
from reconciler.model.findings import Finding
from reconciler.model.specs import ConnectionSpec
from reconciler.state.disk import Disk, discard, make_folder

FOLDER = "schemas"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """A kind and the file that describes it."""

    translation: Translation
    file: Path
    """Relative to the project's folder, where it lies there."""
    is_new: bool
    """Whether the file was written; one that says the same already is left alone."""

    @property
    def is_read(self) -> bool:
        """Whether the project finds the kind there."""
        return self.file.parent == Path(FOLDER)


def pull(
    session: Session,
    spec_id: str,
    *,
    authentication: str | None = None,
    kind: str | None = None,
    out: Path | None = None,
    force: bool = False,
) -> Pulled:
    """Write the schema of one authentication of a connection spec.

    A file that says something else is only replaced by ``force``. Raises ``RejectedError`` where
    the spec cannot be a kind or the file cannot be written, ``RemoteError`` where nobody answers.
    """
    spec = session.sources.connection_spec(spec_id)
    if spec is None:
        raise _unknown(spec_id, session)
    made = translator.translate(spec, authentication=authentication, kind=kind)
    file = out or Path(FOLDER) / hints.file_name(made.kind)
    if not schemas.may_hold_a_kind(file.name):
        detail = f"{quoted(file.name)} does not end in {schemas.ENDING}, or holds something else."
        raise _rejected("No name for a schema", detail)
    place = session.surroundings.folder / file
    if made.kind in session.kinds and not os.path.lexists(place):
        detail = (
            f"Another file in {FOLDER}/ describes {made.kind} already. Name that file with -out, "
            "or this kind with -kind."
        )
        raise _rejected("Repeated kind", detail)
    is_new = _write(place, made.document.encode(), force=force)
    return Pulled(translation=made, file=file, is_new=is_new)


def listed(session: Session) -> tuple[ConnectionSpec, ...]:
    """Return every connection spec that the service offers to this environment."""
    return tuple(session.sources.connection_specs())


def _write(path: Path, data: bytes, *, force: bool) -> bool:
    """Tell whether the file had to be written, whole or not at all."""
    try:
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
        if os.path.lexists(path) and not force:
            detail = (
                f"{quoted(str(path))} is there and says something else, perhaps because somebody "
                "edited it. -force replaces it; -out FILE writes beside it, to compare."
            )
            raise _rejected("File exists", detail)
        make_folder(Disk(), path.parent)
        _replace(path, data)
    except OSError as error:
        detail = f"{quoted(str(path))} cannot be written: {error.strerror}."
        raise _rejected("Schema not written", detail) from error
    return True


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(beside, "xb", opener=_closed_to_others) as file:
            file.write(data)
        beside.replace(path)
    finally:
        discard(Disk(), beside)


def _closed_to_others(path: str, flags: int) -> int:
    return os.open(path, flags, 0o644)


def _unknown(spec_id: str, session: Session) -> RejectedError:
    detail = (
        f"Flow Service lists no connection spec {quoted(spec_id)}, or shows it to others only. "
        "What it does list:"
    )
    lines = (session.invocation.spell("spec list"),)
    return RejectedError([Finding(summary="Unknown connection spec", detail=detail, lines=lines)])


def _rejected(summary: str, detail: str) -> RejectedError:
    return RejectedError([Finding(summary=summary, detail=detail)])
