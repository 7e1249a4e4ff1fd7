"""The words for what is worth knowing about a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.core.authorship import by
from reconciler.model.remarks import Remark, Topic
from reconciler.render.parts import connections, fields, ids, name, named

WORDS: Mapping[Topic, tuple[str, Callable[[Remark], str]]] = {
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
            f"based on the connection that is to be deleted: {named(r)}. No flow reads through "
            "it, so it can be deleted, and leaves them without a base."
        ),
    ),
    Topic.USE_UNKNOWN: (
        "Use is not known",
        lambda r: (
            f"The plan deletes {connections(r.count)}, and what uses them could not be read. "
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
            f"{ids(r)} {'has' if r.count == 1 else 'have'} the name {name(r)} of the recorded "
            "connection too, by our own API client: a create that was given up may have happened "
            "after all, later than anything allows for. Nothing is done about it. See which one "
            "is in use, and rename or delete what is not wanted by hand."
        ),
    ),
    Topic.RENAME_LIKELY: (
        "Deletion and create look like a rename",
        lambda r: (
            f"The plan deletes {ids(r)} of {r.other}, and creates {r.address}, which differs in "
            "name and description alone: a connection with another id, on which nothing is built. "
            "If it is the same connection, add this to reconciler.yaml, and it is renamed in "
            "place."
        ),
    ),
    Topic.IMPORT_OUTLIVED: (
        "Connection to import is gone",
        lambda r: (
            f"import: names {ids(r)}, which is no longer on the service, and another connection "
            "is made in its place. Take the entry out: once that is made, it is refused."
        ),
    ),
    Topic.NOT_ENABLED: (
        "Connection is not enabled",
        lambda r: f"The service says that its state is {name(r)}.",
    ),
    Topic.DROPPED: (
        "Members will be dropped",
        lambda r: (
            "The service replaces this part of the connection as a whole, and so drops members "
            f"that it holds and the manifest does not declare: {fields(r)}. Declare them to keep "
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
            f"The plan deletes {connections(r.count)} of a source whose end Adobe has announced, "
            "and Adobe may not let what is gone be created again."
        ),
    ),
}
"""The summary and the detail."""
