"""The words for what the planner says as data. docs/messages.md is the style guide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from reconciler.core import adoptions
from reconciler.core.authorship import by, moment
from reconciler.core.escaping import escape
from reconciler.core.wording import quoted
from reconciler.model.findings import Finding, Severity
from reconciler.model.plans import Doubt, Plan
from reconciler.model.remarks import Remark, Topic
from reconciler.model.values import dotted

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


def _ids(remark: Remark) -> str:
    return ", ".join(escape(each) for each in remark.ids)


def _named(remark: Remark) -> str:
    names = remark.names or ("",) * len(remark.ids)
    told = [
        f"{escape(each)} {quoted(name)}" if name else escape(each)
        for each, name in zip(remark.ids, names, strict=True)
    ]
    more = len(told) - _MOST
    return ", ".join(told[:_MOST]) + (f" and {more} more" if more > 0 else "")


def _fields(remark: Remark) -> str:
    return ", ".join(escape(dotted(path)) for path in remark.paths)


def _connections(count: int) -> str:
    return "1 connection" if count == 1 else f"{count} connections"


def _name(remark: Remark) -> str:
    return f'"{escape(remark.text)}"'


def _name_recorded(remark: Remark) -> str:
    words = (
        f"{remark.other} already records the live connection {_ids(remark)} named "
        f"{_name(remark)}, and a second one of that name is never made by accident. "
    )
    if remark.count:
        return words + "Give one of the two another spec.name."
    return words + (
        f"{remark.other} is no longer declared: if {remark.address} is its new name, add this to "
        "reconciler.yaml."
    )


def _prevented(remark: Remark) -> str:
    if remark.count:
        return (
            f"{_ids(remark)} is declared with prevent_destroy, or was when it was last applied. To "
            "let it go, declare it with prevent_destroy: false and apply that first."
        )
    words = (
        f"{_ids(remark)} is no longer declared here, and its record says prevent_destroy. To let "
        "it go, declare it again with prevent_destroy: false, apply, and then take it out; to stop "
        "managing it without deleting it, "
    )
    if remark.limit:
        return words + "write destroy: false in its removed: entry."
    return words + "add this to reconciler.yaml."


def _name_unrecorded(remark: Remark) -> str:
    if remark.count:
        manage = (
            "The address records one that is gone. To have it record an existing one, let go of "
            f"that by reconciler state rm {remark.address}, and then say reconciler import "
            f"{remark.address} ID"
        )
    else:
        manage = "To manage an existing one, add its line to the manifest"
    return (
        f"Live connections that this state does not record are named {_name(remark)}: "
        f"{_ids(remark)}. A second one is never made by accident. {manage}; to have a new one, "
        "give it another spec.name."
    )


def _rename_taken(remark: Remark) -> str:
    holder = f"{remark.other} records it. " if remark.other else "No address records it. "
    return (
        f"The new spec.name {_name(remark)} is that of another live connection, {_ids(remark)}. "
        f"{holder}The name is how a connection is found again, so it must be the only one of its "
        "connection spec. Choose another name, or rename or delete the other connection first."
    )


_MOST = 10
"""Objects that are named one by one."""

_Words = tuple[str, Callable[[Remark], str]]

_WORDS: Mapping[Topic, _Words] = {
    Topic.NAME_UNRECORDED: (
        "Connection exists already",
        _name_unrecorded,
    ),
    Topic.NAME_RECORDED: ("Connection recorded under another address", _name_recorded),
    Topic.RENAME_TAKEN: ("New name is taken", _rename_taken),
    Topic.IMPORT_TAKEN: (
        "Connection recorded under another address",
        lambda r: (
            f"import: names {_ids(r)}, which {r.other} records. One connection has one address. "
            "Take the import: entry out, or, if the address was renamed, add this to "
            "reconciler.yaml instead."
        ),
    ),
    Topic.IMPORT_OTHER: (
        "Address records another connection",
        lambda r: (
            f"import: names {r.ids[0]}, and this address records {r.ids[1]}. Take the import: "
            "entry out, or give the other connection an address of its own."
        ),
    ),
    Topic.IMPORT_REPLACED: (
        "Connection to import is replaced",
        lambda r: (
            f"import: names {_ids(r)}, and another connection takes its place at this address, so "
            "that the entry could not be followed any more. Take it out: what the state records "
            "it records without the entry."
        ),
    ),
    Topic.IMPORT_ABSENT: (
        "Connection to import not found",
        lambda r: (
            f"import: names {_ids(r)}, and the service has no such connection in this sandbox. "
            "Check the id, the sandbox and the organisation."
        ),
    ),
    Topic.IMPORT_FOREIGN: (
        "Connection to import is of another kind",
        lambda r: (
            f"import: names {_ids(r)}, whose connection spec is {_name(r)}, not the declared one. "
            "Check the id."
        ),
    ),
    Topic.IMMUTABLE: (
        "Field cannot be changed in place",
        lambda r: (
            f"{_fields(r)} cannot be changed on an existing connection. A new connection would "
            "have a new id, which breaks every source connection that uses this one, and Adobe "
            "may refuse to create it again. Set the field back to what it was; or declare a "
            "second connection under another address and name, and move over to it; or, if that "
            f"is what you want, have it replaced with -replace={r.address}."
        ),
    ),
    Topic.PREVENT_DESTROY: (
        "Connection must not be destroyed",
        _prevented,
    ),
    Topic.TOO_MANY_DELETIONS: (
        "Too many deletions",
        lambda r: (
            f"The plan deletes {_connections(r.count)}, and policy.max_destroy allows {r.limit}. "
            f"If that is meant, run it with -allow-destroy={r.count}, or add a removed: entry "
            "with destroy: true for each."
        ),
    ),
    Topic.TOO_MANY_GONE: (
        "Too many connections are gone",
        lambda r: (
            f"{r.count} of {r.limit} recorded connections are not on the service. That is more "
            "likely the wrong organisation, the wrong sandbox or a broken listing than the truth. "
            f"If it is true, run it with -allow-recreate={r.count}."
        ),
    ),
    Topic.NOTHING_DECLARED: (
        "Nothing is declared here",
        lambda r: (
            "No manifest declares anything in this environment, and its state records "
            f"{_connections(r.count)}. To delete everything, use -destroy; otherwise check "
            "manifests: in reconciler.yaml and metadata.environments in the manifests."
        ),
    ),
    Topic.IN_USE: (
        "Connection is in use",
        lambda r: (
            f"Flows read through {escape(r.text)}, and the service deletes no connection that a "
            f"flow uses: {_named(r)}. Delete these flows first, or keep the connection. No flag "
            f"changes that; -exclude={r.address} plans the others."
        ),
    ),
    Topic.TARGETED: (
        "Resource targeting is in effect",
        lambda r: (
            f"The plan is about {r.count} of {r.limit} addresses, as -target, -exclude or -l ask "
            "for. The others are not touched, and what is declared may not all be there afterwards."
        ),
    ),
    Topic.ORPHANED: (
        "Source connections are based on it",
        lambda r: (
            f"{'A source connection is' if r.count == 1 else f'{r.count} source connections are'} "
            f"based on the connection that is to be deleted: {_named(r)}. No flow reads through "
            "it, so it can be deleted, and leaves them without a base."
        ),
    ),
    Topic.USE_UNKNOWN: (
        "Use is not known",
        lambda r: (
            f"The plan deletes {_connections(r.count)}, and what uses them could not be read. "
            "The service refuses to delete what a flow uses."
        ),
    ),
    Topic.STATE_LOST: (
        "The state may be lost",
        lambda r: (
            "On the service are connections of the names that are declared and not recorded: "
            f"{r.count}. If the state of this environment was lost, `reconciler import -matching` "
            "records every declared connection whose name and connection spec fit exactly one "
            "live one."
        ),
    ),
    Topic.NEW_STATE: (
        "New state",
        lambda r: (
            "This environment has no state yet; the first apply makes one. If it had one, stop "
            "here and find it."
        ),
    ),
    Topic.CREDENTIALS_CHANGED: (
        "Credentials may have been changed",
        lambda r: (
            "The connection was written since our last apply and nothing visible differs: "
            f"credentials may have been changed by {by(r.author)}. A new "
            "metadata.credentialsVersion sends the declared ones again."
        ),
    ),
    Topic.TWIN: (
        "Name is live more than once",
        lambda r: (
            f"{_ids(r)} {'has' if r.count == 1 else 'have'} the name {_name(r)} of the recorded "
            "connection too, by our own API client: a create that was given up may have happened "
            "after all, later than anything allows for. Nothing is done about it. See which one "
            "is in use, and rename or delete what is not wanted by hand."
        ),
    ),
    Topic.RENAME_LIKELY: (
        "Deletion and create look like a rename",
        lambda r: (
            f"The plan deletes {_ids(r)} of {r.other}, and creates {r.address}, which differs in "
            "name and description alone: a connection with another id, on which nothing is built. "
            "If it is the same connection, add this to reconciler.yaml, and it is renamed in "
            "place."
        ),
    ),
    Topic.IMPORT_OUTLIVED: (
        "Connection to import is gone",
        lambda r: (
            f"import: names {_ids(r)}, which is no longer on the service, and another connection "
            "is made in its place. Take the entry out: once that is made, it is refused."
        ),
    ),
    Topic.NOT_ENABLED: (
        "Connection is not enabled",
        lambda r: f"The service says that its state is {_name(r)}.",
    ),
    Topic.DROPPED: (
        "Members will be dropped",
        lambda r: (
            "The service replaces this part of the connection as a whole, and so drops members "
            f"that it holds and the manifest does not declare: {_fields(r)}. Declare them to keep "
            "them."
        ),
    ),
    Topic.MOVE_BLOCKED: (
        "Move not followed",
        lambda r: (
            f"moved: says that {r.address} became {r.other}, which records or is to record another "
            f"connection. {r.address} keeps its own, as if the entry were not there. Give one of "
            "the two an address of its own, or have removed: say what is to become of it."
        ),
    ),
    Topic.FINAL: (
        "Deletion may be final",
        lambda r: (
            f"The plan deletes {_connections(r.count)} of a source whose end Adobe has announced, "
            "and Adobe may not let what is gone be created again."
        ),
    ),
}


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
