"""The words for why a plan as a whole is not applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.core.escaping import escape
from reconciler.model.remarks import Remark, Topic
from reconciler.render.parts import connections, fields, ids, name, named


def _name_recorded(remark: Remark) -> str:
    words = (
        f"{remark.other} already records the live connection {ids(remark)} named "
        f"{name(remark)}, and a second one of that name is never made by accident. "
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
            f"{ids(remark)} is declared with prevent_destroy, or was when it was last applied. To "
            "let it go, declare it with prevent_destroy: false and apply that first."
        )
    words = (
        f"{ids(remark)} is no longer declared here, and its record says prevent_destroy. To let "
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
        f"Live connections that this state does not record are named {name(remark)}: "
        f"{ids(remark)}. A second one is never made by accident. {manage}; to have a new one, "
        "give it another spec.name."
    )


def _rename_taken(remark: Remark) -> str:
    holder = f"{remark.other} records it. " if remark.other else "No address records it. "
    return (
        f"The new spec.name {name(remark)} is that of another live connection, {ids(remark)}. "
        f"{holder}The name is how a connection is found again, so it must be the only one of its "
        "connection spec. Choose another name, or rename or delete the other connection first."
    )


WORDS: Mapping[Topic, tuple[str, Callable[[Remark], str]]] = {
    Topic.NAME_UNRECORDED: (
        "Connection exists already",
        _name_unrecorded,
    ),
    Topic.NAME_RECORDED: ("Connection recorded under another address", _name_recorded),
    Topic.RENAME_TAKEN: ("New name is taken", _rename_taken),
    Topic.IMPORT_TAKEN: (
        "Connection recorded under another address",
        lambda r: (
            f"import: names {ids(r)}, which {r.other} records. One connection has one address. "
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
            f"import: names {ids(r)}, and another connection takes its place at this address, so "
            "that the entry could not be followed any more. Take it out: what the state records "
            "it records without the entry."
        ),
    ),
    Topic.IMPORT_ABSENT: (
        "Connection to import not found",
        lambda r: (
            f"import: names {ids(r)}, and the service has no such connection in this sandbox. "
            "Check the id, the sandbox and the organisation."
        ),
    ),
    Topic.IMPORT_FOREIGN: (
        "Connection to import is of another kind",
        lambda r: (
            f"import: names {ids(r)}, whose connection spec is {name(r)}, not the declared one. "
            "Check the id."
        ),
    ),
    Topic.IMMUTABLE: (
        "Field cannot be changed in place",
        lambda r: (
            f"{fields(r)} cannot be changed on an existing connection. A new connection would "
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
            f"The plan deletes {connections(r.count)}, and policy.max_destroy allows {r.limit}. "
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
            f"{connections(r.count)}. To delete everything, use -destroy; otherwise check "
            "manifests: in reconciler.yaml and metadata.environments in the manifests."
        ),
    ),
    Topic.IN_USE: (
        "Connection is in use",
        lambda r: (
            f"Flows read through {escape(r.text)}, and the service deletes no connection that a "
            f"flow uses: {named(r)}. Delete these flows first, or keep the connection. No flag "
            f"changes that; -exclude={r.address} plans the others."
        ),
    ),
}
"""The summary and the detail."""
