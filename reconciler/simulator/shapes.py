"""JSON into frozen dataclasses: every complaint is a ``ValueError`` with the JSON path."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Shape = TypeVar("Shape")
Kind = TypeVar("Kind")

NAMES: Mapping[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    dict: "an object",
    list: "a list",
    NoneType: "null",
}


def shape(
    kind: type[Shape], document: object, *, at: str, known: Mapping[str, Any] | None = None
) -> Shape:
    """Return the dataclass that the JSON object describes; members left out keep their default.

    ``known`` holds members that are set already and that the object may leave out. Raises
    ``ValueError`` for an unknown, missing or ill-typed member.
    """
    members = expect(dict, document, at=at)
    made: Any = kind
    types = _types(made)
    for name in members:
        if name not in types:
            raise ValueError(f"{at}.{name}: no such member; known are {', '.join(sorted(types))}")
    values = {name: _value(types[name], value, f"{at}.{name}") for name, value in members.items()}
    values = {**(known or {}), **values}
    for name in _required(made):
        if name not in values:
            raise ValueError(f"{at}.{name}: missing")
    return kind(**values)


def expect(kind: type[Kind], value: object, *, at: str) -> Kind:
    """Return the value if it is of that JSON type; true is not a number here."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{at}: expected {NAMES[kind]}")
    return value


@cache
def _types(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in _fields(kind)}


@cache
def _required(kind: Any) -> tuple[str, ...]:
    missing = dataclasses.MISSING
    return tuple(
        field.name
        for field in _fields(kind)
        if field.default is missing and field.default_factory is missing
    )


def _fields(kind: Any) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(kind)


def _value(hint: Any, value: object, at: str) -> Any:
    arguments = get_args(hint)
    match get_origin(hint):
        case form if form in (Union, UnionType):
            return None if value is None else _value(arguments[0], value, at)
        case form if form is Literal:
            if value not in arguments:
                raise ValueError(f"{at}: expected one of {', '.join(map(str, arguments))}")
            return value
        case form if form is tuple:
            items = expect(list, value, at=at)
            return tuple(_value(arguments[0], item, f"{at}[{i}]") for i, item in enumerate(items))
        case form if form is Mapping:
            return expect(dict, value, at=at)
        case _:
            return _scalar(hint, value, at)


def _scalar(hint: Any, value: object, at: str) -> Any:
    if hint is Any:
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return expect(hint, value, at=at)
