"""A saved plan read back, and the seal that shows it is the one that was saved."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.core import canonical, differ, plan_document, pointers, strict_json
from reconciler.core.plan_document import FORMAT_VERSION
from reconciler.errors import PlanError
from reconciler.model.addresses import Address, Etag, RemoteId
from reconciler.model.changes import Action, Change, FieldChange, Origin, Pins, Reason
from reconciler.model.findings import Span
from reconciler.model.plans import Coverage, Doubt, Drift, Plan, Scope, Stranger
from reconciler.model.remarks import Author, Remark, Topic
from reconciler.model.values import Path, SecretRef, Spec, lookup

_SEALS = ("checksum", "mac")
_PINNED = (Action.UPDATE, Action.REPLACE, Action.DELETE)
_ACTIONS = {("create", "delete"): Action.REPLACE}


def seal(document: Mapping[str, Any], *, key: bytes | None) -> dict[str, Any]:
    """Return the document with a checksum, and with a MAC where there is a key to make one."""
    text = canonical.dumps(_unsealed(document)).encode()
    seals = {"checksum": hashlib.sha256(text).hexdigest()}
    if key is not None:
        seals["mac"] = hmac.new(key, text, hashlib.sha256).hexdigest()
    return {**document, "reconciler": {**document["reconciler"], **seals}}


def read(document: Any, *, key: bytes | None) -> Plan:
    """Return the plan that a document from ``strict_json.parse`` describes, if its seals hold.

    Without a key the checksum finds accidents, not intent; with one a valid MAC is demanded. Raises
    ``PlanError`` for whatever else a JSON value may be.
    """
    try:
        _check_version(str(document["format_version"]))
        plan = _plan(document)
        _check_seals(document, key)
        _check_consistency(plan, document)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise PlanError(
            "The file is not a plan of reconciler's, or it was cut short. Make a new one with "
            "`reconciler plan -out=FILE`."
        ) from error
    return plan


def _check_version(version: str) -> None:
    if version.split(".", maxsplit=1)[0] != FORMAT_VERSION.split(".")[0]:
        raise PlanError(
            f"The plan file has format version {version[:20]}, and this reconciler reads "
            f"{FORMAT_VERSION}. Use the version of reconciler that wrote it, or make a new plan "
            "with `reconciler plan -out=FILE`."
        )


def _check_seals(document: Mapping[str, Any], key: bytes | None) -> None:
    text = strict_json.spell(_unsealed(document)).encode()
    ours = document["reconciler"]
    if ours.get("checksum") != hashlib.sha256(text).hexdigest():
        raise PlanError(
            "The plan file is not as it was saved: its checksum does not fit its content. "
            "Make a new one with `reconciler plan -out=FILE` and have that reviewed."
        )
    if key is None:
        return
    expected = hmac.new(key, text, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(str(ours.get("mac", "")).encode(), expected.encode()):
        raise PlanError(
            "The plan file carries no valid MAC. RECONCILER_KEY is set, so only a plan that was "
            "saved with the same key is used. Give the key that it was saved with, or make a new "
            "one with `reconciler plan -out=FILE` and have that reviewed."
        )


def _check_consistency(plan: Plan, document: Mapping[str, Any]) -> None:
    """Refuse a plan that says otherwise of itself than it is: what reviewers saw would be false."""
    judged = (document["applyable"], document["errored"])
    digest = plan_document.digest(plan)
    applyable = plan.applicable and bool(plan.changes)
    if judged != (applyable, bool(plan.refusals)) or plan.digest != digest:
        raise PlanError(
            "The plan file contradicts itself, so it was altered after it was saved. Make a new "
            "one with `reconciler plan -out=FILE` and have that reviewed."
        )


def _unsealed(document: Mapping[str, Any]) -> dict[str, Any]:
    ours = {name: value for name, value in document["reconciler"].items() if name not in _SEALS}
    return {**document, "reconciler": ours}


def _plan(document: Mapping[str, Any]) -> Plan:
    ours = document["reconciler"]
    return Plan(
        scope=Scope(
            organization=ours["organization"],
            sandbox=ours["sandbox"],
            base_url=ours["base_url"],
            lineage=ours["lineage"],
            serial=int(ours["serial"]),
        ),
        changes=tuple(
            _change(change, _notes(change, ours)) for change in document["resource_changes"]
        ),
        drift=tuple(
            _drift(drift, ours["drift"][drift["address"]]) for drift in document["resource_drift"]
        ),
        doubts=tuple(_doubt(doubt) for doubt in ours["doubts"]),
        refusals=tuple(_remark(remark) for remark in ours["refusals"]),
        warnings=tuple(_remark(remark) for remark in ours["warnings"]),
        refreshed=ours["refreshed"],
        refresh_only=ours["refresh_only"],
        coverage=None if ours["coverage"] is None else _coverage(ours["coverage"]),
        digest=ours["digest"],
    )


def _change(resource: Mapping[str, Any], notes: Mapping[str, Any]) -> Change:
    change = resource["change"]
    actions = tuple(change["actions"])
    action = _ACTIONS[actions] if actions in _ACTIONS else Action(*actions)
    if action in _PINNED and (notes["pins"] is None or notes["id"] is None):
        raise ValueError("what changes a connection says which one, and as what it was seen")
    before, after = _side(change["before"]), _side(change["after"])
    return Change(
        address=Address.parse(resource["address"]),
        action=action,
        reason=Reason(notes["reason"]),
        before=before,
        after=after,
        fields=tuple(
            _field(before, after, path, Origin(origin))
            for path, origin in sorted(_by_path(notes["fields"]))
        ),
        id=_id(notes["id"]),
        importing="importing" in change,
        previous=_address(resource.get("previous_address")),
        pins=_pins(notes["pins"]),
        secrets={path: _secret(text) for path, text in _by_path(notes["secrets"])},
        replaced=_paths(notes["replaced"]),
        dropped=_paths(notes["dropped"]),
        ignored=_paths(notes["ignored"]),
        credentials_version=notes["credentials_version"],
        credentials_before=notes["credentials_before"],
        prevent_destroy=notes["prevent_destroy"],
        consented=notes["consented"],
        labels=notes["labels"],
        deposed="deposed" in resource,
        span=_span(notes["source"]),
    )


def _notes(resource: Mapping[str, Any], ours: Mapping[str, Any]) -> Mapping[str, Any]:
    if "deposed" in resource:
        return _mapping(ours["deposed"][resource["deposed"]])
    return _mapping(ours["changes"][resource["address"]])


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError
    return value


def _coverage(coverage: Mapping[str, Any]) -> Coverage:
    listed = coverage["listed"]
    return Coverage(
        managed=coverage["managed"],
        unmanaged=coverage["unmanaged"],
        listed=None if listed is None else tuple(map(_stranger, listed)),
    )


def _stranger(one: Mapping[str, Any]) -> Stranger:
    return Stranger(
        id=RemoteId(one["id"]), name=one["name"], connection_spec=one["connection_spec"]
    )


def _drift(resource: Mapping[str, Any], author: Mapping[str, Any]) -> Drift:
    before, after = _side(resource["change"]["before"]), _side(resource["change"]["after"])
    return Drift(
        address=Address.parse(resource["address"]),
        id=RemoteId(resource["change"]["before"]["id"]),
        before=before or {},
        after=after,
        fields=_drifted(before or {}, after),
        author=_author(author),
    )


def _drifted(before: Spec, after: Spec | None) -> tuple[FieldChange, ...]:
    if after is None:
        return ()
    return tuple(
        FieldChange(path=path, before=was, after=is_, origin=Origin.DRIFT)
        for path, was, is_ in differ.diff(before, after)
    )


def _field(before: Spec | None, after: Spec | None, path: Path, origin: Origin) -> FieldChange:
    return FieldChange(
        path=path, before=lookup(before or {}, path), after=lookup(after or {}, path), origin=origin
    )


def _doubt(doubt: Mapping[str, Any]) -> Doubt:
    return Doubt(
        address=Address.parse(doubt["address"]),
        name=doubt["name"],
        candidates=tuple(RemoteId(each) for each in doubt["candidates"]),
        certain=doubt["certain"],
        opened=doubt["opened"],
        settles=doubt["settles"],
    )


def _remark(remark: Mapping[str, Any]) -> Remark:
    return Remark(
        topic=Topic(remark["topic"]),
        address=_address(remark["address"]),
        other=_address(remark["other"]),
        ids=tuple(RemoteId(each) for each in remark["ids"]),
        names=tuple(remark["names"]),
        paths=_paths(remark["paths"]),
        count=remark["count"],
        limit=remark["limit"],
        text=remark["text"],
        author=None if remark["author"] is None else _author(remark["author"]),
        span=_span(remark["source"]),
    )


def _side(side: Mapping[str, Any] | None) -> Spec | None:
    if side is None:
        return None
    spec: Spec = strict_json.frozen({name: side[name] for name in side if name != "id"})
    return spec


def _pins(pins: Mapping[str, Any] | None) -> Pins | None:
    if pins is None:
        return None
    return Pins(
        etag=None if pins["etag"] is None else Etag(pins["etag"]),
        updated_by=pins["updated_by"],
        updated_client=pins["updated_client"],
        visible=pins["visible"],
    )


def _author(author: Mapping[str, Any]) -> Author:
    return Author(by=author["by"], client=author["client"], at=author["at"])


def _span(span: Mapping[str, Any] | None) -> Span | None:
    return None if span is None else Span(span["path"], span["line"], span["column"])


def _secret(text: str) -> SecretRef:
    scheme, _, key = text.partition(":")
    return SecretRef(scheme, key)


def _address(text: str | None) -> Address | None:
    return None if text is None else Address.parse(text)


def _id(text: str | None) -> RemoteId | None:
    return None if text is None else RemoteId(text)


def _by_path(members: Mapping[str, Any]) -> Iterable[tuple[Path, Any]]:
    return ((pointers.read(name), member) for name, member in members.items())


def _paths(texts: Iterable[str]) -> tuple[Path, ...]:
    return tuple(map(pointers.read, texts))
