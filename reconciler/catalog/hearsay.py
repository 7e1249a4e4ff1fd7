"""What a stranger's JSON Schema (draft 7) says of one value, whatever shape it has.

What is not as it should be counts as not said. Nothing here runs a pattern or follows a reference
out of the document, and a schema that goes on for too long is given up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from reconciler.core import dialect
from reconciler.model.values import UNSET

Schema = Mapping[str, Any]

MOST: Final = 500
"""Parameters, and names of required ones."""
MOST_CHOICES: Final = 250

_MOST_ASPECTS = 100
"""Schemas that speak of one value."""
_LONGEST_CHOICE = 256
_LARGEST = 2**53
_LENGTHS = ("minLength", "maxLength")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


class TooMuchError(Exception):
    """A schema of more than anybody could write a manifest by."""


def aspects(schemas: Sequence[Schema], root: Schema) -> list[Schema]:
    """Return the schemas and all that may speak of the same value, the nearest first."""
    waiting, found = [*reversed(schemas)], dict[int, Schema]()
    while waiting:
        aspect = waiting.pop()
        if id(aspect) not in found:
            found[id(aspect)] = aspect
            waiting += reversed([*_always(aspect, root), *_perhaps(aspect)])
        if len(found) > _MOST_ASPECTS:
            raise TooMuchError
    return [*found.values()]


def demanded(schemas: Sequence[Schema], root: Schema) -> frozenset[str]:
    """Return the members that are required under all circumstances."""
    waiting, seen, names = [*schemas], dict[int, Schema](), set[str]()
    while waiting:
        aspect = waiting.pop()
        if id(aspect) not in seen:
            seen[id(aspect)] = aspect
            names.update(each for each in array(aspect.get("required")) if isinstance(each, str))
            waiting += _always(aspect, root)
        if len(seen) > _MOST_ASPECTS or len(names) > MOST:
            raise TooMuchError
    return frozenset(names)


def members(said: Sequence[Schema]) -> dict[str, list[Schema]]:
    """Return the members of a mapping that have a name, each with all that is said of it."""
    found: dict[str, list[Schema]] = {}
    for aspect in said:
        for name, member in mapping(aspect.get("properties")).items():
            found.setdefault(name, []).append(mapping(member))
    return found


def is_open(said: Sequence[Schema]) -> bool:
    """Tell whether a mapping takes, in so many words, members that have no name."""
    further = [aspect.get("additionalProperties") for aspect in said]
    return any(each is True or mapping(each) for each in further)


def types(said: Sequence[Schema]) -> frozenset[str]:
    """Return the types that a value may have, ``null`` left out."""
    named = set[str]()
    for aspect in said:
        one = aspect.get("type")
        named.update(each for each in (array(one) or [one]) if isinstance(each, str))
    return frozenset(named - {"null"})


def formats(said: Sequence[Schema]) -> frozenset[str]:
    """Return the formats that are named, in small letters."""
    named = (each.get("format") for each in said)
    return frozenset(one.lower() for one in named if isinstance(one, str))


def first(said: Sequence[Schema], keyword: str) -> Any:
    """Return what is said by a keyword first, or ``UNSET``."""
    return next((each[keyword] for each in said if keyword in each), UNSET)


def choices(said: Sequence[Schema]) -> list[str] | None:
    """Return the only texts there may be, where that is certain and they are few and plain."""
    listed = array(first(said, "enum")) or [first(said, "const")]
    if len(listed) > MOST_CHOICES or not all(map(is_plain, listed)):
        return None
    return list(dict.fromkeys(listed))


def is_plain(value: object) -> bool:
    """Tell whether a value is text that may stand in a schema as it is."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_CHOICE and value.isprintable()


def lengths(said: Sequence[Schema]) -> dict[str, int]:
    """Return the bounds of a text's length."""
    named = {keyword: first(said, keyword) for keyword in _LENGTHS}
    return {key: one for key, one in named.items() if type(one) is int and 0 <= one <= _LARGEST}


def bounds(said: Sequence[Schema]) -> dict[str, int | float]:
    """Return the bounds of a number."""
    named = {keyword: first(said, keyword) for keyword in _BOUNDS}
    return {key: one for key, one in named.items() if is_number(one)}


def is_number(value: object) -> bool:
    """Tell whether a value is a number that every reader takes for the same."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) <= _LARGEST  # which neither an infinity nor no number at all is


def mapping(value: object) -> Schema:
    """Return a mapping as it is, an empty one in the place of anything else."""
    return value if isinstance(value, Mapping) else {}


def array(value: object) -> Sequence[Any]:
    """Return a list as it is, an empty one in the place of anything else."""
    return value if isinstance(value, list) else ()


def _always(schema: Schema, root: Schema) -> Iterator[Schema]:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        yield mapping(dialect.target(reference, root))
    yield from map(mapping, array(schema.get("allOf")))


def _perhaps(schema: Schema) -> Iterator[Schema]:
    for keyword in ("anyOf", "oneOf"):
        yield from map(mapping, array(schema.get(keyword)))
    yield from (mapping(schema.get(keyword)) for keyword in ("then", "else") if keyword in schema)
    yield from map(mapping, mapping(schema.get("dependencies")).values())
