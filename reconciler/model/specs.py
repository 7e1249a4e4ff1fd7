"""Connection specs: what Flow Service says of a source that one can connect to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """One way in which Adobe signs in to a source."""

    name: str
    """What ``auth.specName`` calls it."""
    type: str
    schema: Mapping[str, Any] = field(repr=False)
    """The JSON Schema (draft 7) of ``auth.params``, as the service sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSpec:
    """One source in Adobe's catalogue; every text is as the service sent it."""

    id: str
    name: str
    version: str
    authentications: tuple[Authentication, ...]
