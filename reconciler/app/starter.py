"""A project to begin with: one environment, one manifest, and what git and editors need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from reconciler.core.wording import quoted
from reconciler.errors import RejectedError
from reconciler.model.findings import Finding

PROJECT = "reconciler.yaml"
MANIFEST = "connections/zoho-crm.yaml"

_TEMPLATES: Mapping[str, str] = {
    PROJECT: "app/starter_files/reconciler.yaml",
    MANIFEST: "app/starter_files/connections/zoho-crm.yaml",
    "schemas/project.schema.json": "schemas/project.schema.json",
    "schemas/zoho-crm-connection.schema.json": "schemas/zoho-crm-connection.schema.json",
    "state/README.md": "app/starter_files/state-readme.md",
    ".gitignore": "app/starter_files/gitignore",
    ".gitattributes": "app/starter_files/gitattributes",
}
"""What is written, by what it is a copy of. The schemas are for editors: ours are built in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What became of each file, relative to the project's folder."""

    written: tuple[str, ...]
    kept: tuple[str, ...]


def start(folder: Path) -> Started:
    """Write whatever of a new project is not there yet, and leave alone what is.

    A folder that has a project already gets no manifest: a manifest declares a connection. Raises
    ``RejectedError`` where a file cannot be written; those before it stay.
    """
    wanted = [name for name in _TEMPLATES if name != MANIFEST or not _stands(folder / PROJECT)]
    written = tuple(name for name in wanted if _write(folder / name, _template(name)))
    return Started(written=written, kept=tuple(name for name in wanted if name not in written))


def _stands(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _template(name: str) -> Traversable:
    return resources.files("reconciler").joinpath(_TEMPLATES[name])


def _write(path: Path, template: Traversable) -> bool:
    """Tell whether the file was made; one that exists, be it a link to nothing, stays as it is."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
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


def _unwritable(path: Path, reason: str) -> Finding:
    detail = f"{quoted(str(path))} cannot be written: {reason}. What was there is unchanged."
    return Finding(summary="Project not complete", detail=detail)
