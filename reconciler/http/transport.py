"""The seam between us and the wire: one request in, one response out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Final, Protocol, Self
from urllib.parse import parse_qsl, urlsplit

from reconciler.core.escaping import escape
from reconciler.errors import RemoteError
from reconciler.model.secrets import Secret
from reconciler.ports import Clock

OBJECT_LIMIT: Final = 1 << 20
"""Bytes that the answer about one object may have."""
PAGE_LIMIT: Final = 8 << 20
"""Bytes that one page of a list may have."""
ERROR_LIMIT: Final = 64 << 10
"""Bytes that an answer with an error status may have, whatever was asked for."""

_MOST_NAMES: Final = 20

HEARD: Final = (
    "content-encoding", "content-md5", "content-type", "date", "link", "retry-after",
    "x-next-page", "x-ratelimit-remaining", "x-request-id",
)  # fmt: skip
"""The response headers that anyone here listens to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be sent, to the last header. Its repr shows no header and no body."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    limit: int = OBJECT_LIMIT
    """Bytes that the body of a good answer may have."""

    def bearing(self, token: Secret) -> Self:
        """Return the request with ``token`` as its credential."""
        return replace(self, headers={**self.headers, "Authorization": f"Bearer {token.reveal()}"})

    @property
    def title(self) -> str:
        """Method and path with query, as logs and messages name a request."""
        url = urlsplit(self.url)
        return f"{self.method} {url.path}" + (f"?{url.query}" if url.query else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back, redirects and all."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Those of ``HEARD`` that were there, by lower-case name."""
    body: bytes | None = field(repr=False)
    """``None`` where it was longer than its limit."""
    asked: float = 0.0
    """The monotonic time at which its request was sent."""

    @property
    def phrase(self) -> str:
        """Return the status as words: ``503 Service Unavailable``."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)


class Transport(Protocol):
    """Carries a request. Safe to use from several threads at once."""

    def send(self, request: Request) -> Response:
        """Return the answer, whatever its status.

        Raises ``UnreachableError`` where certainly no byte of the request was sent, and
        ``SilentError`` for everything that goes wrong later.
        """
        ...

    def close(self) -> None:
        """Let go of idle connections."""
        ...


class LoggedTransport:
    """Writes one line per request: never a header, and of a body the names of its members alone."""

    def __init__(
        self,
        transport: Transport,
        *,
        log: Callable[[str], None],
        tell: Callable[[str], str],
        clock: Clock,
    ) -> None:
        self._transport = transport
        self._log = log
        self._tell = tell
        self._clock = clock

    def send(self, request: Request) -> Response:
        """Send through, and log what was asked, what came of it, how soon, and what was sent."""
        began = self._clock.monotonic()
        try:
            response = self._transport.send(request)
        except RemoteError as error:
            self._write(request, type(error).__name__, began)
            raise
        request_id = response.headers.get("x-request-id")
        said = f" request-id={escape(self._tell(request_id), limit=128)}" if request_id else ""
        self._write(request, f"{response.status}{said}", began)
        return response

    def close(self) -> None:
        """Close what is logged."""
        self._transport.close()

    def _write(self, request: Request, outcome: str, began: float) -> None:
        milliseconds = (self._clock.monotonic() - began) * 1000
        sent = ", ".join(escape(name, limit=64) for name in _names(request)[:_MOST_NAMES])
        self._log(
            f"{escape(request.title)} -> {outcome} ({milliseconds:.0f} ms)"
            + (f" sent: {sent}" if sent else "")
        )


def _names(request: Request) -> list[str]:
    """Return the members of a body: of a document, a form, or what a patch is about."""
    if request.body is None:
        return []
    text = request.body.decode()
    if not text.startswith(("{", "[")):
        return [name for name, _ in parse_qsl(text)]
    document = json.loads(text)
    if isinstance(document, dict):
        return sorted(document)
    return [f"{each['op']} {each['path']}" for each in document]
