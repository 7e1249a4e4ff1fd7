"""What a plan made now would do otherwise than the one that was reviewed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any

from reconciler.core import canonical, differ, plan_document
from reconciler.model.addresses import Address
from reconciler.model.changes import Change
from reconciler.model.plans import Plan
from reconciler.model.values import UNSET, Path, Spec


class Aspect(StrEnum):
    """In what respect a change is not as it was reviewed."""

    ID = "id"
    PREVIOUS = "previous"
    """The address that recorded the connection."""
    BEFORE = "before"
    """A member as it stands."""
    AFTER = "after"
    """A member as it comes out."""
    CREDENTIALS = "credentials"
    """Where a credential that is sent is had from."""
    VERSION = "version"
    """The recorded version of the credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One respect in which a change is not as it was reviewed; ``UNSET`` is nothing at all."""

    aspect: Aspect
    path: Path = ()
    """The member, where it is about one."""
    reviewed: Any
    planned: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One connection with which something else is done than was reviewed."""

    reviewed: Change | None
    """``None`` where the reviewed plan leaves it alone."""
    planned: Change | None
    """``None`` where the plan made now leaves it alone."""
    differences: tuple[Difference, ...] = ()
    """In which respects, where both do the same to it."""

    @property
    def subject(self) -> str:
        """Which connection, as a plan calls it."""
        change = self.planned or self.reviewed
        return "" if change is None else change.subject


_FACTS: Mapping[Aspect, Callable[[Change], Any]] = {
    Aspect.ID: attrgetter("id"),
    Aspect.PREVIOUS: attrgetter("previous"),
    Aspect.VERSION: attrgetter("credentials_version"),
}
_SIDES: Mapping[Aspect, Callable[[Change], Spec | None]] = {
    Aspect.BEFORE: attrgetter("before"),
    Aspect.AFTER: attrgetter("after"),
}


def deviations(reviewed: Plan, planned: Plan) -> Iterator[Deviation]:
    """Yield every address of which the digests would not be the same, in order."""
    was, is_ = _reviewable(reviewed), _reviewable(planned)
    for key in sorted(was.keys() | is_.keys()):
        one, other = was.get(key), is_.get(key)
        if _digest(one) != _digest(other):
            yield Deviation(
                reviewed=one,
                planned=other,
                differences=tuple(_differences(one, other)) if one and other else (),
            )


def _differences(one: Change, other: Change) -> Iterator[Difference]:
    if (one.action, one.importing) != (other.action, other.importing):
        return  # the deed itself differs, which says it all
    for aspect, fact in _FACTS.items():
        if fact(one) != fact(other):
            yield Difference(aspect=aspect, reviewed=fact(one), planned=fact(other))
    for aspect, side in _SIDES.items():
        for path, was, is_ in differ.diff(side(one) or {}, side(other) or {}):
            yield Difference(aspect=aspect, path=path, reviewed=was, planned=is_)
    for path in sorted(one.secrets.keys() | other.secrets.keys()):
        sources = [change.secrets.get(path, UNSET) for change in (one, other)]
        if sources[0] != sources[1]:
            aspect = Aspect.CREDENTIALS
            yield Difference(aspect=aspect, path=path, reviewed=sources[0], planned=sources[1])


def _digest(change: Change | None) -> str | None:
    """Return what two changes share that nobody need tell apart."""
    return None if change is None else canonical.digest(plan_document.reviewed(change))


def _reviewable(plan: Plan) -> Mapping[tuple[Address, str], Change]:
    return {change.key: change for change in plan_document.reviewable(plan)}
