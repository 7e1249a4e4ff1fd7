"""Clients of a simulator or of a line of one's own, and a clock that no test has to wait for."""

from __future__ import annotations

import random
import select
import socket
import socketserver
import ssl
import struct
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import pytest

from reconciler.app.threads import SystemThreads
from reconciler.errors import RemoteError
from reconciler.flowservice.client import FlowService
from reconciler.flowservice.settings import Settings
from reconciler.http import transport
from reconciler.http.sockets import Trust
from reconciler.http.wire import Wire
from reconciler.model.addresses import RemoteId
from reconciler.model.secrets import Secret
from reconciler.simulator.effects import Effect, Scene
from reconciler.simulator.exchanges import Answer, Request
from reconciler.simulator.journal import Entry
from reconciler.simulator.server import Running
from tests.builders import CLIENT, ORGANIZATION, SPEC_ID, remote_id

BASE: Final = "/data/foundation/flowservice"
LIST: Final = f"{BASE}/connections"
CLIENT_SECRET: Final = "canary9b1f-client-secret/+&="
GIVEN_TOKEN: Final = "canary9b1f-given-token"
BODY: Final[Mapping[str, Any]] = {
    "name": "CRM",
    "auth": {
        "specName": "Basic Authentication",
        "params": {
            "endpoint": "https://www.zohoapis.eu",
            "accountsUrl": "https://accounts.zoho.eu",
            "clientId": "1000.ABCDEF",
            "clientSecret": Secret("canary9b1f-zoho-secret"),
            "accessToken": Secret("canary9b1f-zoho-access"),
            "refreshToken": Secret("canary9b1f-zoho-refresh"),
        },
    },
    "connectionSpec": {"id": SPEC_ID, "version": "1.0"},
}
"""A create that is accepted."""


@dataclass
class Clock:
    """Stands still but for sleeps, which are over at once, and for what a test adds."""

    now: float = 1000.0
    naps: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> bool:
        self.naps.append(seconds)
        self.now += seconds
        return True


def settings(url: str, *, given: bool = False, **changes: Any) -> Settings:
    """Return settings that lead to ``url`` for everything; ``given`` is with a token of its own."""
    made = Settings(
        organization=ORGANIZATION,
        sandbox="dev",
        client_id=CLIENT,
        client_secret=None if given else Secret(CLIENT_SECRET),
        access_token=Secret(GIVEN_TOKEN) if given else None,
        base_url=url,
        ims_url=url,
    )
    return replace(made, **changes)


@contextmanager
def connected(
    to: Settings,
    *,
    clock: Clock | None = None,
    log: Callable[[str], None] | None = None,
    answer_seconds: float = 20.0,
) -> Iterator[FlowService]:
    """Connect, and leave no line open."""
    clock = clock or Clock()
    wire = Wire(
        clock=clock, trust=Trust(to.ca_bundle), proxy=to.proxy, answer_seconds=answer_seconds
    )
    remote = FlowService.connect(
        to,
        clock=clock,
        threads=SystemThreads(),
        log=log,
        jitter=random.Random(7),  # noqa: S311 -- repeatable
        transport=wire,
    )
    try:
        yield remote
    finally:
        remote.close()


@dataclass
class Desk:
    """A client, the service it talks to, and the time between them."""

    service: Running
    clock: Clock
    remote: FlowService
    log: list[str]

    def asked(self, kind: str) -> list[Entry]:
        """Return the requests of that kind so far."""
        return [entry for entry in self.service.log if entry.kind == kind]

    def overhear(self, effect: Effect | None = None, *, kind: str | None = None) -> list[Request]:
        """Return a list that every later request of that kind is added to, headers and all."""
        heard: list[Request] = []

        def listen(scene: Scene) -> Answer:
            heard.append(scene.request)
            return scene.serve(scene.request) if effect is None else effect(scene)

        self.service.fault(listen, kind=kind, times=None)
        return heard


def item(number: int, **members: Any) -> dict[str, Any]:
    """Return a connection as the service lists it."""
    made = {
        "id": remote_id(number),
        "etag": f'"{number}"',
        "name": f"CRM {number}",
        "connectionSpec": {"id": SPEC_ID, "version": "1.0"},
        "state": "enabled",
    }
    return {**made, **members}


def page(*items: object, following: object = None) -> dict[str, Any]:
    """Return a page of a list; ``following`` is where it says the next one is."""
    return {"items": list(items), "_links": {} if following is None else {"next": following}}


