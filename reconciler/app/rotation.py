"""Which secrets are no longer those that were sent, and how a key of fingerprints is replaced.

A fingerprint is compared only with a secret at hand: what a command or a service would have to be
asked for waits for the apply that sends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.app.sessions import Session
from reconciler.core import references
from reconciler.core.fingerprints import Fingerprinter
from reconciler.errors import SecretError
from reconciler.model.addresses import Address
from reconciler.model.declarations import Desired
from reconciler.model.findings import Finding, Severity
from reconciler.model.records import Recorded
from reconciler.model.secrets import Secret
from reconciler.model.values import Path, SecretRef

_NAMED = 5
"""Addresses in a warning; of more, how many more."""


def rotated(
    session: Session, desired: Desired, recorded: Recorded
) -> Mapping[Address, frozenset[Path]]:
    """Return the write-only members whose secret is certainly not the one sent last."""
    maker = session.fingerprinter
    if maker is None:
        return {}
    found: dict[Address, set[Path]] = {}
    for one in _marked(desired, recorded):
        secret = _had(session, one.reference)
        if secret is not None and maker.differs(one.mark, one.address, one.path, secret):
            found.setdefault(one.address, set()).add(one.path)
    return {at: frozenset(paths) for at, paths in found.items()}


def is_due(session: Session, recorded: Recorded) -> bool:
    """Tell whether some mark is that of an older key at hand."""
    maker = session.fingerprinter
    return maker is not None and any(
        maker.is_known(mark) and not maker.is_current(mark)
        for record in recorded.records.values()
        for mark in record.fingerprints.values()
    )


def renewed(session: Session, desired: Desired, recorded: Recorded) -> Recorded:
    """Return the state with each mark of an older key made anew where its secret is the same.

    It is the very same state where there is none.
    """
    maker = session.fingerprinter
    if maker is None:
        return recorded
    records = dict(recorded.records)
    for one in _marked(desired, recorded):
        if maker.is_current(one.mark) or (secret := _had(session, one.reference)) is None:
            continue
        mark = maker.renewed(one.mark, one.address, one.path, secret)
        if mark != one.mark:
            record = records[one.address]
            marks = {**record.fingerprints, one.path: mark}
            records[one.address] = replace(record, fingerprints=marks)
    return recorded if records == recorded.records else recorded.with_records(records)


def warnings(session: Session, desired: Desired, recorded: Recorded) -> Iterator[Finding]:
    """Yield what to do about marks that the present key has not made."""
    marked = tuple(_marked(desired, recorded))
    maker = session.fingerprinter
    if maker is not None:
        yield from _superseded(maker, marked)
        yield from _strange(maker, marked)
    elif session.key is None and session.settings is not None:  # what forks run is given no key
        yield from _keyless(marked)


@dataclass(frozen=True, slots=True)
class _Marked:
    """A secret that is declared and at hand, and the mark of the one that was sent last."""

    address: Address
    path: Path
    reference: SecretRef
    mark: str


def _marked(desired: Desired, recorded: Recorded) -> Iterator[_Marked]:
    for at, declared in sorted(desired.items()):
        if at in recorded.records:
            marks = recorded.records[at].fingerprints
            for path, reference in sorted(declared.secrets.items()):
                if path in marks and references.at_hand(reference):
                    yield _Marked(at, path, reference, marks[path])


def _had(session: Session, reference: SecretRef) -> Secret | None:
    try:
        return session.secrets.reveal(reference)
    except SecretError:
        return None  # what cannot be had cannot be compared, which is no change


def _superseded(maker: Fingerprinter, marked: Iterable[_Marked]) -> Iterator[Finding]:
    old = [one for one in marked if maker.is_known(one.mark) and not maker.is_current(one.mark)]
    if old:
        yield Finding(
            summary="Fingerprints of an old key",
            detail=(
                f"A key of RECONCILER_OLD_KEY made those of {_of(old)}. The next apply makes them "
                "anew with RECONCILER_KEY, and sends nothing for it, wherever the secret is at "
                "hand and still the same. Once this is no longer said, the old key can go."
            ),
            severity=Severity.WARNING,
        )


def _strange(maker: Fingerprinter, marked: Iterable[_Marked]) -> Iterator[Finding]:
    strange = [one for one in marked if not maker.is_known(one.mark)]
    if strange:
        yield Finding(
            summary="Fingerprints of another key",
            detail=(
                f"Another key than RECONCILER_KEY made those of {_of(strange)}, so it does not "
                "show whether a secret was rotated. Put the key that made them into "
                "RECONCILER_OLD_KEY for the next apply; if it is lost, change "
                "metadata.credentialsVersion, which sends the secrets again."
            ),
            severity=Severity.WARNING,
        )


def _keyless(marked: Sequence[_Marked]) -> Iterator[Finding]:
    if marked:
        yield Finding(
            summary="Fingerprints without a key",
            detail=(
                "RECONCILER_KEY is unset or empty, and the state has fingerprints of "
                f"{_of(marked)}. Without the key that made them a rotated secret does not show up, "
                "and what an apply sends loses its fingerprints. Set the key; if it is lost, set "
                "another and change metadata.credentialsVersion, which sends the secrets again."
            ),
            severity=Severity.WARNING,
        )


def _of(marked: Iterable[_Marked]) -> str:
    addresses = list(dict.fromkeys(str(one.address) for one in marked))
    more = len(addresses) - _NAMED
    return ", ".join(addresses[:_NAMED]) + (f" and {more} more" if more > 0 else "")
