"""A plan as Terraform's plan representation, format version 1.2; ``plan_reader`` is the way back.

``resource_changes`` and ``resource_drift`` are Terraform's. Everything that an apply needs beside
them stands under ``reconciler``. A write-only member is ``null`` in ``before`` and ``after`` and
``true`` in ``*_sensitive``; no value of one is anywhere. Paths are JSON Pointers, since a member's
name may hold a dot. ``schemas/plan.schema.json`` describes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler import __version__
from reconciler.core import canonical, pointers
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.changes import Action, Change, Pins, Reason
from reconciler.model.findings import Span
from reconciler.model.plans import Coverage, Doubt, Drift, Plan
from reconciler.model.remarks import Author, Remark
from reconciler.model.values import Path, SecretRef, Spec, thaw

FORMAT_VERSION = "1.2"
PROVIDER = "flow-service"

_ACTIONS = {Action.REPLACE: (Action.CREATE, Action.DELETE)}
"""The actions that are several in Terraform's words."""

_UNDECLARED = frozenset({Reason.NOT_DECLARED, Reason.REMOVED})


def encode(plan: Plan) -> dict[str, Any]:
    """Return the plan as JSON-ready data, without its seal."""
    return {
        "format_version": FORMAT_VERSION,
        "applyable": plan.applicable and bool(plan.changes),
        "complete": plan.complete,
        "errored": bool(plan.refusals),
        "resource_changes": [_change(change) for change in plan.changes],
        "resource_drift": [_drift(drift) for drift in plan.drift],
        "reconciler": {
            "version": __version__,
            "organization": plan.scope.organization,
            "sandbox": plan.scope.sandbox,
            "base_url": plan.scope.base_url,
            "lineage": plan.scope.lineage,
            "serial": plan.scope.serial,
            "refreshed": plan.refreshed,
            "refresh_only": plan.refresh_only,
            "coverage": None if plan.coverage is None else covered(plan.coverage),
            "digest": plan.digest,
            "changes": {
                str(change.address): _notes(change) for change in plan.changes if not change.deposed
            },
            "deposed": {
                str(change.id): _notes(change) for change in plan.changes if change.deposed
            },
            "drift": {str(drift.address): _author(drift.author) for drift in plan.drift},
            "doubts": [_doubt(doubt) for doubt in plan.doubts],
            "refusals": [_remark(remark) for remark in plan.refusals],
            "warnings": [_remark(remark) for remark in plan.warnings],
        },
    }


def digest(plan: Plan) -> str:
    """Return the SHA-256 of what the plan changes, in hex.

    It covers addresses, actions, ids, before and after, and which credentials are sent; not the
    serial, lineage or etags, so that it outlives somebody else's apply. Nor does it cover what an
    earlier run made: every apply records that before it plans, whoever reviewed what.
    """
    return canonical.digest([reviewed(change) for change in reviewable(plan)])


def reviewable(plan: Plan) -> tuple[Change, ...]:
    """Return the changes that the digest covers."""
    return tuple(change for change in plan.changing if not _settles(change))


def _settles(change: Change) -> bool:
    return change.reason is Reason.SETTLED and change.action is Action.NO_OP


def reviewed(change: Change) -> dict[str, Any]:
    """Return what the digest covers of a change."""
    return {
        "address": change.subject,
        "previous": _text(change.previous),
        "action": change.action,
        "importing": change.importing and change.reason is not Reason.SETTLED,
        "id": change.id,
        "before": thaw(change.before),
        "after": thaw(change.after),
        "credentials": _references(change.secrets),
        "credentials_version": change.credentials_version,
    }


def _change(change: Change) -> dict[str, Any]:
    document: dict[str, Any] = {
        **_resource(change.address),
        "change": {
            "actions": [action.value for action in _ACTIONS.get(change.action, (change.action,))],
            "before": _side(change.before, change.id),
            "after": _side(change.after, None if change.action.creates else change.id),
            "after_unknown": {"id": True} if change.action.creates else {},
            "before_sensitive": _sensitive(change.before),
            "after_sensitive": _sensitive(change.after),
        },
    }
    if change.deposed:
        document["deposed"] = change.id
    if change.importing:
        document["change"]["importing"] = {"id": change.id}
    if change.previous is not None:
        document["previous_address"] = str(change.previous)
    if (reason := action_reason(change)) is not None:
        document["action_reason"] = reason
    return document


