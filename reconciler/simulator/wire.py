"""HTTP on loopback: requests in from sockets, answers and their mishaps out."""

from __future__ import annotations

import socket
import struct
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from reconciler.simulator.exchanges import Answer, Ending, Request
from reconciler.simulator.origin import Origin

HOST = "127.0.0.1"
LARGEST_BODY = 1 << 20
CHUNK = 1 << 16
IDLE = 60.0
"""Seconds after which a connection without requests is closed."""
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""The ``SO_LINGER`` value under which closing a socket sends a reset."""


class Handler(BaseHTTPRequestHandler):
    """Carries requests to the origin and its answers back, mishaps included."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE

    def do_GET(self) -> None:
        """Answer; every method has the same way."""
        length = self.headers.get("Content-Length", "0")
        if (
            not length.isdigit()
            or int(length) > LARGEST_BODY
            or "Transfer-Encoding" in self.headers
        ):
            self.close_connection = True
            self._send(Answer(status=413))
            return
        answer = self.server.origin.handle(self._request(self.rfile.read(int(length))))
        pause = answer.delay + self.server.origin.stage.switches.latency
        if pause and self.server.ending.wait(pause):
            self.close_connection = True
            return
        with suppress(ConnectionError):  # the client has left: nothing to tell anybody
            self._send(answer)

    do_POST = do_PATCH = do_DELETE = do_PUT = do_GET  # noqa: N815 -- given

    def _request(self, body: bytes) -> Request:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.server.host is not None:
            headers["host"] = self.server.host
        return Request(
            method=self.command,
            path=path,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers=headers,
            body=body,
        )

    def _send(self, answer: Answer) -> None:
        if answer.ending is Ending.RESET:
            self._reset()
            return
        head = self._head(answer)
        if answer.ending is Ending.TRUNCATED:
            self.close_connection = True
            self.wfile.write(head + answer.body[: len(answer.body) // 2])
        elif answer.padding or answer.pace:
            self.wfile.write(head)
            self._send_slowly(answer)
        else:
            self.wfile.write(head + answer.body)

    def _head(self, answer: Answer) -> bytes:
        phrase = self.responses.get(answer.status, ("",))[0]
        lines = [f"{self.protocol_version} {answer.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if answer.status != 204:  # noqa: PLR2004 -- the one status that has no body by definition
            lines.append(f"Content-Length: {answer.padding + len(answer.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1", errors="replace")

    def _send_slowly(self, answer: Answer) -> None:
        for start in range(0, answer.padding, CHUNK):
            if self.server.ending.is_set():
                break
            self.wfile.write(b" " * min(CHUNK, answer.padding - start))
        step = 1 if answer.pace else CHUNK
        for start in range(0, len(answer.body), step):
            if self.server.ending.wait(answer.pace):
                break
            self.wfile.write(answer.body[start : start + step])
        self.close_connection = self.close_connection or self.server.ending.is_set()

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Stay silent; the journal knows what was asked."""


class Server(ThreadingHTTPServer):
    """One origin on one port; closing it closes every connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, origin: Origin, *, port: int, host: str | None = None) -> None:
        self.origin = origin
        self.host = host
        """Whom its port stands for, whatever a request says."""
        self.ending = threading.Event()
        """Set when the server ends, so that nobody waits on."""
        self._open: set[socket.socket] = set()
        super().__init__((HOST, port), Handler)

    @property
    def url(self) -> str:
        """The origin's address."""
        return f"http://{HOST}:{self.server_port}"

    def server_bind(self) -> None:
        """Bind without asking for the host's name, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = self.socket.getsockname()[:2]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection while it is open."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error, unless it is only a connection that ended before its time."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """Stop listening and end every connection."""
        self.ending.set()
        super().server_close()
        for connection in tuple(self._open):
            with suppress(OSError):  # it may be closed by now
                connection.shutdown(socket.SHUT_RDWR)
