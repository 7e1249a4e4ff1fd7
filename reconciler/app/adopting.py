"""Recording connections that exist: by id, or by name where that is beyond doubt."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from reconciler.app import planning
from reconciler.app.observer import of_records
from reconciler.app.sessions import Session
from reconciler.applier.journal import Journal
from reconciler.core import comparer, differ, settling
from reconciler.core.situations import Live
from reconciler.core.wording import guess_address, quoted
from reconciler.errors import RejectedError
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.declarations import Declaration, Desired
from reconciler.model.findings import Finding
from reconciler.model.observations import Observation
from reconciler.model.records import Record, Recorded

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def adopt(session: Session, address: Address, text: str, *, lock_timeout: float) -> RemoteId:
    """Record one live connection under a declared address and return its id.

    ``text`` is the id in either case. ``RejectedError`` says why not.
    """
    remote_id = _parsed(text)
    with session.store.lock(operation="import", timeout=lock_timeout):
        recorded = session.recorded()
        desired, _ = planning.declared(session, recorded)
        declared = desired.get(address)
        if declared is None:
            raise RejectedError([_undeclared(address, desired)])
        _refuse_recorded(recorded, address, remote_id)
        seen = session.remote.connection(session.kinds[address.kind], remote_id)
        if seen is None:
            raise RejectedError([_absent(address, remote_id)])
        _refuse_foreign(declared, seen)
        _record(session, recorded, {address: (declared, seen)})
    return remote_id


def _parsed(text: str) -> RemoteId:
    if _UUID.fullmatch(text.lower()):
        return RemoteId(text.lower())
    detail = (
        f"{quoted(text)} is no id of a connection. One is a UUID, such as "
        "2484f2df-c057-4ab5-84f2-dfc0577ab592; Adobe shows it with the connection."
    )
    raise RejectedError([Finding(summary="Malformed id", detail=detail)])


def adopt_matching(
    session: Session, *, lock_timeout: float
) -> tuple[Mapping[Address, RemoteId], Mapping[Address, Sequence[RemoteId]]]:
    """Record every declared, unrecorded address that exactly one unrecorded live connection fits.

    It fits by exact name and connection spec, and by id where ``import:`` says one. Returns what
    was recorded, and the addresses that several connections fit, with their ids.
    """
    with session.store.lock(operation="import", timeout=lock_timeout):
        recorded = session.recorded()
        planning.require_kinds(session, recorded)
        observer = session.observer()
        observer.begin(of_records(recorded))
        desired, _ = planning.declared(session, recorded)
        live = observer.observe(recorded, desired=desired)
        fitting = _fitting(desired, recorded, live)
        adopted = {at: (desired[at], ids[0]) for at, ids in fitting.items() if len(ids) == 1}
        _record(session, recorded, adopted)
    return (
        {at: seen.id for at, (_, seen) in adopted.items()},
        {at: [seen.id for seen in ids] for at, ids in fitting.items() if len(ids) > 1},
    )


def _fitting(
    desired: Desired, recorded: Recorded, live: Live
) -> Mapping[Address, Sequence[Observation]]:
    held = recorded.owners
    open_addresses = desired.keys() - recorded.records.keys() - recorded.intents.keys()
    found = {
        at: [seen for seen in live.named(desired[at].spec) if _may_be(desired[at], seen, held)]
        for at in sorted(open_addresses)
    }
    return {at: seen for at, seen in found.items() if seen}


def _may_be(declared: Declaration, seen: Observation, held: Collection[RemoteId]) -> bool:
    """Tell whether nobody has the connection, and the manifest means no other one."""
    return seen.id not in held and declared.adopt in (None, seen.id)


def _record(
    session: Session,
    recorded: Recorded,
    adopted: Mapping[Address, tuple[Declaration, Observation]],
) -> None:
    journal = Journal(
        recorded, store=session.store, invocation=session.invocation, clock=session.machine.clock
    )
    if adopted:
        journal.recorded = recorded.with_records(
            {at: _accepted(declared, seen) for at, (declared, seen) in adopted.items()}
        )
    journal.save()


def _accepted(declared: Declaration, seen: Observation) -> Record:
    """Return a record of what is live, so that the next plan shows what differs from it."""
    return Record(
        id=seen.id,
        etag=seen.etag,
        spec=comparer.masked(differ.select(seen.spec, declared.spec), declared.spec),
        prevent_destroy=declared.prevent_destroy,
    )


def _undeclared(address: Address, desired: Desired) -> Finding:
    return Finding(
        summary="Address is not declared",
        detail=(
            f"No manifest declares {quoted(str(address))} in this environment. Write its manifest "
            "first, so that the next plan does not delete what was just imported."
            + guess_address(address, desired)
        ),
    )


def _refuse_recorded(recorded: Recorded, address: Address, remote_id: RemoteId) -> None:
    if address in recorded.records:
        detail = f"It records {recorded.records[address].id} already; it can hold one connection."
        raise RejectedError(
            [Finding(summary="Address is recorded already", detail=detail, address=address)]
        )
    if (at := recorded.owners.get(remote_id)) is not None:
        detail = f"{at} records {remote_id} already; a connection has one address."
        raise RejectedError(
            [Finding(summary="Connection is recorded already", detail=detail, address=address)]
        )


def _absent(address: Address, remote_id: RemoteId) -> Finding:
    return Finding(
        summary="Connection to import not found",
        detail=(
            f"The service has no connection {quoted(remote_id)} in this sandbox. Check the id, the "
            "sandbox and the organisation."
        ),
        address=address,
    )


def _refuse_foreign(declared: Declaration, seen: Observation) -> None:
    wanted, found = map(settling.connection_spec, (declared.spec, seen.spec))
    if wanted != found:
        detail = (
            f"Its connection spec is {quoted(found)}, and the declared one is {quoted(wanted)}. "
            "Check the id."
        )
        raise RejectedError(
            [
                Finding(
                    summary="Connection to import is of another kind",
                    detail=detail,
                    address=declared.address,
                    span=declared.source.span(),
                )
            ]
        )
