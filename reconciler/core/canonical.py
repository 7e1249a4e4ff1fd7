"""The one spelling of a JSON value: equal values give equal text, whoever made them and when."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from reconciler.model.values import is_mapping

_COMPACT = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), check_circular=False
)
_PRETTY = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, indent=2, check_circular=False
)


def dumps(value: Any) -> str:
    """Return ``value`` on one line: members sorted by code point, no spaces, no escapes to ASCII.

    Raises ``TypeError`` for what is no JSON value and ``ValueError`` for a number or a text that
    JSON cannot carry (NaN, an infinity, half of a surrogate pair).
    """
    return _sendable(_COMPACT.encode(_plain(value)))


def pretty(value: Any) -> str:
    """Return ``value`` for people: as ``dumps``, indented by two, ending in a line break."""
    return _sendable(_PRETTY.encode(_plain(value))) + "\n"


def digest(value: Any) -> str:
    """Return the SHA-256 of ``dumps(value)`` in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Return ``value`` in the types the encoder knows.

    The encoder alone would take a key of ``1`` or ``None`` and quietly make text of it.
    """
    if value is None or isinstance(value, (str, int, float)):
        return value
    if is_mapping(value):
        return {_name(key): _plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(member) for member in value]
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def _name(key: Any) -> str:
    if isinstance(key, str):
        return key
    raise TypeError(f"{type(key).__name__} cannot name a JSON member")


def _sendable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("text with half of a surrogate pair is not JSON") from None
    return text
