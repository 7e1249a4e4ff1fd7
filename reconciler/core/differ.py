"""What differs between two specs, field by field."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from reconciler.core import canonical
from reconciler.model.values import (
    UNSET,
    Path,
    Spec,
    Unset,
    Value,
    is_mapping,
    leaves,
    lookup,
    same,
    without,
)


def visible(spec: Spec) -> Spec:
    """Return ``spec`` less its write-only members."""
    return MappingProxyType(
        {
            name: visible(member) if is_mapping(member) else member
            for name, member in spec.items()
            if member is not None
        }
    )


def select(observed: Spec, *templates: Spec) -> Spec:
    """Return the members of ``observed`` that any template names, less the write-only ones.

    What the server adds is in no template, and so never differs from anything.
    """
    selected: dict[str, Value] = {}
    for name in {name: None for template in templates for name in template}:
        members = [template[name] for template in templates if name in template]
        if name not in observed or None in members:
            continue
        value = observed[name]
        if is_mapping(value) and (below := [member for member in members if is_mapping(member)]):
            value = select(value, *below)
        selected[name] = value
    return MappingProxyType(selected)


def ignoring(spec: Spec, paths: Iterable[Path]) -> Spec:
    """Return ``spec`` without the members at ``paths``."""
    for path in paths:
        spec = without(spec, path)
    return spec


def diff(before: Spec, after: Spec) -> tuple[tuple[Path, Value | Unset, Value | Unset], ...]:
    """Return ``(path, before, after)`` of each leaf that differs, in order of path.

    A list is one leaf: no path leads into it. Values of different types differ, ``1`` and ``True``
    included.
    """
    if same(before, after):
        return ()
    names = [
        name
        for name in before.keys() | after.keys()
        if not same(before.get(name, UNSET), after.get(name, UNSET))
    ]
    one, other = _only(before, names), _only(after, names)
    return tuple(
        (path, lookup(one, path), lookup(other, path)) for path in sorted(_paths(one, other))
    )


def _only(spec: Spec, names: Iterable[str]) -> Spec:
    """Return the members that are worth DeepDiff's time, which takes ten times ours."""
    return {name: spec[name] for name in names if name in spec}


def _paths(before: Spec, after: Spec) -> set[Path]:
    # Imported here because it costs 0.1 s, and a plan without differences never needs it.
    from deepdiff import DeepDiff  # noqa: PLC0415 -- see above

    tree = DeepDiff(
        _spelled(before),
        _spelled(after),
        view="tree",
        threshold_to_diff_deeper=0,  # otherwise unlike mappings are reported as one blob
        ignore_private_variables=False,  # otherwise members named __x are skipped
    )
    changed = {
        tuple(level.path(output_format="list")) for found in tree.values() for level in found
    }
    return {leaf for path in changed for leaf in _leaves_below(path, before, after)}


def _spelled(value: Any) -> Any:
    """Return a value with its lists as text: DeepDiff takes ``[1]`` and ``[True]`` for the same."""
    if is_mapping(value):
        return {name: _spelled(member) for name, member in value.items()}
    return f"\0{canonical.dumps(value)}" if isinstance(value, tuple) else value


def _leaves_below(path: Path, *specs: Spec) -> Iterable[Path]:
    for spec in specs:
        value = lookup(spec, path)
        if value is not UNSET:
            yield from (leaf for leaf, _ in leaves(value, path))
