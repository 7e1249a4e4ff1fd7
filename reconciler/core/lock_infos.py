"""Who holds a lock, in the seven fields that Terraform and its servers know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from reconciler.core.escaping import escape

LIMIT = 16 * 1024
"""Bytes that such a text may have."""

UNKNOWN = "(not known)"

_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LockInfo:
    """One hold of a lock. Its fields are for people; only ``id`` decides anything."""

    id: str
    operation: str = ""
    info: str = ""
    who: str = ""
    version: str = ""
    created: str = ""
    path: str = ""

    def encode(self) -> bytes:
        """Return the JSON text of all seven fields."""
        return json.dumps(
            {
                "ID": self.id,
                "Operation": self.operation,
                "Info": self.info,
                "Who": self.who,
                "Version": self.version,
                "Created": self.created,
                "Path": self.path,
            }
        ).encode()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Return what somebody wrote, whatever it is: a field that is not there is not known."""
        fields = _fields(data)

        def text(name: str) -> str:
            value = fields.get(name, UNKNOWN)
            return value if isinstance(value, str) else str(value)

        return cls(
            id=text("ID"),
            operation=text("Operation"),
            info=text("Info"),
            who=text("Who"),
            version=text("Version"),
            created=text("Created"),
            path=text("Path"),
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """What to show a person, safe to show, in Terraform's order."""
        fields = {
            "ID": self.id,
            "Path": self.path,
            "Operation": self.operation,
            "Who": self.who,
            "Version": self.version,
            "Created": self.created,
            "Info": self.info,
        }
        shown = ((name, escape(text, limit=_SHOWN)) for name, text in fields.items())
        return ("Lock Info:", *(f"  {name + ':':<10} {text}" for name, text in shown))


def _fields(data: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(data[:LIMIT])
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}
