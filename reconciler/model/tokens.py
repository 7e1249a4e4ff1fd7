"""What tokens are made of, and what may be wrong with that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.addresses import Address
from reconciler.model.findings import Span
from reconciler.model.secrets import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An application that is registered with an accounts server."""

    accounts_url: str
    id: str
    secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What an access token is made of, again and again."""

    client: Client
    refresh_token: Secret


class Trouble(StrEnum):
    """Why there is no token, in a word or two."""

    LACKING = "secret not available"
    HOST = "host not allowed"
    CLIENT = "wrong data centre or client"
    MISFIT = "wrong client secret"
    REVOKED = "refresh token refused"
    SPENT = "code refused"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    UNUSABLE = "unusable answer"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What came of trying the credentials of one declared connection."""

    address: Address
    accounts_url: str
    trouble: Trouble | None = None
    """``None`` where a token was made."""
    detail: str = ""
    span: Span | None = None