def action_reason(change: Change) -> str | None:
    """Return why, in Terraform's words, where it has words for that."""
    if change.action is Action.DELETE and change.reason in _UNDECLARED:
        return "delete_because_no_resource_config"
    return "replace_by_request" if change.action is Action.REPLACE else None


def covered(coverage: Coverage) -> dict[str, Any]:
    """Return how much is managed."""
    return {
        "managed": coverage.managed,
        "unmanaged": coverage.unmanaged,
        "percent": coverage.percent,
        "listed": None
        if coverage.listed is None
        else [
            {"id": one.id, "name": one.name, "connection_spec": one.connection_spec}
            for one in coverage.listed
        ],
    }


def _drift(drift: Drift) -> dict[str, Any]:
    return {
        **_resource(drift.address),
        "change": {
            "actions": ["delete" if drift.after is None else "update"],
            "before": _side(drift.before, drift.id),
            "after": _side(drift.after, drift.id),
            "after_unknown": {},
            "before_sensitive": _sensitive(drift.before),
            "after_sensitive": _sensitive(drift.after),
        },
    }


def _resource(address: Address) -> dict[str, Any]:
    return {
        "address": str(address),
        "mode": "managed",
        "type": address.kind,
        "name": address.name,
        "provider_name": PROVIDER,
    }


def _side(spec: Spec | None, remote_id: RemoteId | None) -> dict[str, Any] | None:
    if spec is None:
        return None
    side: dict[str, Any] = thaw(spec)
    return side if remote_id is None else {"id": remote_id, **side}


def _sensitive(spec: Spec | None) -> dict[str, Any] | bool:
    """Return ``True`` wherever ``spec`` has a write-only member; ``False`` for no spec at all."""
    if spec is None:
        return False
    marks: dict[str, Any] = {}
    for name, member in spec.items():
        if member is None:
            marks[name] = True
        elif isinstance(member, Mapping) and (below := _sensitive(member)):
            marks[name] = below
    return marks


def _notes(change: Change) -> dict[str, Any]:
    """Return what apply needs of a change beyond Terraform's words."""
    return {
        "reason": change.reason,
        "id": change.id,
        "pins": _pins(change.pins),
        "fields": {pointers.spell(field.path): field.origin for field in change.fields},
        "secrets": _references(change.secrets),
        "replaced": _paths(change.replaced),
        "dropped": _paths(change.dropped),
        "ignored": _paths(change.ignored),
        "credentials_version": change.credentials_version,
        "credentials_before": change.credentials_before,
        "prevent_destroy": change.prevent_destroy,
        "consented": change.consented,
        "labels": dict(change.labels),
        "source": _span(change.span),
    }


def _pins(pins: Pins | None) -> dict[str, Any] | None:
    if pins is None:
        return None
    return {
        "etag": pins.etag,
        "updated_by": pins.updated_by,
        "updated_client": pins.updated_client,
        "visible": pins.visible,
    }


def _doubt(doubt: Doubt) -> dict[str, Any]:
    return {
        "address": str(doubt.address),
        "name": doubt.name,
        "candidates": list(doubt.candidates),
        "certain": doubt.certain,
        "opened": doubt.opened,
        "settles": doubt.settles,
    }


def _remark(remark: Remark) -> dict[str, Any]:
    return {
        "topic": remark.topic,
        "address": _text(remark.address),
        "other": _text(remark.other),
        "ids": list(remark.ids),
        "names": list(remark.names),
        "paths": _paths(remark.paths),
        "count": remark.count,
        "limit": remark.limit,
        "text": remark.text,
        "author": None if remark.author is None else _author(remark.author),
        "source": _span(remark.span),
    }


def _author(author: Author) -> dict[str, Any]:
    return {"by": author.by, "client": author.client, "at": author.at}


def _span(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {"path": span.path, "line": span.line, "column": span.column}


def _references(secrets: Mapping[Path, SecretRef]) -> dict[str, str]:
    return {pointers.spell(path): str(reference) for path, reference in secrets.items()}


def _paths(paths: Iterable[Path]) -> list[str]:
    return [pointers.spell(path) for path in paths]


def _text(address: Address | None) -> str | None:
    return None if address is None else str(address)
