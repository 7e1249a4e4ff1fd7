"""What an unquoted YAML scalar means where text is not allowed: what YAML 1.1 and 1.2 agree upon.

https://yaml.org/spec/1.2.2/#103-core-schema, less every number that some reader takes for another
(``010``, ``0o10``) or that nobody would call one (``0x10``). Everything else that an unquoted
scalar may look like (``no``, ``1:30``, dates) is text and stays text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_CONSTANTS: Mapping[str, bool | None] = {
    **dict.fromkeys(("null", "Null", "NULL", "~"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

# so many digits are enough for anything, and few enough to be converted at once
_INTEGER = r"-?(?:0|[1-9][0-9]{0,17})"
_FLOAT = rf"{_INTEGER}(?:\.[0-9]{{1,18}})?(?:[eE][-+]?[0-9]{{1,2}})?"

_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], int | float]], ...] = (
    (re.compile(_INTEGER), int),
    (re.compile(_FLOAT), float),
)

_STARTS = frozenset("-0123456789ntfNTF~")


def may_be_typed(text: str) -> bool:
    """Tell at a glance whether ``typed`` could return anything but the text itself."""
    return text[:1] in _STARTS


def typed(text: str) -> str | int | float | bool | None:
    """Return the null, truth value or number that ``text`` spells, else the text itself."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    for pattern, convert in _NUMBERS:
        if pattern.fullmatch(text):
            return convert(text)
    return text
