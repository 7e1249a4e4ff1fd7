"""JSON read strictly: what two readers could take for two things is not read at all.

RFC 8259, section 4 onwards, leaves open what comes of repeated names, of numbers beyond a double
or a machine word, and of half a surrogate pair. Here each of them is an error.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, NoReturn

DEPTH: Final = 64
"""Levels; as many as a manifest may have."""
OWN_DEPTH: Final = DEPTH + 8
"""Levels of our own documents, which hold what strangers and manifests say a few levels down."""
VALUES: Final = 250_000
"""Scalars, objects and arrays; a page of five thousand connections has fewer."""
INTEGERS: Final = range(-(2**63), 2**64)
"""Integers of 64 bits, with a sign or without; a manifest can hold no others."""

_SHOWN = 32
_LONGEST = len(str(INTEGERS[-1]))
_CONTAINERS = frozenset({dict, list})
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_PARTING = re.compile(
    r'[^",\[{]*+(?:"[^"\\]*+(?:\\(?:.|\Z)[^"\\]*+)*+(?:"|\Z)[^",\[{]*+)*+(?:([,\[{])|\Z)', re.DOTALL
)
"""As far as the next comma or opening bracket outside of a text; never fails, wherever it begins,
so that looking for the next one reads each character once."""


class NotStrictError(ValueError):
    """JSON that is not read; ``problem`` says why and repeats nothing of the text."""

    def __init__(self, problem: str, culprit: str = "") -> None:
        super().__init__(f"{problem} ({culprit[:_SHOWN]!r})" if culprit else problem)
        self.problem = problem


def parse(text: str | bytes, *, depth: int = DEPTH, values: int = VALUES) -> Any:
    """Return the value that ``text`` spells, in UTF-8 where it is bytes.

    Raises ``UnicodeDecodeError`` or ``json.JSONDecodeError``, which know the place, for what is no
    JSON, and ``NotStrictError`` for a name that stands twice in one object, ``NaN``, an infinity,
    an integer beyond ``INTEGERS``, half a surrogate pair, more levels than ``depth`` or more values
    than ``values``: each of the three is a ``ValueError``.
    """
    if isinstance(text, bytes):
        text = text.decode()
    if _holds_more(text, values):
        raise NotStrictError(f"it holds more than {values:,} values")
    try:
        value = _DECODER.decode(text)
        too_deep = _nests_deeper(value, depth)
    except RecursionError:
        too_deep = True
    if too_deep:
        raise NotStrictError(f"it is more than {depth} levels deep")
    if _SURROGATE.search(text):
        _check_text(value)
    return value


def spell(value: Any) -> str:
    """Return a value from ``parse`` as ``canonical.dumps`` spells it, which is sure of its types.

    That is the slower half of ``dumps``.
    """
    return _ENCODER.encode(value)


def frozen(value: Any) -> Any:
    """Return a value from ``parse`` with every object read-only and every array a tuple.

    As ``values.freeze`` does of any value; of these types it is done in half the time.
    """
    kind = type(value)
    if kind is dict:
        return MappingProxyType(
            {
                name: frozen(member) if type(member) in _CONTAINERS else member
                for name, member in value.items()
            }
        )
    return tuple([frozen(member) for member in value]) if kind is list else value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        found = Counter(name for name, _ in pairs)
        twice = next(name for name in found if found[name] > 1)
        raise NotStrictError("a name stands twice in one object", twice)
    return members


def _integer(digits: str) -> int:
    if len(digits) <= _LONGEST and (number := int(digits)) in INTEGERS:
        return number
    raise NotStrictError("an integer takes more than 64 bits", digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NotStrictError("a number is out of range", digits)
    return number


def _refuse(name: str) -> NoReturn:
    raise NotStrictError("a number is none that JSON can carry", name)


def _holds_more(text: str, values: int) -> bool:
    """Tell whether the text spells more values than that, before any of them takes memory.

    Each but the first follows a comma or an opening bracket; an empty pair counts as well.
    """
    if len(text) <= values or sum(map(text.count, ",[{")) < values:
        return False
    last = next(islice(_PARTING.finditer(text), values - 1, None), None)
    return last is not None and last[1] is not None


def _nests_deeper(value: Any, depth: int) -> bool:
    if type(value) not in _CONTAINERS:
        return False
    if not depth:
        return True
    for member in value.values() if type(value) is dict else value:
        # looked at here as well, since to call a function for each scalar takes twice as long
        if type(member) in _CONTAINERS and _nests_deeper(member, depth - 1):
            return True
    return False


def _check_text(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotStrictError("half of a surrogate pair stands alone") from None


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_finite, parse_constant=_refuse
)
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), check_circular=False
)
