"""A project to begin with: one environment, one manifest, and what git and editors need."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from reconciler.catalog import schemas
from reconciler.core.wording import quoted
from reconciler.errors import RejectedError
from reconciler.model.findings import Finding
from reconciler.state.disk import Disk, make_folder

PROJECT = "reconciler.yaml"
_PARTS = {
    "github": ("common", "github"),
    "gitlab": ("common", "gitlab"),
    "atlantis": ("atlantis",),
}
"""The folders of templates that each pipeline is made of."""
PIPELINES = tuple(_PARTS)
"""What there is a pipeline for."""

_MANIFESTS = "connections/"
_DOT = "dot-"
"""How a template spells the dot of a hidden file, which package tools would read themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What became of each file, relative to the project's folder."""

    written: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def manifest(self) -> str | None:
        """The manifest to fill in, if one was written."""
        return next((name for name in self.written if name.startswith(_MANIFESTS)), None)


def start(folder: Path, *, pipeline: str | None = None) -> Started:
    """Write whatever of a new project is not there yet, and leave alone what is.

    ``pipeline`` is one of ``PIPELINES``, or ``None``.

    A folder that has a project already gets no manifest: a manifest declares a connection. Raises
    ``RejectedError`` where a file cannot be written; those before it stay.
    """
    templates = _templates(pipeline)
    if _stands(folder / PROJECT):
        templates = {
            name: file for name, file in templates.items() if not name.startswith(_MANIFESTS)
        }
    written = tuple(name for name, file in templates.items() if _write(folder / name, file))
    return Started(written=written, kept=tuple(name for name in templates if name not in written))


def _stands(path: Path) -> bool:
    return os.path.lexists(path)


def _templates(pipeline: str | None) -> dict[str, Traversable]:
    """Return what is written, in order, and what it is a copy of."""
    app = resources.files("reconciler") / "app"
    ours = _below(app / "starter_files")
    for part in _PARTS.get(pipeline or "", ()):
        ours |= _below(app / "pipelines" / part)
    for_editors = {f"schemas/{file.name}": file for file in schemas.for_editors()}
    return {PROJECT: ours.pop(PROJECT)} | ours | for_editors


def _below(folder: Traversable, prefix: str = "") -> dict[str, Traversable]:
    found: dict[str, Traversable] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        hidden = entry.name.startswith(_DOT)
        name = f"{prefix}.{entry.name.removeprefix(_DOT)}" if hidden else prefix + entry.name
        found |= _below(entry, f"{name}/") if entry.is_dir() else {name: entry}
    return found


def _write(path: Path, template: Traversable) -> bool:
    """Tell whether the file was made; one that exists, be it a link to nothing, stays as it is.

    Nobody else may write it, nor a folder that is made for it, whatever the umask allows.
    """
    try:
        if not path.parent.is_dir():
            make_folder(Disk(), path.parent)
        with open(path, "xb", opener=_closed_to_others) as file:
            file.write(template.read_bytes())
    except FileExistsError:
        if path.parent.is_dir():
            return False
        raise RejectedError(
            [_unwritable(path, "there is a file where a folder should be")]
        ) from None
    except OSError as error:
        raise RejectedError([_unwritable(path, str(error.strerror))]) from error
    return True


def _closed_to_others(path: str, flags: int) -> int:
    return os.open(path, flags, 0o644)


def _unwritable(path: Path, reason: str) -> Finding:
    detail = f"{quoted(str(path))} cannot be written: {reason}. What was there is unchanged."
    return Finding(summary="Project not complete", detail=detail)
