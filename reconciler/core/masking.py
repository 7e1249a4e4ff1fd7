"""Plans and what is said of them without known secrets, before anybody spells them otherwise.

A format that escapes what another one has escaped already makes spellings that nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

from reconciler.model.values import is_mapping

T = TypeVar("T")
Scrub = Callable[[str], str]


def masked(value: T, scrub: Scrub) -> T:
    """Return the same with every text scrubbed, however deep it lies; at once where there is none.

    ``value`` is text, a mapping, a tuple or a dataclass of such, or anything that holds no text.
    """
    joined = "\0".join(_texts(value))
    return value if scrub(joined) == joined else _masked(value, scrub)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for member in _members(value):
            yield from _texts(member)


def _members(value: Any) -> Iterator[Any]:
    if is_mapping(value):
        for name, member in value.items():
            yield from (name, member)
    elif isinstance(value, tuple):
        yield from value
    elif is_dataclass(value):
        for field in fields(value):
            yield getattr(value, field.name)


def _masked(value: Any, scrub: Scrub) -> Any:
    if isinstance(value, str):
        shown = scrub(value)
        return value if shown == value else shown
    if is_mapping(value):
        return MappingProxyType(
            {_masked(name, scrub): _masked(member, scrub) for name, member in value.items()}
        )
    if isinstance(value, tuple):
        return tuple(_masked(member, scrub) for member in value)
    if is_dataclass(value) and not isinstance(value, type):
        held = {field.name: getattr(value, field.name) for field in fields(value)}
        return replace(value, **{name: _masked(member, scrub) for name, member in held.items()})
    return value
