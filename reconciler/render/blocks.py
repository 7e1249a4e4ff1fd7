"""One connection of a plan as Terraform prints it: its header comments, then its members.

The words and the alignment are those that tfcmt (pkg/terraform/parser.go) and Atlantis
(server/events/models/models.go) read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.core import authorship
from reconciler.core.escaping import escape
from reconciler.model.changes import Action, Change, FieldChange, Origin, Reason
from reconciler.model.plans import Drift
from reconciler.model.secrets import MASK
from reconciler.model.values import UNSET, Path, Spec, Unset, same

SIGNS = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REPLACE: "+/-",
    Action.DELETE: "-",
    Action.FORGET: ".",
    Action.NO_OP: " ",
}

_ORIGINS = {
    Origin.CONFIGURATION: "",
    Origin.DRIFT: " # drift",
    Origin.BOTH: " # configuration and drift",
}


class KnownAfter:
    """A value that only the service can choose."""


KNOWN_AFTER = KnownAfter()

_HEADS = ("id", "name")
"""Members that are shown of a connection whether they change or not."""


def heading(change: Change) -> Iterator[str]:
    """Yield the comments above a change: what becomes of which connection, and why."""
    at = change.subject
    moved = change.previous is not None
    if change.action is Action.NO_OP and not change.importing:
        follows = change.reason is Reason.ACCEPTED
        said = (
            f"{at} will be recorded as it is" if follows else f"{change.previous} has moved to {at}"
        )
        yield f"  # {said}"
        return
    yield {
        Action.CREATE: f"  # {at} will be created",
        Action.UPDATE: f"  # {at} will be updated in-place",
        Action.REPLACE: f"  # {at} will be replaced, as requested",
        Action.DELETE: f"  # {at} will be destroyed",
        Action.FORGET: (
            f"  # {at} will no longer be managed by reconciler, but will not be destroyed"
        ),
        Action.NO_OP: f"  # {at} will be imported",
    }[change.action]
    if change.importing and change.action is Action.UPDATE:
        yield f'  # (imported from "{escape(change.id or "")}")'
    if moved:
        yield f"  # (moved from {change.previous})"
    if why := because(change):
        yield f"  # ({why})"


def because(change: Change) -> str:
    """Return why a change is planned, where that does not go without saying."""
    return {
        Reason.VANISHED: "it no longer exists on the service",
        Reason.SETTLED: "an earlier run created it",
        Reason.NOT_DECLARED: f"because {change.address} is not in configuration",
        Reason.REMOVED: f"because removed: names {change.address}",
        Reason.DEPOSED: "left over from a replacement that did not get to its end",
        Reason.GONE: "it is neither declared nor on the service",
    }.get(change.reason, "")


def block(change: Change) -> Iterator[str]:
    """Yield the lines that show the members of a change."""
    body = Body(fields=change.fields, resent=change.replaced)
    yield f"{SIGNS[change.action]:>3} {_resource(change)}"
    before = _identified(change.before, change.id)
    after = _identified(change.after, change.id)
    match change.action:
        case Action.CREATE:
            yield from body.whole(_identified(change.after, KNOWN_AFTER), sign="+", depth=1)
        case Action.UPDATE:
            yield from body.changed(
                _versioned(before, change.credentials_before),
                _versioned(after, change.credentials_version),
                depth=1,
            )
        case Action.REPLACE:
            made = _identified(change.after, KNOWN_AFTER)
            yield from body.changed(before, made, depth=1)
        case Action.DELETE:
            yield from body.whole(before, sign="-", depth=1)
        case Action.FORGET | Action.NO_OP:
            yield from body.plain(_heads(after if change.after else before), depth=1)
    yield "    }"


def drifted(drift: Drift) -> Iterator[str]:
    """Yield the lines that show how a connection drifted."""
    if drift.after is None:
        yield f"  # {drift.address} has been deleted"
        yield f"  - {_resource(drift)}"
        yield from Body.plain(_heads(_identified(drift.before, drift.id)), depth=1)
    else:
        yield f"  # {drift.address} has changed"
        yield f"  # (by {authorship.by(drift.author)})"
        yield f"  ~ {_resource(drift)}"
        before, after = (_identified(side, drift.id) for side in (drift.before, drift.after))
        yield from Body(fields=()).changed(before, after, depth=1)
    yield "    }"


def _resource(subject: Change | Drift) -> str:
    return f'resource "{subject.address.kind}" "{subject.address.name}" {{'


def _identified(spec: Spec | None, remote_id: Any) -> Mapping[str, Any]:
    return {"id": remote_id, **(spec or {})}


def _versioned(members: Mapping[str, Any], version: str | None) -> Mapping[str, Any]:
    return members if version is None else {**members, "credentialsVersion": version}


def _heads(members: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: members[name] for name in _HEADS if name in members}


class Body:
    """The members of one resource, line by line, as Terraform aligns them."""

    def __init__(self, *, fields: tuple[FieldChange, ...], resent: tuple[Path, ...] = ()) -> None:
        self.origins = {field.path: field.origin for field in fields}
        self.resent = resent

    @classmethod
    def plain(cls, spec: Mapping[str, Any], *, depth: int = 0) -> Iterator[str]:
        """Yield every member of ``spec`` as it is."""
        width = _width(spec)
        for name in sorted(spec):
            label = "    " * depth + f"    {escape(name):<{width}} = "
            if isinstance(spec[name], Mapping):
                yield label + "{"
                yield from cls.plain(spec[name], depth=depth + 1)
                yield "    " * depth + "    }"
            else:
                yield label + value(spec[name])

    def whole(self, spec: Mapping[str, Any], *, sign: str, depth: int) -> Iterator[str]:
        """Yield every member of ``spec``, all of them made or all of them destroyed."""
        margin, width = "    " * depth + f"  {sign} ", _width(spec)
        for name in sorted(spec):
            label = f"{margin}{escape(name):<{width}} = "
            if isinstance(spec[name], Mapping):
                yield label + "{"
                yield from self.whole(spec[name], sign=sign, depth=depth + 1)
                yield "    " * depth + "    }" + (" -> null" if sign == "-" else "")
            else:
                yield label + value(spec[name]) + (" -> null" if sign == "-" else "")

    def changed(
        self, before: Mapping[str, Any], after: Mapping[str, Any], *, depth: int, path: Path = ()
    ) -> Iterator[str]:
        """Yield the members that change, and how many do not."""
        names = sorted(before.keys() | after.keys())
        shown = [name for name in names if self._changes(before, after, (*path, name))]
        kept = [name for name in _HEADS if name in before and name not in shown and not path]
        width = _width([*shown, *kept])
        for name in names:
            if name in kept:
                yield "    " * depth + f"    {escape(name):<{width}} = {value(before[name])}"
            elif name in shown:
                yield from self._member(before, after, (*path, name), depth=depth, width=width)
        hidden = len(names) - len(shown) - len(kept)
        if hidden:
            plural = "attribute" if hidden == 1 else "attributes"
            yield "    " * depth + f"    # ({hidden} unchanged {plural} hidden)"

    def _member(
        self,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        path: Path,
        *,
        depth: int,
        width: int,
    ) -> Iterator[str]:
        name = path[-1]
        was, is_ = before.get(name, UNSET), after.get(name, UNSET)
        sign = "+" if was is UNSET else "-" if is_ is UNSET else "~"
        label = "    " * depth + f"  {sign} {escape(name):<{width}} = "
        if isinstance(was, Mapping) and isinstance(is_, Mapping):
            note = " # all credentials are sent again" if path in self.resent else ""
            yield label + "{" + note
            yield from self.changed(was, is_, depth=depth + 1, path=path)
            yield "    " * depth + "    }"
            return
        origin = _ORIGINS[self.origins.get(path, Origin.CONFIGURATION)]
        yield label + _transition(was, is_) + origin

    def _changes(self, before: Mapping[str, Any], after: Mapping[str, Any], path: Path) -> bool:
        was, is_ = before.get(path[-1], UNSET), after.get(path[-1], UNSET)
        if path in self.origins or not same(was, is_):
            return True
        if is_ is None:
            return any(path[: len(whole)] == whole for whole in self.resent)
        return any(whole[: len(path)] == path for whole in self.resent)


def _transition(was: Any, is_: Any) -> str:
    if was is UNSET:
        return value(is_)
    if is_ is UNSET:
        return f"{value(was)} -> null"
    if was is None and is_ is None:
        return MASK
    return f"{value(was)} -> {value(is_)}"


def value(held: Any) -> str:
    """Return one value as Terraform spells it, escaped."""
    match held:
        case None:
            return MASK
        case Unset():
            return "null"
        case KnownAfter():
            return "(known after apply)"
        case bool():
            return "true" if held else "false"
        case str():
            return '"' + escape(held).replace('"', r"\"") + '"'
        case Mapping():
            members = (f"{escape(name)} = {value(held[name])}" for name in sorted(held))
            return "{" + ", ".join(members) + "}"
        case tuple():
            return "[" + ", ".join(map(value, held)) + "]"
        case _:
            return str(held)


def _width(names: Any) -> int:
    return max((len(escape(name)) for name in names), default=0)
