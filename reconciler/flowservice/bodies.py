"""JSON on the wire: what a stranger wrote is read with suspicion, what we write is spelled once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reconciler.core import strict_json
from reconciler.core.strict_json import NotStrictError
from reconciler.model.secrets import Secret


def parse(body: bytes) -> Any:
    """Return the JSON value that ``body`` spells in UTF-8.

    Raises ``ValueError`` for anything else and for what ``strict_json`` refuses, in words for a
    person that repeat nothing of the body.
    """
    try:
        return strict_json.parse(body)
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error.msg} at character {error.pos}") from error
    except NotStrictError as error:
        raise ValueError(f"it is not strict JSON: {error.problem}") from error


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
