"""JSON on the wire: what a stranger wrote is read with suspicion, what we write is spelled once."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn

from reconciler.model.secrets import Secret

DEPTH: Final = 64
DIGITS: Final = 19

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def parse(body: bytes) -> Any:
    """Return the JSON value that ``body`` spells in UTF-8.

    Raises ``ValueError``, in words for a person, for anything else: also for members named twice,
    more than 64 levels, integers beyond 19 digits, ``NaN``, infinities and lone surrogates.
    """
    try:
        value = _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise ValueError("it nests too deeply") from error
    _check_depth(value)
    if _SURROGATE.search(body):
        _check_text(value)
    return value


def spell(value: object) -> bytes:
    """Return ``value`` as JSON, with every ``Secret`` open: only the wire sees the result."""
    return json.dumps(value, default=_opened, allow_nan=False, separators=(",", ":")).encode()


def _opened(value: object) -> object:
    match value:
        case Secret():
            return value.reveal()
        case Mapping():
            return dict(value)
        case _:
            raise TypeError(f"{type(value).__name__} is not part of a request")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("it names a member twice")
    return members


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > DIGITS:
        raise ValueError(f"it holds an integer of more than {DIGITS} digits")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("it holds a number that is out of range")
    return number


def _constant(name: str) -> NoReturn:
    raise ValueError(f"it holds {name}, which is not JSON")


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEPTH + 1):
        level = [member for node in level for member in _members(node)]
        if not level:
            return
    raise ValueError(f"it nests deeper than {DEPTH} levels")


def _members(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _check_text(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("it holds half a character") from error


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
