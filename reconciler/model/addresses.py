"""Names: ours for a connection, and the service's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NewType, Self

RemoteId = NewType("RemoteId", str)
"""The id that Flow Service gave to an object; a UUID wherever Adobe shows one."""

Etag = NewType("Etag", str)
"""An entity tag exactly as the service spelled it, its own double quotes included."""

_REMOTE_ID = re.compile(r"[A-Za-z0-9-]{1,128}")
_ADDRESS = re.compile(r"([A-Z][A-Za-z0-9]{0,62})\.([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)")


def remote_id(value: object) -> RemoteId | None:
    """Return an id that may stand in a URL and be shown, ``None`` if ``value`` is none."""
    return RemoteId(value) if isinstance(value, str) and _REMOTE_ID.fullmatch(value) else None


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A kind and a ``metadata.name``, our only local identity: ``ZohoCrmConnection.crm-eu``."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the address that ``text`` spells; raise ``ValueError`` if it spells none."""
        match = _ADDRESS.fullmatch(text)
        if match is None:
            raise ValueError(text)
        return cls(match[1], match[2])
