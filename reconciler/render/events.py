"""What happens in a run, one object each, as Terraform's ``-json`` tells it.

The members are those of Terraform's machine readable UI (internal/command/views/json); ``settled``,
``verified`` and ``coverage`` are ours. An event has no time yet: whoever prints it puts it in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler import __version__
from reconciler.core import plan_document
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.changes import Action, Change, Tally
from reconciler.model.findings import Finding, Severity
from reconciler.model.outcomes import Outcome, Verdict
from reconciler.model.plans import Coverage, Drift, Plan
from reconciler.model.trials import Health, Trial
from reconciler.render import coverage_lines, diagnostics, progress_lines, text

Event = dict[str, Any]

UI = "1.2"
"""The version of Terraform's machine readable UI that events keep to."""

_MODULE = "reconciler.ui"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warn"}
_WORDS = {Action.NO_OP: "noop", Action.FORGET: "remove"}


def version() -> Event:
    """Say who speaks; the first event of every run."""
    return _event("version", f"reconciler {__version__}", reconciler=__version__, ui=UI)


def plan(planned: Plan) -> Iterator[Event]:
    """Yield what has drifted, what is to change, and how much that is together."""
    yield from map(_drift, planned.drift)
    yield from changes(planned)
    yield summary(planned)
    if planned.coverage is not None and planned.coverage.unmanaged:
        yield _coverage(planned.coverage)


def changes(planned: Plan) -> Iterator[Event]:
    """Yield what is to change, which is all that is told again of a plan that was saved."""
    yield from map(_planned, planned.changing)


def summary(planned: Plan) -> Event:
    """Say how much would change."""
    counted = {**_counts(planned.tally), "operation": "plan", "digest": planned.digest}
    return _event("change_summary", text.summary(planned), changes=counted)


def applied(outcomes: tuple[Outcome, ...], message: str, *, destroy: bool) -> Event:
    """Say how much was changed."""
    done = [outcome.change for outcome in outcomes if outcome.verdict is Verdict.DONE]
    counted = {**_counts(Tally.of(done)), "operation": "destroy" if destroy else "apply"}
    return _event("change_summary", message, changes=counted)


def diagnostic(finding: Finding) -> Event:
    """Say what is wrong."""
    message = f"{finding.severity.value.capitalize()}: {finding.summary}"
    level, said = _LEVELS[finding.severity], diagnostics.spell(finding)
    return _event("diagnostic", message, level=level, diagnostic=said)


def started(change: Change) -> Event:
    """Say that a change has begun."""
    known = {"id_key": "id", "id_value": change.id} if change.id else {}
    return _event("apply_start", progress_lines.started(change), hook=_hook(change, **known))


def waiting(change: Change, *, seconds: float) -> Event:
    """Say that a change has not ended after so many seconds."""
    message = progress_lines.waiting(change, seconds=seconds)
    hook = _hook(change, elapsed_seconds=int(seconds))
    return _event("apply_progress", message, hook=hook)


def finished(outcome: Outcome, *, seconds: float) -> Event:
    """Say how a change ended; whatever did not is an error, and its diagnostic follows."""
    message = progress_lines.finished(outcome, seconds=seconds)
    if outcome.verdict is not Verdict.DONE:
        hook = _hook(outcome.change, elapsed_seconds=int(seconds), verdict=outcome.verdict.value)
        return _event("apply_errored", message, level="error", hook=hook)
    known = outcome.id or outcome.change.id
    hook = _hook(outcome.change, elapsed_seconds=int(seconds), id_key="id", id_value=known)
    return _event("apply_complete", message, hook=hook)


def settled(address: Address, remote_id: RemoteId | None) -> Event:
    """Say what a create in doubt turned out to have made."""
    message = progress_lines.settled(address, remote_id)
    return _event("settled", message, resource=_resource(address), id=remote_id)


def tried(trial: Trial) -> Event:
    """Say how a connection fares that was changed."""
    fine = trial.health is Health.OK
    message = f"{trial.address}: Verified: {trial.health.value}"
    told = {
        "resource": _resource(trial.address),
        "id": trial.id,
        "state": trial.health.value,
        "message": trial.message,
    }
    return _event("verified", message, level="info" if fine else "error", trial=told)


def log(message: str, *, level: str = "info") -> Event:
    """Say anything else."""
    return _event("log", message, level=level)


def _event(kind: str, message: str, *, level: str = "info", **payload: Any) -> Event:
    return {"@level": level, "@message": message, "@module": _MODULE, "type": kind, **payload}


def _counts(tally: Tally) -> dict[str, int]:
    return {
        "add": tally.added,
        "change": tally.changed,
        "import": tally.imported,
        "remove": tally.destroyed,
    }


def _coverage(coverage: Coverage) -> Event:
    said = plan_document.covered(coverage)
    return _event("coverage", coverage_lines.sentence(coverage), coverage=said)


def _planned(change: Change) -> Event:
    word = _word(change)
    planned: Event = {"resource": _subject(change), "action": word}
    if change.previous is not None:
        planned["previous_resource"] = _resource(change.previous)
    if change.importing:
        planned["importing"] = {"id": change.id}
    if (reason := plan_document.action_reason(change)) is not None:
        planned["reason"] = reason
    return _event("planned_change", f"{change.subject}: Plan to {word}", change=planned)


def _drift(drift: Drift) -> Event:
    word = "delete" if drift.after is None else "update"
    drifted = {"resource": _resource(drift.address), "action": word}
    return _event("resource_drift", f"{drift.address}: Drift detected ({word})", change=drifted)


def _hook(change: Change, **more: Any) -> Event:
    return {"resource": _subject(change), "action": _word(change), **more}


def _word(change: Change) -> str:
    if change.action is Action.NO_OP and change.importing:
        return "import"
    if change.action is Action.NO_OP and change.previous is not None:
        return "move"
    return _WORDS.get(change.action, change.action.value)


def _subject(change: Change) -> Event:
    resource = _resource(change.address)
    return {**resource, "deposed": change.id} if change.deposed else resource


def _resource(address: Address) -> Event:
    return {
        "addr": str(address),
        "module": "",
        "resource": str(address),
        "implied_provider": "flow-service",
        "resource_type": address.kind,
        "resource_name": address.name,
        "resource_key": None,
    }
