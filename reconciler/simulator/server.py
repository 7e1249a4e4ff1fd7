"""The origin as a server: in the background for tests, in the foreground for people."""

from __future__ import annotations

import shlex
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random, SystemRandom
from types import FrameType
from typing import Any

from reconciler.simulator import datacentres, seeds
from reconciler.simulator.control import shown
from reconciler.simulator.effects import Effect
from reconciler.simulator.faults import Match, Rule
from reconciler.simulator.journal import Entry
from reconciler.simulator.origin import Origin
from reconciler.simulator.seeds import Settings
from reconciler.simulator.wire import Server
from reconciler.simulator.world import World


class Running:
    """A simulation that is being served, for a test to look at and to disturb."""

    def __init__(self, server: Server, *, stack: ExitStack) -> None:
        self.origin = server.origin
        self.url = server.url
        """The origin: base of Flow Service, of IMS, of ``/zoho/{dc}`` and ``/_simulator``."""
        self._stack = stack
        self._accounts: dict[str, str] = {}

    @property
    def world(self) -> World:
        """What the service holds; look at it while no request is under way."""
        return self.origin.stage.world

    @property
    def log(self) -> tuple[Entry, ...]:
        """The requests so far, oldest first."""
        with self.origin.lock:
            return tuple(self.origin.stage.journal)

    def connections(self) -> list[Any]:
        """Return every connection, the oldest first, with digests of its secrets."""
        with self.origin.lock:
            return [shown(one) for one in self.world.everything()]

    def fault(
        self,
        effect: Effect,
        *,
        kind: str | None = None,
        method: str | None = None,
        path: str | None = None,
        after: int = 0,
        times: int | None = 1,
    ) -> None:
        """Let the effect befall matching requests; ``times=None`` is for ever."""
        match = Match(kind=kind, method=method, path=path)
        with self.origin.lock:
            self.origin.stage.faults.add(Rule(effect=effect, match=match, after=after, times=times))

    def switch(self, **changes: object) -> None:
        """Change switches by their names."""
        with self.origin.lock:
            self.origin.stage.switch_by(changes)

    def plant(self, **members: object) -> str:
        """Create a connection as somebody else; return its id."""
        with self.origin.lock:
            return self.origin.stage.plant(members).id

    def plant_other(self, collection: str, **members: object) -> str:
        """Create one of ``flows`` or ``sourceConnections``; return its id."""
        with self.origin.lock:
            return str(self.origin.stage.plant_other(collection, members)["id"])

    def edit(self, connection_id: str, **changes: object) -> None:
        """Change a connection as somebody else; ``None`` removes a member."""
        with self.origin.lock:
            self.origin.stage.edit(connection_id, changes)

    def uproot(self, connection_id: str) -> None:
        """Delete a connection as somebody else."""
        with self.origin.lock:
            self.world.uproot(connection_id)

    def token(self, client_id: str | None = None) -> str:
        """Return an access token of that client, of the first one by default."""
        with self.origin.lock:
            return self.origin.stage.token(client_id)

    def revoke_tokens(self) -> None:
        """Make every access token so far invalid."""
        with self.origin.lock:
            self.origin.stage.ims.revoke_all()

    def accounts(self, data_centre: str) -> str:
        """Return the origin of Zoho's accounts server of a data centre; one that is served."""
        if data_centre not in self._accounts:
            host = datacentres.ACCOUNTS[data_centre]
            server = self._stack.enter_context(_serving(Server(self.origin, port=0, host=host)))
            with self.origin.lock:
                self.origin.accounts[server.url] = data_centre
            self._accounts[data_centre] = server.url
        return self._accounts[data_centre]

    def generate_code(self, client_id: str, data_centre: str) -> str:
        """Return a self client's grant code, as Zoho's API console makes it."""
        with self.origin.lock:
            return self.origin.stage.zoho.generate_code(client_id, data_centre)

    def authorize(self, client_id: str, data_centre: str) -> str:
        """Return a grant code as a redirect brings it that did not ask for offline access."""
        with self.origin.lock:
            return self.origin.stage.zoho.generate_code(client_id, data_centre, offline=False)

    def issued(self, refresh_token: str, data_centre: str) -> list[str]:
        """Return the live access tokens of one of Zoho's refresh tokens, the oldest first."""
        with self.origin.lock:
            return self.origin.stage.zoho.issued(refresh_token, data_centre)

    def spend(self, refresh_token: str, data_centre: str) -> None:
        """Have as many access tokens made of it as Zoho makes for now."""
        with self.origin.lock:
            self.origin.stage.zoho.spend(refresh_token, data_centre)

    def withdraw(self, refresh_token: str) -> None:
        """Revoke one of Zoho's refresh tokens."""
        with self.origin.lock:
            self.origin.stage.zoho.withdraw(refresh_token)

    def reset(self) -> None:
        """Start again from the settings."""
        self.origin.reset()


@contextmanager
def serve(
    settings: Settings | None = None,
    *,
    port: int = 0,
    now: Callable[[], float] = time.time,
    chance: Random | None = None,
) -> Iterator[Running]:
    """Serve a simulation from a background thread until the block ends; port 0 picks a free one."""
    origin = Origin(settings, now=now, chance=chance or SystemRandom())
    with ExitStack() as stack:
        server = stack.enter_context(_serving(Server(origin, port=port)))
        yield Running(server, stack=stack)


@contextmanager
def _serving(server: Server) -> Iterator[Server]:
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        server.ending.set()
        server.shutdown()
        server.server_close()
        thread.join()


def exports(running: Running) -> list[str]:
    """Return the shell lines that point reconciler at the simulation.

    Zoho's accounts servers are served where the simulation has a client of theirs.
    """
    client = running.origin.stage.settings.clients[0]
    variables = {
        "AEP_BASE_URL": running.url,
        "AEP_IMS_URL": running.url,
        "AEP_CLIENT_ID": client.id,
        "AEP_CLIENT_SECRET": client.secrets[0],
        "AEP_ORG_ID": client.organization,
    }
    clients = running.origin.stage.settings.zoho_clients
    for data_centre in datacentres.ACCOUNTS:
        if any(data_centre in one.data_centres for one in clients):
            name = f"ZOHO_ACCOUNTS_URL_{data_centre.upper()}"
            variables[name] = running.accounts(data_centre)
    return [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]


def run(
    *,
    port: int,
    seed_file: Path | None,
    announce: Callable[[str], None],
    stop: threading.Event | None = None,
) -> None:
    """Serve until SIGINT, SIGTERM or ``stop``; ``announce`` gets each export line once it serves.

    Raises ``ValueError`` for a bad seed file, ``OSError`` for one that cannot be read or for a
    port that is taken.
    """
    settings = Settings() if seed_file is None else seeds.read(seed_file)
    ending = stop or threading.Event()
    with _signals_set(ending), serve(settings, port=port) as running:
        for line in exports(running):
            announce(line)
        ending.wait()


@contextmanager
def _signals_set(event: threading.Event) -> Iterator[None]:
    """Have SIGINT and SIGTERM set the event; a thread that is not the main one cannot."""

    def end(_: int, __: FrameType | None) -> None:
        event.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.signal(one, end) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