def whole_story(error: BaseException) -> str:
    """Return everything a traceback could show of an error, causes and all."""
    return "".join([repr(error), *traceback.format_exception(error)])


def plant(desk: Desk, name: str = "CRM") -> RemoteId:
    """Have a connection exist."""
    return RemoteId(desk.service.plant(name=name, connectionSpec={"id": SPEC_ID}))


def raised(call: Callable[[], object]) -> RemoteError:
    """Return the error, which must show no secret of a request."""
    with pytest.raises(RemoteError) as caught:
        call()
    assert "canary9b1f" not in whole_story(caught.value)
    return caught.value


@dataclass
class Canned:
    """A transport that answers by itself, whatever is asked."""

    answer: Callable[[transport.Request], transport.Response]
    requests: list[transport.Request] = field(default_factory=list)

    def send(self, request: transport.Request) -> transport.Response:
        self.requests.append(request)
        return self.answer(request)

    def close(self) -> None:
        """Hold nothing."""


# --- lines of one's own -------------------------------------------------------------------------

Script: TypeAlias = "bytes | Callable[[Line], None]"
"""What a connection hears once it has asked: these bytes, or whatever is done with the line."""

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass
class Line:
    """One connection on which something has been asked."""

    socket: socket.socket
    ended: threading.Event
    open: bool = True

    def say(self, data: bytes) -> None:
        self.socket.sendall(data)

    def hang_up(self) -> None:
        self.open = False

    def drip(self, data: bytes, *, seconds: float) -> None:
        """Repeat the bytes, with a pause after each time, until somebody has enough of it."""
        while not self.ended.wait(seconds):
            self.socket.sendall(data)


class Speaker(socketserver.ThreadingTCPServer):
    """A server that says what it is told to, whether or not that is HTTP."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, scripts: tuple[Script, ...]) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.ended = threading.Event()
        self.hung_up = threading.Event()
        """Set once a connection was closed from this side."""
        self.context: ssl.SSLContext | None = None
        """How to speak TLS, if that is what is spoken."""
        self.heard: list[tuple[int, bytes]] = []
        """Each request as it came, with the number of the connection it came over."""
        self._scripts = scripts

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def script(self) -> Script:
        """Return what the last request is answered with; the last script is for all the rest."""
        return self._scripts[min(len(self.heard), len(self._scripts)) - 1]

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.hung_up.set()

    def handle_error(self, *_: object) -> None:
        """Stay silent: the client hangs up whenever it has had enough."""


class _Conversation(socketserver.BaseRequestHandler):
    server: Speaker

    def handle(self) -> None:
        if self.server.context is None:
            self._talk(self.request)
            return
        with self.server.context.wrap_socket(self.request, server_side=True) as stream:
            self._talk(stream)

    def _talk(self, stream: socket.socket) -> None:
        peer: int = self.client_address[1]
        line = Line(stream, self.server.ended)
        while line.open and (asked := _asked(stream)):
            self.server.heard.append((peer, asked))
            script = self.server.script()
            if callable(script):
                script(line)
            else:
                line.say(script)


def _asked(stream: socket.socket) -> bytes:
    """Return one request with its body, nothing where the line ends."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = stream.recv(65536)
        if not chunk:
            return b""
        data += chunk
    head, _, rest = data.partition(b"\r\n\r\n")
    for header in head.split(b"\r\n"):
        name, _, value = header.partition(b":")
        while name.lower() == b"content-length" and len(rest) < int(value):
            rest += stream.recv(65536)
    return head + b"\r\n\r\n" + rest


@contextmanager
def speaking(*scripts: Script) -> Iterator[Speaker]:
    """Answer each request with the next script."""
    speaker = Speaker(scripts)
    thread = threading.Thread(target=speaker.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield speaker
    finally:
        speaker.ended.set()
        speaker.shutdown()
        speaker.server_close()
        thread.join()


def http(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return an answer in JSON, unless a header says otherwise."""
    typed = any(header.lower().startswith("content-type") for header in headers)
    lines = [
        f"HTTP/1.1 {status}",
        *([] if typed else ["Content-Type: application/json"]),
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Trap:
    """A port that nobody has any business with."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    @property
    def touched(self) -> bool:
        """Whether anybody has connected."""
        return bool(select.select([self._listener], [], [], 0)[0])


@contextmanager
def trap() -> Iterator[Trap]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Trap(listener)
