"""Mappings within mappings, taken apart along paths and put together again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]
Path = tuple[str, ...]


def parted(tree: Document, paths: Collection[Path]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the tree without what stands at the paths, and what stands there."""
    kept: dict[str, Any] = {}
    taken: dict[str, Any] = {}
    for name, value in tree.items():
        below = [path[1:] for path in paths if path[:1] == (name,)]
        if () in below:
            taken[name] = value
        elif below and isinstance(value, Mapping):
            kept[name], inside = parted(value, below)
            if inside:
                taken[name] = inside
        else:
            kept[name] = value
    return kept, taken


def joined(one: Document, other: Document) -> dict[str, Any]:
    """Return both trees as one; where each has a value, it is the other's."""
    whole = dict(one)
    for name, value in other.items():
        mine = whole.get(name)
        if isinstance(mine, Mapping) and isinstance(value, Mapping):
            whole[name] = joined(mine, value)
        else:
            whole[name] = value
    return whole


def filled(tree: Document, value: object) -> dict[str, Any]:
    """Return a tree of the same form with that value at every leaf."""
    return {
        name: filled(below, value) if isinstance(below, Mapping) else value
        for name, below in tree.items()
    }


def leaves(tree: Document, above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each value that is no mapping, with its path."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*above, name))
        else:
            yield (*above, name), value
