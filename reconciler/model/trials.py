"""Whether connections work, as the service finds when it tries them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.addresses import Address, RemoteId


class Health(StrEnum):
    """What a trial showed."""

    OK = "ok"
    FAILED = "failed"
    """The service tried the connection, and it does not work; or there is none any more."""
    UNKNOWN = "unknown"
    """The service did not say whether it works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One connection, tried once."""

    address: Address
    id: RemoteId
    health: Health
    message: str = ""
    """Why it is not known to work, in a sentence."""
