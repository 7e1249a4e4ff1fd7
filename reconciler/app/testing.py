"""Having the service try connections, several at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.app.sessions import Session
from reconciler.core.wording import guess_address, quoted
from reconciler.errors import (
    NotFoundError,
    RefusedError,
    RejectedError,
    RemoteError,
    UnauthorizedError,
)
from reconciler.flowservice.asides import beside
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.changes import Action
from reconciler.model.findings import Finding
from reconciler.model.kinds import Kind
from reconciler.model.outcomes import Report, Verdict
from reconciler.model.records import Recorded
from reconciler.model.trials import Health, Trial
from reconciler.ports import Mailbox, Remote

_BAD = "The service tried the connection, and the source did not let it in."
_GONE = "The service has no such connection any more; the next plan says what becomes of it."
_ABOUT_IT = frozenset({400, 422})
"""Refusals that are about the connection: others are about us, or about how busy the service is."""


def try_each(
    session: Session, connections: Mapping[Address, RemoteId], *, parallelism: int
) -> tuple[Trial, ...]:
    """Return how each connection fares, in order of address; nothing that goes wrong is raised.

    ``parallelism`` is how many are tried at once. It reads only and takes no lock.
    """
    waiting: Mailbox[Address | None] = session.machine.threads.mailbox()
    for at in sorted(connections):
        waiting.put(at)
    size = min(parallelism, len(connections))
    for _ in range(size):
        waiting.put(None)  # sends one of them home

    def work() -> list[Trial]:
        done = []
        while (at := waiting.get()) is not None:
            done.append(_tried(session.remote, session.kinds[at.kind], at, connections[at]))
        return done

    _ = session.remote  # made by one thread, and not by whichever comes first
    asides = [beside(session.machine.threads, work) for _ in range(size)]
    found = [trial for aside in asides for trial in aside.result()]
    return tuple(sorted(found, key=lambda trial: trial.address))


def _tried(remote: Remote, kind: Kind, at: Address, remote_id: RemoteId) -> Trial:
    try:
        works = remote.test(kind, remote_id)
    except RemoteError as error:
        health, message = _failure(error)
    else:
        health, message = (Health.OK, "") if works else (Health.FAILED, _BAD)
    return Trial(address=at, id=remote_id, health=health, message=message)


def _failure(error: RemoteError) -> tuple[Health, str]:
    """Tell a connection that does not work from a service that does not say."""
    if isinstance(error, NotFoundError):
        return Health.FAILED, _GONE
    about_us = isinstance(error, UnauthorizedError)
    about_it = isinstance(error, RefusedError) and error.status in _ABOUT_IT and not about_us
    return Health.FAILED if about_it else Health.UNKNOWN, error.detail


def changed(ended: Report) -> Mapping[Address, RemoteId]:
    """Return the connections that an apply has created or updated, where it came to its end."""
    done = [each for each in ended.outcomes if each.verdict is Verdict.DONE]
    sent = [each for each in done if each.change.action in (Action.CREATE, Action.UPDATE)]
    if ended.signal is not None:
        return {}
    return {each.change.address: each.id for each in sent if each.id is not None}


def recorded_ids(recorded: Recorded, addresses: Iterable[Address]) -> Mapping[Address, RemoteId]:
    """Return the id of each address, of all that are recorded where none is named.

    Raises ``RejectedError`` with every address that the state does not record.
    """
    wanted = tuple(addresses) or tuple(recorded.records)
    unknown = [at for at in wanted if at not in recorded.records]
    if unknown:
        raise RejectedError([_unrecorded(at, recorded) for at in unknown])
    return {at: recorded.records[at].id for at in wanted}


def _unrecorded(at: Address, recorded: Recorded) -> Finding:
    hint = guess_address(at, recorded.records)
    detail = f"The state records no connection {quoted(str(at))} in this environment.{hint}"
    return Finding(summary="Address is not recorded", detail=detail)
