"""What a plan made now would do otherwise than the one that was reviewed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.core import differ, plan_document
from reconciler.model.addresses import Address
from reconciler.model.plans import Change, Plan
from reconciler.model.values import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One address with which something else is done than was reviewed."""

    address: Address
    reviewed: Change | None
    """``None`` where the reviewed plan leaves it alone."""
    planned: Change | None
    """``None`` where the plan made now leaves it alone."""
    paths: tuple[Path, ...] = ()
    """The members that come out otherwise, where both do the same to it."""


def deviations(reviewed: Plan, planned: Plan) -> Iterator[Deviation]:
    """Yield every address of which the digests would not be the same, in order."""
    was, is_ = _reviewable(reviewed), _reviewable(planned)
    for address in sorted(was.keys() | is_.keys()):
        one, other = was.get(address), is_.get(address)
        if one is None or other is None:
            yield Deviation(address=address, reviewed=one, planned=other)
        elif plan_document.reviewed(one) != plan_document.reviewed(other):
            paths = differ.diff(one.after or {}, other.after or {})
            yield Deviation(
                address=address,
                reviewed=one,
                planned=other,
                paths=tuple(path for path, _, _ in paths),
            )


def _reviewable(plan: Plan) -> Mapping[Address, Change]:
    return {change.address: change for change in plan_document.reviewable(plan)}
