"""Several environments side by side: which connection is where, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.model.addresses import Address
from reconciler.model.changes import Action, Change, Reason
from reconciler.model.reviews import Matrix, Review, Row, Standing
from reconciler.model.values import UNSET, Path, Spec, Unset, Value, leaves, lookup, same

_STANDINGS = {
    Action.CREATE: Standing.CREATE,
    Action.UPDATE: Standing.UPDATE,
    Action.REPLACE: Standing.REPLACE,
    Action.DELETE: Standing.DELETE,
    Action.FORGET: Standing.FORGET,
}


def compare(reviews: Sequence[Review]) -> Matrix:
    """Return every address that any environment declares or changes, in order."""
    columns = [_standings(review) for review in reviews]
    addresses = sorted({address for column in columns for address in column})
    return Matrix(
        titles=tuple(review.title for review in reviews),
        rows=tuple(_row(address, reviews, columns) for address in addresses),
    )


def _row(
    address: Address,
    reviews: Sequence[Review],
    columns: Sequence[Mapping[Address, Standing]],
) -> Row:
    return Row(
        address=address,
        standings=tuple(
            Standing.UNKNOWN if review.plan is None else column.get(address, Standing.ABSENT)
            for review, column in zip(reviews, columns, strict=True)
        ),
        differing=dict(_differing([review.declared.get(address) for review in reviews])),
    )


def _standings(review: Review) -> Mapping[Address, Standing]:
    plan = review.plan
    if plan is None:
        return dict.fromkeys(review.declared, Standing.UNKNOWN)
    return {
        **dict.fromkeys(review.declared, Standing.UNCHANGED),
        **{each.address: _standing(each) for each in plan.changing if not each.deposed},
        **{doubt.address: Standing.IN_DOUBT for doubt in plan.doubts},
        **{each.address: Standing.REFUSED for each in plan.refusals if each.address is not None},
    }


def _standing(change: Change) -> Standing:
    if change.action in _STANDINGS:
        return _STANDINGS[change.action]
    if change.reason is Reason.ACCEPTED:
        return Standing.RECORD
    return Standing.IMPORT if change.importing else Standing.MOVE


def _differing(
    specs: Sequence[Spec | None],
) -> Iterator[tuple[Path, tuple[Value | Unset, ...]]]:
    """Yield the members that differ between the environments that declare the connection."""
    there = [spec for spec in specs if spec is not None]
    paths = {path for spec in there for path, _ in leaves(spec)}
    for path in sorted(paths):
        if any(not same(lookup(there[0], path), lookup(spec, path)) for spec in there[1:]):
            yield path, tuple(UNSET if spec is None else lookup(spec, path) for spec in specs)
