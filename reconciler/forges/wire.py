"""One request in, one answer out, by an adapter of requests and without its sessions.

A session would look into ``.netrc`` and the environment, and would read the whole body of a
redirect; an adapter sends what it is given and returns what comes.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import DEFAULT_CA_BUNDLE_PATH, HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from reconciler.errors import ForgeSilentError, ForgeUnreachableError, RejectedError
from reconciler.model.findings import Finding
from reconciler.ports import Clock

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 30.0
"""Between two packets."""
WHOLE_SECONDS: Final = 120.0
"""For the whole body."""
LARGEST: Final = 64 << 20
"""Bytes; a hundred of GitHub's longest comments, in the widest spelling, have less."""

_CHUNK: Final = 1 << 16
_BROKEN: Final = (
    requests.RequestException,
    HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,  # as http.client lets out of itself where a chunk has a negative size
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, redirects and all."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """By whatever case of their names."""
    body: bytes | None = field(repr=False)
    """``None`` where it was longer than anything we ask for."""

    @property
    def phrase(self) -> str:
        """Return the status as words: ``503 Service Unavailable``."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)


class Wire:
    """Sends over one connection; nothing is followed, repeated, or taken from the environment."""

    def __init__(self, *, clock: Clock, ca_bundle: str | None = None) -> None:
        """Trust the authorities of the bundle; raise ``RejectedError`` if it cannot be read."""
        self._clock = clock
        self._adapter = _Adapter(_trusting(ca_bundle))

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Return the answer, whatever its status.

        A ``POST`` takes a connection of its own: the other side may just be closing an idle one,
        and then nobody could say whether the request arrived. Raises ``ForgeUnreachableError``
        where nothing was sent, ``ForgeSilentError`` for all that goes wrong later.
        """
        request = requests.Request(method, url, headers=dict(headers), data=body).prepare()
        host = urlsplit(url).hostname
        if method == "POST":
            self._adapter.close()
        try:
            with self._adapter.send(
                request, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)
            ) as answer:
                return Answer(
                    status=answer.status_code, headers=answer.headers, body=self._body(answer.raw)
                )
        except requests.exceptions.SSLError as error:
            raise ForgeUnreachableError(
                f"{host} did not prove who it is, so nothing was sent. Is the certificate its own, "
                "and known to this machine?"
            ) from error
        except _BROKEN as error:
            if _is_before(error):
                raise ForgeUnreachableError(
                    f"{host} cannot be reached: no connection could be made. Nothing was sent."
                ) from error
            raise ForgeSilentError(
                f"{host} did not answer {method} in time, or broke off its answer."
            ) from error

    def _body(self, raw: urllib3.HTTPResponse) -> bytes | None:
        chunks: list[bytes] = []
        size, until = 0, self._clock.monotonic() + WHOLE_SECONDS
        while chunk := raw.read1(_CHUNK, decode_content=False):
            size += len(chunk)
            if size > LARGEST:
                return None
            if self._clock.monotonic() > until:
                raise TimeoutError("the answer takes too long")
            chunks.append(chunk)
        return b"".join(chunks)


class _Adapter(HTTPAdapter):
    """An adapter with a trust of its own, in which no environment variable has a say."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **{**options, "ssl_context": self._context})

    def cert_verify(self, *_: Any) -> None:
        """Do nothing: the context holds the authorities already, and is never told to lie."""


def _trusting(ca_bundle: str | None) -> ssl.SSLContext:
    # ssl.create_default_context and urllib3's own would write keys to SSLKEYLOGFILE.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=DEFAULT_CA_BUNDLE_PATH)
    try:
        if ca_bundle is not None:
            context.load_verify_locations(cafile=ca_bundle)
    except OSError as error:
        detail = (
            "CI_SERVER_TLS_CA_FILE names a file that cannot be read as PEM certificates. Name one, "
            "or unset the variable."
        )
        finding = Finding(summary="Unusable certificate bundle", detail=detail)
        raise RejectedError([finding]) from error
    return context


def _is_before(error: Exception) -> bool:
    """Tell whether no connection was made at all."""
    reason = error.args[0] if error.args else None
    if isinstance(reason, MaxRetryError):
        reason = reason.reason
    return isinstance(error, requests.ConnectTimeout) or isinstance(
        reason, NewConnectionError | ConnectTimeoutError
    )
