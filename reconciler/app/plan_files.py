"""Saved plans as files."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

from reconciler.app.sessions import Session
from reconciler.core import canonical, plan_document, plan_reader, strict_json
from reconciler.core.escaping import escape
from reconciler.core.strict_json import NotStrictError
from reconciler.core.wording import quoted
from reconciler.errors import PlanError, RejectedError
from reconciler.model.findings import Finding
from reconciler.model.plans import Plan, Scope

_LARGEST = 256 * 1024 * 1024
"""Bytes; updates of some eighty thousand connections."""
_VALUES = 8_000_000
"""Values; an update of a connection has less than a hundred."""


def document(plan: Plan, *, key: bytes | None) -> str:
    """Return the saved plan: what ``-out`` writes and ``-format=json`` prints."""
    return canonical.pretty(plan_reader.seal(plan_document.encode(plan), key=key))


def save(path: Path, text: str, *, session: Session) -> None:
    """Write the file whole or not at all; raise ``RejectedError`` where that is not possible.

    What is there already is overwritten only if it is a plan itself.
    """
    if path.resolve() in _states(session) or (os.path.lexists(path) and not _is_plan(path)):
        raise _unsaved(path, "it is something else than a saved plan, and is not overwritten")
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unsaved(path, str(error.strerror)) from error


def _states(session: Session) -> set[Path]:
    """Return where the states of the project lie, or will."""
    folder = session.surroundings.folder
    return {(folder / each.state).resolve() for each in session.project.environments.values()}


def _unsaved(path: Path, reason: str) -> RejectedError:
    detail = f"{_named(path)} cannot be written: {reason}. Choose another name."
    return RejectedError([Finding(summary="Plan not saved", detail=detail)])


def _is_plan(path: Path) -> bool:
    try:
        found = None if path.is_symlink() else _document(path)
    except PlanError:
        return False
    return isinstance(found, dict) and "resource_changes" in found


def read(path: Path, *, key: bytes | None) -> Plan:
    """Return the plan in a file; raise ``PlanError`` for one that is none or was altered."""
    found = _document(path)
    plan = plan_reader.read(found, key=key)
    if key is None and not _is_sound(found):  # a valid MAC says that we have written it
        raise PlanError(
            f"{_named(path)} has members of other types than a saved plan. Make a new one "
            "with `reconciler plan -out=FILE` and have that reviewed."
        )
    return plan


def _is_sound(found: Any) -> bool:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 -- only saved plans need it

    file = resources.files("reconciler") / "schemas" / "plan.schema.json"
    return bool(Draft202012Validator(json.loads(file.read_text())).is_valid(found))


def check_scope(plan: Plan, session: Session) -> None:
    """Raise ``PlanError`` unless the plan was made for what is now; say all that differs."""
    now = session.scope(session.recorded())
    words = [
        f"its {name} is {_shown(was)}, and now it is {_shown(is_)}"
        for name, was, is_ in _compared(plan.scope, now)
        if was != is_
    ]
    if words:
        raise PlanError(
            f"The plan was made for something else: {'; '.join(words)}. A saved plan is applied as "
            f"it stands or not at all. {_way_out(plan.scope, now)}"
        )


def check_applicable(plan: Plan) -> None:
    """Raise ``PlanError`` for a plan that no apply may carry out."""
    if not plan.refreshed:
        raise PlanError(
            "The plan was made with -refresh=false, so nobody knows what is live. Make a new one "
            "without it: `reconciler plan -out=FILE`."
        )
    if plan.refusals:
        raise PlanError(
            "The plan was refused when it was made; `reconciler show PLANFILE` says why and what "
            "to do. Do that and make a new one with `reconciler plan -out=FILE`."
        )


def _compared(was: Scope, is_: Scope) -> list[tuple[str, str, str]]:
    return [
        ("organisation", was.organization, is_.organization),
        ("sandbox", was.sandbox, is_.sandbox),
        ("base URL", was.base_url, is_.base_url),
        ("state's lineage", was.lineage, is_.lineage),
        ("state's serial", str(was.serial), str(is_.serial)),
    ]


def _way_out(was: Scope, is_: Scope) -> str:
    if (was.organization, was.sandbox, was.base_url) != (
        is_.organization,
        is_.sandbox,
        is_.base_url,
    ):
        return (
            "Apply it with the -e, AEP_ORG_ID and AEP_BASE_URL that it was made with, or make a "
            "new one here with `reconciler plan -out=FILE` and have that reviewed."
        )
    if was.lineage and was.lineage != is_.lineage:
        return (
            "Its state lies elsewhere or was replaced: see that `state:` in reconciler.yaml names "
            "the right one, or make a new plan with `reconciler plan -out=FILE` and have that "
            "reviewed."
        )
    return (
        "The state has been saved since it was made. Plan anew with `reconciler apply "
        "-expect=PLANFILE`, which goes on if that comes to the same and otherwise says what "
        "differs."
    )


def _shown(text: str) -> str:
    return quoted(text) if text else "none"


def _document(path: Path) -> Any:
    try:
        return strict_json.parse(_contents(path), depth=strict_json.OWN_DEPTH, values=_VALUES)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise _unreadable(path, reason) from error
    except NotStrictError as error:
        raise PlanError(
            f"{_named(path)} is no plan as it was saved: {error}. Make a new one with "
            "`reconciler plan -out=FILE` and have that reviewed."
        ) from error
    except ValueError as error:
        raise PlanError(
            f"{_named(path)} is not JSON, so it is no saved plan. Make one with "
            "`reconciler plan -out=FILE`."
        ) from error


def _named(path: Path) -> str:
    """Return the path whole: what people look for is its end."""
    return f'"{escape(str(path))}"'


def _unreadable(path: Path, reason: str) -> PlanError:
    return PlanError(
        f"{_named(path)} {reason}. Give the file that `reconciler plan -out=FILE` has written."
    )


def _contents(path: Path) -> bytes:
    with open(path, "rb", opener=_open_at_once) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise _unreadable(path, "is no regular file")
        if status.st_size > _LARGEST:
            raise _unreadable(path, "is larger than any plan")
        return file.read(status.st_size + 1)  # one that grows meanwhile is cut off


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting for somebody to write, as a pipe would."""
    return os.open(path, flags | os.O_NONBLOCK)
