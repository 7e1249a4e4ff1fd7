"""What an unquoted YAML scalar means where text is not allowed: the core schema of YAML 1.2.

https://yaml.org/spec/1.2.2/#103-core-schema. Everything else an unquoted scalar may look like to
YAML 1.1 (``no``, ``0777``, ``1:30``, dates) is text and stays text.
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
_FLOAT = r"[-+]?(?:\.[0-9]{1,18}|[0-9]{1,18}(?:\.[0-9]{0,18})?)(?:[eE][-+]?[0-9]{1,2})?"

_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], int | float]], ...] = (
    (re.compile(r"[-+]?[0-9]{1,18}"), int),
    (re.compile(r"0o[0-7]{1,18}"), lambda text: int(text[2:], 8)),
    (re.compile(r"0x[0-9a-fA-F]{1,16}"), lambda text: int(text[2:], 16)),
    (re.compile(_FLOAT), float),
)

_STARTS = frozenset("-+.0123456789ntfNTF~")


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
