"""A server for Terraform states on loopback, with the rules of GitLab's documentation.

``/STATE`` is read and saved, ``/STATE/lock`` locked and unlocked. A save needs the id of the lock
where there is one, and a serial that no earlier save had. ``faults`` are used up one a request.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

FIELDS = frozenset({"ID", "Operation", "Info", "Who", "Version", "Created", "Path"})
USERNAME, PASSWORD = "gitlab-ci-token", "canary9b1f-job-token"


@dataclass
class State:
    """What is kept under one name."""

    versions: list[bytes] = field(default_factory=list)
    serials: set[int] = field(default_factory=set)
    lock: dict[str, Any] | None = None


@dataclass
class Running:
    """The server, as a test sees it."""

    url: str
    states: dict[str, State] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    """A method and what befalls its next request: ``lost`` answer, ``cut`` before it is done."""
    requests: list[str] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    """How many requests of a method are answered before everything is down."""
    guard: threading.Lock = field(default_factory=threading.Lock)

    def state(self, name: str) -> State:
        return self.states.setdefault(name, State())

    def after(self, method: str, count: int) -> None:
        """Let nothing be reached after so many requests of that method."""
        self.left[method] = count

    def fault(self, method: str) -> str | None:
        """Return what befalls a request of that method, if anything does."""
        if method in self.left:
            self.left[method] -= 1
            if self.left[method] < 0:
                del self.left[method]
                self.faults.append(("*", "down"))
        for one in self.faults:
            if one[0] in {method, "*"}:
                if one[1] != "down":
                    self.faults.remove(one)
                return one[1]
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    running: Running

    def log_message(self, *_: Any) -> None:
        pass

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        running = self.running
        with running.guard:
            running.requests.append(f"{self.command} {self.path}")
            fault = running.fault(self.command)
            status, said = (0, b"") if fault in {"cut", "down"} else self._answer(body)
        if fault is not None:
            self.close_connection = True
            return
        self.send_response(status)
        if status == 200 and self.command == "GET":
            self.send_header("Content-MD5", _md5(said))
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = do_DELETE = do_LOCK = do_UNLOCK = _serve  # noqa: N815 -- as it is looked up

    def _answer(self, body: bytes) -> tuple[int, bytes]:
        wanted = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {wanted}":
            return 401, b"{}"
        if body and self.headers.get("Content-MD5") not in {None, _md5(body)}:
            return 400, b"{}"
        url = urlsplit(self.path)
        identity = parse_qs(url.query).get("ID", [""])[0]
        name, _, tail = url.path.strip("/").partition("/")
        state = self.running.state(name)
        if tail == "lock":
            return self._lock(state, body)
        if self.command == "GET":
            return (200, state.versions[-1]) if state.versions else (204, b"")
        if self.command == "POST":
            return _save(state, body, identity)
        return 405, b"{}"

    def _lock(self, state: State, body: bytes) -> tuple[int, bytes]:
        asked = json.loads(body or b"{}")
        if self.command in {"POST", "LOCK"}:
            if not asked.keys() >= FIELDS:
                return 400, b'{"error":"fields are missing"}'
            if state.lock is not None:
                held = {name: state.lock[name] for name in ("ID", "Who", "Created")}
                return 409, json.dumps({**asked, **held}).encode()
            state.lock = asked
            return 200, b""
        if state.lock is not None and asked.get("ID", state.lock["ID"]) != state.lock["ID"]:
            return 409, json.dumps(state.lock).encode()
        state.lock = None
        return 200, b""


def _save(state: State, body: bytes, identity: str) -> tuple[int, bytes]:
    if state.lock is not None and identity != state.lock["ID"]:
        return 409, json.dumps(state.lock).encode()
    try:
        serial = json.loads(body)["serial"]
    except (ValueError, KeyError):
        return 422, b'{"error":"No serial in payload"}'
    if type(serial) is not int or serial in state.serials:
        return 422, b'{"error":"serial taken"}'
    state.serials.add(serial)
    state.versions.append(body)
    return 200, b""


def _md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


@contextmanager
def serve() -> Iterator[Running]:
    """Run the server on a free port of loopback."""
    running = Running(url="")
    handler = type("Handler", (_Handler,), {"running": running})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    running.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
