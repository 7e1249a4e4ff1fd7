"""The JSON-like values a connection is made of, as immutable mappings, tuples and scalars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeGuard

from reconciler.model.findings import Span


class Unset(Enum):
    """The one value ``UNSET``: nobody said anything, which is neither null nor empty."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True)
class VariableRef:
    """``{var: NAME}`` in a manifest."""

    name: str


@dataclass(frozen=True, slots=True, order=True)
class SecretRef:
    """``{secret: "SCHEME:KEY"}``: where a secret is to be had, never the secret itself."""

    scheme: str
    key: str
    span: Span | None = field(default=None, compare=False)
    """Where somebody wrote it; a saved plan does not keep that."""

    def __str__(self) -> str:
        return f"{self.scheme}:{self.key}"


Scalar: TypeAlias = str | int | float | bool | None
Value: TypeAlias = "Scalar | VariableRef | SecretRef | tuple[Value, ...] | Mapping[str, Value]"
Path: TypeAlias = tuple[str, ...]
"""Member names from the top of a spec down: ``("auth", "params", "endpoint")``."""

Spec: TypeAlias = Mapping[str, Value]
"""The body of a connection; a write-only member is ``None``: its name is known, its value never."""

_SCALARS: Final = frozenset({str, int, float, bool, type(None)})
_MAPPINGS: Final = frozenset({MappingProxyType, dict})


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Tell whether ``value`` is a mapping, at once for whatever a plan is made of.

    The abstract class alone takes a quarter of the time of a plan to say so.
    """
    kind = type(value)
    return kind in _MAPPINGS or (kind not in _SCALARS and isinstance(value, Mapping))


def freeze(value: Any) -> Any:
    """Return ``value`` with every mapping read-only and every list a tuple."""
    if is_mapping(value):
        return MappingProxyType({key: freeze(member) for key, member in value.items()})
    if isinstance(value, (list, tuple)):
        return tuple(freeze(member) for member in value)
    return value


def thaw(value: Any) -> Any:
    """Return ``value`` as plain dicts and lists, ready for JSON."""
    if is_mapping(value):
        return {key: thaw(member) for key, member in value.items()}
    if isinstance(value, tuple):
        return [thaw(member) for member in value]
    return value


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are equal and of the same types all the way down.

    Python's own ``==`` takes ``1``, ``1.0`` and ``True`` for equal, which JSON does not.
    """
    if type(one) in _SCALARS:
        return type(one) is type(other) and bool(one == other)
    if is_mapping(one):
        return (
            is_mapping(other)
            and one.keys() == other.keys()
            and all(same(member, other[key]) for key, member in one.items())
        )
    if isinstance(one, (list, tuple)):
        return (
            isinstance(other, (list, tuple))
            and len(one) == len(other)
            and all(map(same, one, other))
        )
    return type(one) is type(other) and bool(one == other)


def lookup(spec: Mapping[str, Any], path: Sequence[str]) -> Any:
    """Return the value at ``path``, or ``UNSET`` where the spec has none."""
    value: Any = spec
    for name in path:
        if not is_mapping(value) or name not in value:
            return UNSET
        value = value[name]
    return value


def assign(spec: Spec, path: Path, value: Any) -> Spec:
    """Return ``spec`` with ``value`` at ``path``, making the mappings on the way."""
    name, rest = path[0], path[1:]
    if rest:
        below = spec.get(name)
        value = assign(below if is_mapping(below) else {}, rest, value)
    return MappingProxyType({**spec, name: value})


def without(spec: Spec, path: Path) -> Spec:
    """Return ``spec`` less the member at ``path``; unchanged where there is none."""
    if lookup(spec, path) is UNSET:
        return spec
    name, rest = path[0], path[1:]
    if rest:
        below = spec[name]
        assert is_mapping(below)  # noqa: S101 -- lookup() has just walked through it
        return MappingProxyType({**spec, name: without(below, rest)})
    return MappingProxyType({key: member for key, member in spec.items() if key != name})


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each ``(path, value)`` that is not a non-empty mapping, in order of name."""
    if is_mapping(value) and value:
        for name in sorted(value):
            yield from leaves(value[name], (*path, name))
    else:
        yield path, value


def dotted(path: Path) -> str:
    """Spell a path as manifests and messages do: ``auth.params.endpoint``."""
    return ".".join(path)
