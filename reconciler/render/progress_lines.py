"""How an apply goes, as Terraform tells it: a line for each beginning and end."""

from __future__ import annotations

from reconciler.core.escaping import escape
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.changes import Action, Change, Reason
from reconciler.model.outcomes import Outcome, Verdict

_BEGUN = {
    Action.CREATE: "Creating...",
    Action.UPDATE: "Modifying... [id={id}]",
    Action.DELETE: "Destroying... [id={id}]",
}
_STILL = {
    Action.CREATE: "Still creating...",
    Action.UPDATE: "Still modifying...",
    Action.DELETE: "Still destroying...",
}
_ENDED = {
    Action.CREATE: "Creation complete after {seconds} [id={id}]",
    Action.UPDATE: "Modifications complete after {seconds} [id={id}]",
    Action.DELETE: "Destruction complete after {seconds}",
}
_NOT_DONE = {
    Verdict.FAILED: "{action} failed",
    Verdict.IN_DOUBT: "{action} in doubt",
    Verdict.LEFT: "Left alone",
    Verdict.SKIPPED: "Not begun",
}

SENT = frozenset(_BEGUN)
"""The actions that send something, and so begin before they end."""


def started(change: Change) -> str:
    """Say that a change has begun."""
    return f"{change.subject}: {_BEGUN[change.action].format(id=_shown(change.id))}"


def waiting(change: Change, *, seconds: float) -> str:
    """Say that a change has not ended after so many seconds."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{change.subject}: {_STILL[change.action]} [{minutes:02}m{rest:02}s elapsed]"


def finished(outcome: Outcome, *, seconds: float) -> str:
    """Say how a change ended; a failure is told in full at the end of the run."""
    return f"{outcome.change.subject}: {_ending(outcome, seconds)}"


def settled(address: Address, remote_id: RemoteId | None) -> str:
    """Say what a create in doubt turned out to have made."""
    if remote_id is None:
        return f"{address}: Settled: an earlier create never happened"
    return f"{address}: Settled: an earlier create made it [id={_shown(remote_id)}]"


def _shown(remote_id: RemoteId | None) -> str:
    return escape(remote_id or "")


def _ending(outcome: Outcome, seconds: float) -> str:
    change = outcome.change
    if outcome.verdict is not Verdict.DONE:
        return _NOT_DONE[outcome.verdict].format(action=change.action.value.capitalize())
    if change.action in _ENDED:
        return _ENDED[change.action].format(seconds=f"{int(seconds)}s", id=_shown(outcome.id))
    if change.action is Action.FORGET:
        return "Removed from the state"
    if change.importing:
        return f"Import complete [id={_shown(change.id)}]"
    if change.reason is Reason.ACCEPTED:
        return f"Recorded as it is [id={_shown(change.id)}]"
    return f"Moved from {change.previous}"
