"""Below requests: who is trusted, when a connection exists, how long an answer may take."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final

import urllib3
from requests.adapters import DEFAULT_CA_BUNDLE_PATH, HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
)

from reconciler.errors import RejectedError, UnreachableError, UntrustedError
from reconciler.model.findings import Finding

CONNECT_SECONDS: Final = 10.0
"""From the name to the end of the handshake."""

_BUFFER: Final = 1 << 17
"""Bytes read at once: a page of a list in two or three reads, for each of which a thread may have
to wait until another one lets go of the interpreter."""


class Trust:
    """Whom we believe to be who they say; to load that takes 20 ms, which plain http is spared."""

    def __init__(
        self,
        ca_bundle: str | None = None,
        *,
        variable: str = "AEP_CA_BUNDLE",
        beside_known: bool = False,
    ) -> None:
        """Trust the authorities of the bundle; raise ``RejectedError`` if it cannot be read.

        ``variable`` is what named it. Without a bundle, and ``beside_known`` with one, the
        authorities are trusted that everybody knows.
        """
        known = () if ca_bundle is not None and not beside_known else (DEFAULT_CA_BUNDLE_PATH,)
        self._files = (*known, *filter(None, [ca_bundle]))
        self._variable = variable
        if ca_bundle is not None:
            self.context  # noqa: B018 -- what somebody has named is looked at before it is needed

    @cached_property
    def context(self) -> ssl.SSLContext:
        """TLS 1.2 and later, and no environment variable has a say in it."""
        # ssl.create_default_context and urllib3's own would write keys to SSLKEYLOGFILE.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        for file in self._files:
            try:
                context.load_verify_locations(cafile=file)
            except OSError as error:
                raise RejectedError([self._unusable(file)]) from error
        return context

    def _unusable(self, file: str) -> Finding:
        return Finding(
            summary="Unusable certificate bundle",
            detail=f"{self._variable} names {file!r}, which cannot be read as a file of PEM "
            "certificates. Name one, or unset the variable.",
        )


class _TimedStream(io.RawIOBase):
    """Bytes of a socket until a deadline for all of them.

    A socket's own timeout starts anew with each packet, so that one byte a minute, or an endless
    row of ``100 Continue``, would hold us for ever.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._stream = sock.makefile("rb", buffering=0)
        self._deadline = time.monotonic() + (sock.gettimeout() or 0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the answer takes too long")
        self._socket.settimeout(remaining)
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """An answer that must be complete, status line to last byte, within the read timeout."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_TimedStream(sock), _BUFFER)


class _PlainConnection(HTTPConnection):
    response_class = _TimedResponse

    def connect(self) -> None:
        with _reaching(self):
            super().connect()


class _SecureConnection(HTTPSConnection):
    response_class = _TimedResponse

    def connect(self) -> None:
        with _reaching(self):
            super().connect()


@contextmanager
def _reaching(connection: HTTPConnection) -> Iterator[None]:
    """Translate whatever stops a connection: name, address, proxy, TLS. Nothing was sent yet.

    Each address of a name, and each step of a handshake, has a timeout of its own. A connection
    that took longer than one of them in all is not used: what is sent over it would leave too late.
    """
    began = time.monotonic()
    try:
        yield
    except (HTTPError, http.client.HTTPException, OSError) as error:
        raise _unreachable(connection.host, error) from error
    if time.monotonic() - began > CONNECT_SECONDS:
        connection.close()
        raise UnreachableError(
            f"{connection.host} cannot be reached: it took more than {CONNECT_SECONDS:.0f} s. "
            "Nothing was sent."
        )


def _unreachable(host: str, error: Exception) -> UnreachableError:
    match error:
        case ssl.SSLCertVerificationError():
            return UntrustedError(
                f"{host} has no certificate that can be trusted: {error.verify_message}. Nothing "
                "was sent. AEP_CA_BUNDLE names the authorities to trust."
            )
        case ssl.SSLError() if error.reason not in {None, "UNEXPECTED_EOF_WHILE_READING"}:
            return UntrustedError(f"TLS with {host} failed: {error.reason}. Nothing was sent.")
        case NameResolutionError():
            return UnreachableError(f"The name {host} could not be resolved. Nothing was sent.")
        case ConnectTimeoutError() if not isinstance(error, NewConnectionError):
            reason = "it did not answer in time"
        case OSError() if "Tunnel connection failed" in str(error):
            reason = "the proxy refused to connect further"
        case _:
            reason = "no connection could be made"
    return UnreachableError(f"{host} cannot be reached: {reason}. Nothing was sent.")


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class Adapter(HTTPAdapter):
    """An adapter whose connections are ours, with one trust for all of them."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        super().__init__(pool_connections=2, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pool of direct connections."""
        super().init_poolmanager(*args, **options)
        self._seat(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Return the pool of connections through ``proxy``."""
        manager = super().proxy_manager_for(proxy, proxy_ssl_context=self._trust.context, **options)
        self._seat(manager)
        return manager

    def cert_verify(self, *_: Any) -> None:
        """Do nothing: the context holds the authorities already, and is never told to lie."""

    def _seat(self, manager: urllib3.PoolManager) -> None:
        pools: dict[str, Any] = {"http": _PlainPool, "https": self._secure_pool}
        manager.pool_classes_by_scheme = pools

    def _secure_pool(self, *args: Any, **options: Any) -> _SecurePool:
        return _SecurePool(*args, **{**options, "ssl_context": self._trust.context})
