"""The transport that reaches the network, by the adapters of requests and without its sessions.

A session would look into ``.netrc`` and the environment, keep cookies, and read the whole body of
a redirect only to say where it leads; an adapter sends what it is given and returns what comes.
"""

from __future__ import annotations

import http.client
from http import HTTPStatus
from typing import Final

import requests
import urllib3
from urllib3.exceptions import HTTPError, ReadTimeoutError

from reconciler.errors import SilentError
from reconciler.http import sockets
from reconciler.http.transport import ERROR_LIMIT, HEARD, Request, Response
from reconciler.model.secrets import Secret
from reconciler.ports import Clock

ANSWER_SECONDS: Final = 65.0
"""From the last byte sent to the last byte read. Adobe's gateway gives up after 60 s, and we want
to hear it say so; with the time to connect, a request is over after 75 s."""
FRESH_SECONDS: Final = 2.0
"""A ``POST`` takes no connection that was idle for longer: the other side may just be closing it,
and then nobody could say whether the request arrived."""

_CHUNK: Final = 1 << 16
_BROKEN: Final = (
    requests.RequestException,
    HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,  # as http.client lets out of itself where a chunk has a negative size
)


class Wire:
    """Sends requests over connections that are kept, the last used first, one thread each."""

    def __init__(
        self,
        *,
        clock: Clock,
        trust: sockets.Trust | None = None,
        proxy: Secret | None = None,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._clock = clock
        self._timeout = (sockets.CONNECT_SECONDS, answer_seconds)
        self._trust = trust or sockets.Trust()
        self._proxies = {} if proxy is None else {"https": proxy.reveal()}
        self._idle: list[_Line] = []

    def send(self, request: Request) -> Response:
        """Send on an idle line or a new one; a line that failed is not used again."""
        line = self._line()
        if request.method == "POST" and self._clock.monotonic() - line.used > FRESH_SECONDS:
            line.adapter.close()
        try:
            response = self._exchange(line.adapter, request)
        except BaseException:
            line.adapter.close()
            raise
        line.used = self._clock.monotonic()
        self._idle.append(line)
        return response

    def close(self) -> None:
        """Close every idle connection."""
        while self._idle:
            self._idle.pop().adapter.close()

    def _line(self) -> _Line:
        try:
            return self._idle.pop()
        except IndexError:
            return _Line(sockets.Adapter(self._trust), used=self._clock.monotonic())

    def _exchange(self, adapter: sockets.Adapter, request: Request) -> Response:
        """Send and read to the end.

        Foreign exceptions are translated here and, while there is no connection, in ``sockets``.
        """
        try:
            with adapter.send(
                _prepared(request), stream=True, timeout=self._timeout, proxies=self._proxies
            ) as answer:
                return _read(answer, request.limit)
        except (requests.Timeout, ReadTimeoutError) as error:
            raise SilentError(
                f"{request.title} was not answered within {self._timeout[1]:.0f} s."
            ) from error
        except _BROKEN as error:
            raise SilentError(
                f"{request.title}: the connection broke before the answer was complete."
            ) from error


class _Line:
    """An adapter that one thread at a time uses, and when it was last used."""

    __slots__ = ("adapter", "used")

    def __init__(self, adapter: sockets.Adapter, *, used: float) -> None:
        self.adapter = adapter
        self.used = used


def _prepared(request: Request) -> requests.PreparedRequest:
    return requests.Request(
        request.method, request.url, headers=dict(request.headers), data=request.body
    ).prepare()


def _read(answer: requests.Response, limit: int) -> Response:
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        limit = min(limit, ERROR_LIMIT)
    return Response(
        status=answer.status_code,
        headers={name: answer.headers[name] for name in HEARD if name in answer.headers},
        body=_body(answer.raw, limit),
    )


def _body(raw: urllib3.HTTPResponse, limit: int) -> bytes | None:
    """Return the whole body as it came, or ``None`` as soon as it exceeds ``limit``."""
    chunks: list[bytes] = []
    size = 0
    while chunk := raw.read(_CHUNK, decode_content=False):
        size += len(chunk)
        if size > limit:
            return None
        chunks.append(chunk)
    return b"".join(chunks)
