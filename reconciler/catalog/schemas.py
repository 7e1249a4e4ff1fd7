"""Reads kinds: those that come with reconciler, and those that a project adds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reconciler.catalog import inspector, interpreter
from reconciler.core import strict_json
from reconciler.core.strict_json import NotStrictError
from reconciler.core.wording import quoted
from reconciler.errors import RejectedError
from reconciler.model.findings import Finding, Span
from reconciler.model.kinds import Kind

_LARGEST = 1024 * 1024
_MOST = 200
"""Files in a project's own folder of schemas."""
ENDING = ".schema.json"
_OTHERS = {f"{name}{ENDING}" for name in ("kind", "plan", "project", "state")}
"""Schemas in the same folder that describe something else."""


def load(project_folder: Path) -> Mapping[str, Kind]:
    """Return every kind by name, in order.

    A project's file for a kind that comes with reconciler is a copy for editors and is not read
    further. Raises ``RejectedError`` with everything that is wrong with the project's own kinds.
    """
    kinds = dict(built_in())
    own: dict[str, Kind] = {}
    found: list[Finding] = []
    for path in _files(project_folder / "schemas"):
        if path.name not in _OTHERS:
            kind = _own(path, f"schemas/{path.name}", project_folder.resolve(), kinds, own)
            if isinstance(kind, Kind):
                own[kind.name] = kind
            else:
                found += kind
    if found:
        raise RejectedError(found)
    return MappingProxyType(dict(sorted((kinds | own).items())))


def _files(folder: Path) -> list[Path]:
    try:
        found = sorted(islice(folder.glob(f"*{ENDING}"), _MOST + 1))
    except OSError as error:
        detail = f"{quoted(str(folder))} cannot be searched: {error.strerror}."
        raise RejectedError([Finding(summary="Unreadable folder", detail=detail)]) from error
    if len(found) > _MOST:
        detail = f"{quoted(str(folder))} holds more than {_MOST} schemas. Take out some."
        raise RejectedError([Finding(summary="Too many schemas", detail=detail)])
    return found


def may_hold_a_kind(name: str) -> bool:
    """Tell whether a file of that name in ``schemas/`` is looked at for a kind."""
    return name.endswith(ENDING) and name not in _OTHERS


@cache
def built_in() -> Mapping[str, Kind]:
    """Return the kinds that come with reconciler; the package is trusted and not inspected."""
    kinds = {}
    for file in (resources.files("reconciler") / "schemas").iterdir():
        if file.name.endswith(ENDING) and file.name not in _OTHERS:
            kind = interpreter.interpret(json.loads(file.read_text(encoding="utf-8")))
            kinds[kind.name] = kind
    return MappingProxyType(kinds)


def for_editors() -> tuple[Traversable, ...]:
    """Return the schemas that people's own files follow: a project's, and each kind's."""
    files = sorted(
        (resources.files("reconciler") / "schemas").iterdir(), key=lambda file: file.name
    )
    ours = _OTHERS - {f"project{ENDING}"}
    return tuple(file for file in files if file.name.endswith(ENDING) and file.name not in ours)


def names(project_folder: Path) -> Mapping[str, str]:
    """Return the name that each kind's file has, or would have, in a project's ``schemas``."""
    found = {}
    for file in for_editors():
        found[_kind_name(json.loads(file.read_text(encoding="utf-8")))] = file.name
    for path in _files(project_folder / "schemas"):
        schema = _read(path, path.name, project_folder.resolve())
        if isinstance(schema, dict) and "x-reconciler" in schema:
            found[_kind_name(schema)] = path.name
    return found


def _own(
    path: Path, name: str, folder: Path, built_in: Mapping[str, Kind], own: Mapping[str, Kind]
) -> Kind | tuple[Finding, ...]:
    schema = _read(path, name, folder)
    if isinstance(schema, Finding):
        return (schema,)
    if not isinstance(schema, dict) or "x-reconciler" not in schema:
        return ()  # a schema for something else
    kind_name = _kind_name(schema)
    if kind_name in built_in:
        return ()
    if kind_name in own:
        detail = f"Another file in schemas/ describes the kind {quoted(kind_name)} already."
        return (_finding("Repeated kind", detail, name),)
    try:
        problems = inspector.inspect(schema)
        if not problems:
            return interpreter.interpret(schema)
    except RecursionError:
        problems = ("Its references lead through too many others.",)
    return tuple(_finding("Unusable schema", problem, name) for problem in problems)


def _kind_name(schema: Any) -> str:
    try:
        return str(schema["properties"]["kind"]["const"])
    except (KeyError, TypeError):
        return ""


def _read(path: Path, name: str, folder: Path) -> Any:
    """Return the JSON in a file, or a finding that says why there is none."""
    try:
        if not path.is_file():
            return _finding("Unusable schema", "It is no regular file.", name)
        if not path.resolve().is_relative_to(folder):
            detail = "It leads out of the project's folder, from where nothing is read."
            return _finding("Unusable schema", detail, name)
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            return _finding("Unusable schema", f"The file has more than {_LARGEST} bytes.", name)
        return strict_json.parse(data)
    except OSError as error:
        return _finding("Unusable schema", f"The file cannot be read: {error.strerror}.", name)
    except json.JSONDecodeError as error:
        detail = f"The file is not JSON: {error.msg}."
        return _finding("Unusable schema", detail, name, line=error.lineno, column=error.colno)
    except UnicodeDecodeError:
        return _finding("Unusable schema", "The file is not UTF-8.", name)
    except NotStrictError as error:
        return _finding("Unusable schema", f"The file is not strict JSON: {error}.", name)


def _finding(summary: str, detail: str, name: str, *, line: int = 1, column: int = 1) -> Finding:
    return Finding(summary=summary, detail=detail, span=Span(name, line, column))
