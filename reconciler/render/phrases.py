"""The words for what the planner says as data. docs/messages.md is the style guide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from reconciler.core import adoptions
from reconciler.core.authorship import moment
from reconciler.core.escaping import escape
from reconciler.model.findings import Finding, Severity
from reconciler.model.plans import Doubt, Plan
from reconciler.model.remarks import Remark, Topic
from reconciler.render import refusal_words, warning_words

_UNSEEN = Finding(
    summary="Not compared with the service",
    detail=(
        "The plan was made with -refresh=false, from the state alone. What was changed or deleted "
        "on the service since does not show, and no apply takes it."
    ),
    severity=Severity.WARNING,
)


def refusals(plan: Plan) -> tuple[Finding, ...]:
    """Return why the plan as a whole is not applied, in words."""
    return _findings(plan, plan.refusals, Severity.ERROR)


def warnings(plan: Plan) -> tuple[Finding, ...]:
    """Return what is worth knowing about the plan, creates in doubt included, in words."""
    unseen = () if plan.refreshed else (_UNSEEN,)
    doubts = tuple(doubt(each, environment=plan.scope.environment) for each in plan.doubts)
    return (*unseen, *doubts, *_findings(plan, plan.warnings, Severity.WARNING))


def doubt(case: Doubt, *, environment: str) -> Finding:
    """Return what a person can do about a create of which nobody knows whether it happened.

    ``environment`` is empty where the project has only one.
    """
    name = escape(case.name)
    lines = tuple(adoptions.line(each, environment) for each in case.candidates)
    if case.certain:
        detail = (
            f'An earlier run asked for a connection named "{name}" and got no usable answer. It '
            f"seems to have made {case.candidates[0]}: the next apply records that one."
        )
        lines = ()
    elif len(case.candidates) == 1:
        detail = (
            f'An earlier run asked for a connection named "{name}" and got no usable answer. It '
            f"may have made {case.candidates[0]}, but nothing shows that for certain. If it did, "
            "name that one in the manifest; if not, rename it or delete it by hand."
        )
    elif case.candidates:
        ids = ", ".join(case.candidates)
        detail = (
            f'An earlier run asked for a connection named "{name}" and got no usable answer. '
            f"{len(case.candidates)} live connections may be the one it made: {ids}. Decide which "
            "one it is and name it in the manifest; the others can then be deleted by hand."
        )
    else:
        detail = (
            f'A run asked for a connection named "{name}" and got no usable answer, and none that '
            f"it can have made has shown up yet. From {moment(case.settles * 1000)} on, by the "
            "service's clock, an apply takes it for never made. Until then this address waits."
        )
    return Finding(
        summary="Create in doubt",
        detail=detail,
        severity=Severity.WARNING,
        address=case.address,
        lines=lines,
    )


def _findings(plan: Plan, remarks: Iterable[Remark], severity: Severity) -> tuple[Finding, ...]:
    environment = plan.scope.environment
    return tuple(_finding(remark, severity, environment) for remark in remarks)


def _finding(remark: Remark, severity: Severity, environment: str) -> Finding:
    summary, detail = _WORDS[remark.topic]
    return Finding(
        summary=summary,
        detail=detail(remark),
        severity=severity,
        address=remark.address,
        span=remark.span,
        lines=_LINES.get(remark.topic, _no_lines)(remark, environment),
    )


_WORDS = {**refusal_words.WORDS, **warning_words.WORDS}


def _no_lines(_: Remark, __: str) -> tuple[str, ...]:
    return ()


def _moved(remark: Remark, _: str) -> tuple[str, ...]:
    if remark.other is None or (remark.topic is Topic.NAME_RECORDED and remark.count):
        return ()
    return ("moved:", f"  - {{from: {remark.other}, to: {remark.address}}}")


_LINES: Mapping[Topic, Callable[[Remark, str], tuple[str, ...]]] = {
    Topic.NAME_UNRECORDED: lambda r, environment: (
        () if r.count else tuple(adoptions.line(each, environment) for each in r.ids)
    ),
    Topic.NAME_RECORDED: _moved,
    Topic.IMPORT_TAKEN: _moved,
    Topic.RENAME_LIKELY: _moved,
    Topic.PREVENT_DESTROY: lambda r, _: (
        () if r.count or r.limit else ("removed:", f"  - {{from: {r.address}, destroy: false}}")
    ),
}
