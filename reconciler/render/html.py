"""Plans as one HTML file that needs nothing else: no network, no other file, not even a script.

The template only arranges; what is shown is made here. Whatever somebody else wrote goes through
``escape``, and the template engine makes text of it. The page's own style and script are allowed by
their hashes, so that nothing else could run even if it got in.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from reconciler.core import authorship, matrix
from reconciler.core.escaping import escape
from reconciler.model.changes import Action, Change, Origin
from reconciler.model.findings import Finding, Severity
from reconciler.model.plans import Drift, Plan
from reconciler.model.reviews import Review
from reconciler.model.values import UNSET, Path, Spec, Unset, dotted, leaves, same
from reconciler.render import blocks, coverage_lines, matrix_text, text

View = dict[str, Any]

_ACTIONS = {
    Action.CREATE: ("+", "create", "To create"),
    Action.UPDATE: ("~", "update", "To update in place"),
    Action.REPLACE: ("+/-", "replace", "To create anew, and then destroy"),
    Action.DELETE: ("-", "delete", "To destroy"),
    Action.FORGET: (".", "forget", "To forget, and not to destroy"),
    Action.NO_OP: ("→", "adopt", "To record"),
}
"""The sign, the word by which it is styled, and the heading."""

_FEW = 5
"""Changes that are unfolded from the start."""

_ORIGINS = {
    Origin.CONFIGURATION: "configuration",
    Origin.DRIFT: "drift",
    Origin.BOTH: "configuration and drift",
}


def render(reviews: Sequence[Review]) -> str:
    """Return the page."""
    engine = _engine()
    style, script = _source(engine, "style.css"), _source(engine, "script.js")
    return engine.get_template("page.html").render(
        title=", ".join(escape(review.title) for review in reviews),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        matrix=_matrix(reviews) if len(reviews) > 1 else None,
        labels=_labels(reviews),
        plans=[_plan(number, review) for number, review in enumerate(reviews, start=1)],
    )


@cache
def _engine() -> Environment:
    return Environment(
        loader=PackageLoader("reconciler.render", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _source(engine: Environment, name: str) -> str:
    assert engine.loader is not None  # noqa: S101 -- it was made with one
    return engine.loader.get_source(engine, name)[0]


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"


def _plan(number: int, review: Review) -> View:
    plan = review.plan
    return {
        "id": f"plan-{number}",
        "title": escape(review.title),
        "summary": text.summary(plan),
        "failed": plan is None or bool(plan.refusals),
        "coverage": "" if plan is None else coverage_lines.sentence(plan.coverage),
        "unmanaged": [] if plan is None else list(coverage_lines.listing(plan.coverage)),
        "digest": "" if plan is None else plan.digest,
        "tally": [] if plan is None else list(_tally(plan)),
        "findings": [_finding(one) for one in _errors_first(review.findings)],
        "open": plan is not None and len(plan.changing) <= _FEW,
        "groups": [] if plan is None else list(_groups(plan, number)),
        "drift": [] if plan is None else list(_drifts(plan)),
    }


def _errors_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: (one.severity is not Severity.ERROR, one.order))


def _tally(plan: Plan) -> Iterator[View]:
    tally = plan.tally
    counts = {"import": tally.imported, "create": tally.added, "update": tally.changed}
    counts |= {"destroy": tally.destroyed, "forget": tally.forgotten}
    counts |= {"in doubt": len(plan.doubts), "drifted": len(plan.drift)}
    for word, count in counts.items():
        if count or word in ("create", "update", "destroy"):
            yield {"word": word, "count": count}


def _finding(finding: Finding) -> View:
    place = [str(part) for part in (finding.span, finding.address) if part is not None]
    return {
        "severity": finding.severity.value,
        "summary": escape(finding.summary),
        "place": escape("  ".join(place)),
        "detail": escape(finding.detail),
        "lines": "\n".join(map(escape, finding.lines)),
    }


def _groups(plan: Plan, number: int) -> Iterator[View]:
    for action, (sign, word, heading) in _ACTIONS.items():
        changes = [change for change in plan.changing if change.action is action]
        if changes:
            yield {
                "word": word,
                "heading": heading,
                "changes": [_change(change, sign, number) for change in changes],
            }


def _change(change: Change, sign: str, number: int) -> View:
    rows = [*_rows(change), *_version(change)]
    return {
        "id": f"change-{number}-{change.address}" + (f"-{change.id}" if change.deposed else ""),
        "sign": sign,
        "address": change.subject,
        "remote_id": escape(change.id or ""),
        "why": " ".join(_why(change)),
        "source": "" if change.span is None else escape(str(change.span)),
        "labels": _labels_of(change),
        "changed": [row for row in rows if row["state"] != "same"],
        "same": [row for row in rows if row["state"] == "same"],
        "resent": bool(change.replaced),
    }


def _rows(change: Change) -> Iterator[View]:
    origins = {field.path: field.origin for field in change.fields}
    before, after = _leaves(change.before), _leaves(change.after)
    if change.action in (Action.FORGET, Action.NO_OP):
        after = after or before
        before = before or after
    for path in sorted(before.keys() | after.keys()):
        was, is_ = before.get(path, UNSET), after.get(path, UNSET)
        sent = was is None and is_ is None and _below(path, change.replaced)
        changed = sent or path in origins or not same(was, is_)
        origin = _ORIGINS[origins[path]] if path in origins else ""
        yield _row(path, was, is_, changed=changed, note="sent again" if sent else origin)


def _why(change: Change) -> Iterator[str]:
    """Yield what the text says of a change beside its sign; a mere move has that in one line."""
    first, *rest = (line.strip().removeprefix("# ") for line in blocks.heading(change))
    moved_alone = change.action is Action.NO_OP and not change.importing
    yield from [first] if moved_alone else rest


def _version(change: Change) -> Iterator[View]:
    """Yield why credentials are sent, where their version is the reason."""
    was, is_ = change.credentials_before, change.credentials_version
    if change.action is Action.UPDATE and is_ is not None and was != is_:
        yield _row(("credentialsVersion",), was or UNSET, is_, changed=True, note="")


def _drifts(plan: Plan) -> Iterator[View]:
    labels = {change.address: _labels_of(change) for change in plan.changes}
    for drift in plan.drift:
        yield {**_drift(drift), "labels": labels.get(drift.address, [])}


def _drift(drift: Drift) -> View:
    before, after = _leaves(drift.before), _leaves(drift.after)
    return {
        "address": str(drift.address),
        "remote_id": escape(drift.id),
        "gone": drift.after is None,
        "by": "" if drift.after is None else authorship.by(drift.author),
        "rows": [
            _row(path, before.get(path, UNSET), after.get(path, UNSET), changed=True, note="")
            for path in sorted(before.keys() | after.keys())
            if not same(before.get(path, UNSET), after.get(path, UNSET))
        ],
    }


def _row(path: Path, was: Any, is_: Any, *, changed: bool, note: str) -> View:
    if not changed:
        state = "same"
    elif was is UNSET:
        state = "added"
    else:
        state = "removed" if is_ is UNSET else "changed"
    return {
        "member": escape(dotted(path)),
        "state": state,
        "before": _value(was),
        "after": _value(is_),
        "note": note,
    }


def _value(held: Any) -> str:
    return "" if isinstance(held, Unset) else blocks.value(held)


def _leaves(spec: Spec | None) -> Mapping[Path, Any]:
    return {} if spec is None else dict(leaves(spec))


def _below(path: Path, wholes: Sequence[Path]) -> bool:
    return any(path[: len(whole)] == whole for whole in wholes)


def _labels(reviews: Sequence[Review]) -> list[str]:
    plans = [review.plan for review in reviews if review.plan is not None]
    found = {label for plan in plans for change in plan.changing for label in _labels_of(change)}
    return sorted(found)


def _labels_of(change: Change) -> list[str]:
    return [f"{escape(key)}={escape(held)}" for key, held in sorted(change.labels.items())]


def _matrix(reviews: Sequence[Review]) -> View:
    compared = matrix.compare(reviews)
    return {
        "titles": [escape(title) for title in compared.titles],
        "rows": [
            {
                "address": str(row.address),
                "cells": [
                    {"state": standing.value.replace(" ", "-"), "word": matrix_text.cell(standing)}
                    for standing in row.standings
                ],
                "unlike": [
                    {"member": member, "title": title, "value": held}
                    for member, title, held in matrix_text.members(row, compared.titles)
                ],
            }
            for row in compared.rows
        ],
    }
