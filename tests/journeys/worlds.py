"""A project, a service and a person at the command line: everything a journey needs.

Commands run in this process, with an environment and streams of their own, against a simulator on
loopback. After each of them all that was printed and all that lies in the folder is searched for
every secret of the world, and for whatever would do more to a log than be read.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from unittest import mock

from reconciler.cli import main
from reconciler.simulator import server
from reconciler.simulator.ims import Client
from reconciler.simulator.journal import Entry
from reconciler.simulator.seeds import Settings
from reconciler.simulator.server import Running
from tests import canaries
from tests.canaries import traces
from tests.hostile import offences

COMMAND = Path(sys.executable).parent / "reconciler"
CLIENT = "our-client"
ORGANIZATION = "0123456789ABCDEF01234567@AdobeOrg"
ZOHO = "929e4450-0237-4ed2-9404-b7e1e0a00309"
VISIBLE = {
    "endpoint": "https://www.zohoapis.eu",
    "accountsUrl": "https://accounts.zoho.eu",
    "clientId": "1000.ABCDEF",
}
SECRETS = {
    "AEP_CLIENT_SECRET": "canary9b1f-aep-client/+&=",
    "ZOHO_CLIENT_SECRET": 'canary9b1f-zoho-client/+&="ü',
    "ZOHO_ACCESS_TOKEN": "canary9b1f-zoho-access\\",
    "ZOHO_REFRESH_TOKEN": "canary9b1f-zoho-refresh%20",
}
"""What stands up to its spellings ends in signs that JSON, URLs and base64 spell otherwise."""

SETTINGS = Settings(
    clients=(Client(id=CLIENT, secrets=(SECRETS["AEP_CLIENT_SECRET"],), organization=ORGANIZATION),)
)
MUTATING = frozenset({"create", "patch", "delete"})
PATIENCE = 30.0
QUIET = ["deprecated-source", "short-quarantine"]


def interruptible() -> None:
    """Take SIGINT as usual, also where the tests run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class Hours:
    """The time of a world: everybody's sleep is over at once, and has lasted all the same."""

    slept: float = 0.0

    def wall(self) -> float:
        """Return seconds since the epoch."""
        return time.time() + self.slept


@dataclass(frozen=True)
class QuickClock:
    """The machine's clock as ``ports.Clock``, put forward by each sleep."""

    stop: threading.Event
    hours: Hours

    def monotonic(self) -> float:
        return time.monotonic() + self.hours.slept

    def sleep(self, seconds: float) -> bool:
        if self.stop.is_set():
            return False
        self.hours.slept += max(0.0, seconds)
        return True


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """Everything it said, the rules of the boxes left out and on one line."""
        return " ".join(f"{self.out} {self.err}".replace("│", " ").split())


class _Stream(io.TextIOWrapper):
    """A standard stream in memory, a terminal if wanted."""

    def __init__(self, text: str = "", *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(text.encode()), encoding="utf-8", write_through=True)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def text(self) -> str:
        self.flush()
        held: Any = self.buffer
        written: bytes = held.getvalue()
        return written.decode()


@dataclass
class World:
    """One project, one service, and whoever runs commands between the two."""

    folder: Path
    service: Running
    hours: Hours
    environ: dict[str, str]
    secrets: list[str] = field(default_factory=lambda: list(SECRETS.values()))
    command: tuple[str | Path, ...] = (COMMAND,)
    """What starts reconciler as a process of its own."""
    _written: dict[Path, bytes] = field(default_factory=dict)

    # --- what a person writes -------------------------------------------------------------------

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the project; what a test writes itself is not searched for secrets."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
        self._written[path] = data
        return canaries.own(path)

    def declare(self, *manifests: str) -> None:
        """Let these be all the manifests."""
        (self.folder / "connections").mkdir(exist_ok=True)
        for path in (self.folder / "connections").iterdir():
            path.unlink()
        for number, manifest in enumerate(manifests, start=1):
            self.write(f"connections/{number}.yaml", manifest)

    def configure(self, *, policy: Mapping[str, object] | None = None, **members: object) -> None:
        """Write the project file: one environment, no warnings, quarantine over at once."""
        settled = {"quarantine": 0, "silence": QUIET, **(policy or {})}
        environments = {"dev": {"sandbox": "dev", "state": "state/dev.json"}}
        document = {
            "apiVersion": "reconciler/v1",
            "kind": "Project",
            "metadata": {"name": "journey"},
            "manifests": ["connections"],
            "environments": environments,
            "policy": settled,
            **members,
        }
        self.write("reconciler.yaml", json.dumps(document, indent=2))

    # --- what a person runs ---------------------------------------------------------------------

    def run(
        self,
        *words: str,
        stdin: str = "",
        terminal: bool = False,
        env: Mapping[str, str | None] | None = None,
    ) -> Ended:
        """Run one command in the project's folder; ``None`` takes a variable out."""
        out, err = _Stream(), _Stream()
        asked = mock.patch.object(sys, "stdin", _Stream(stdin, terminal=terminal))
        with self._surrounded(env), redirect_stdout(out), redirect_stderr(err), asked:
            code = main.run(["-C", str(self.folder), *words])
        ended = self._searched(Ended(code, out.text(), err.text()))
        if "FORCE_COLOR" not in (env or {}):
            found = offences(f"{ended.out}\n{ended.err}")
            if "-format=markdown" in words:  # which has fences of its own
                found = [one for one in found if "```" not in one]
            if "-format=github" in words:  # which commands the runner
                found = [one for one in found if "::" not in one]
            assert found == [], words
        return ended

    def plan(self, *flags: str, env: Mapping[str, str | None] | None = None) -> Ended:
        """Plan, with the exit code that says whether there are changes."""
        return self.run("plan", "-detailed-exitcode", *flags, env=env)

    def apply(self, *flags: str, env: Mapping[str, str | None] | None = None) -> Ended:
        """Apply without asking and without waiting for creates in doubt."""
        return self.run("apply", "-auto-approve", "-settle-timeout=0s", *flags, env=env)

    def applied(self, *manifests: str) -> None:
        """Declare these and bring them about."""
        self.declare(*manifests)
        ended = self.apply()
        assert ended.code == 0, ended

    def process(self, *words: str) -> Ended:
        """Run one command as a process of its own."""
        ended = subprocess.run(
            [*self.command, "-C", self.folder, *words],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        return self._searched(Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode()))

    @contextmanager
    def started(
        self, *words: str, stdout: int | IO[bytes] = subprocess.PIPE
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start a command as a process of its own, and see to its end."""
        process = subprocess.Popen(
            [*self.command, "-C", self.folder, *words],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            preexec_fn=interruptible,  # noqa: PLW1509 -- it only sets a handler
        )
        with process:
            try:
                yield process
            finally:
                process.kill()

    def finished(self, process: subprocess.Popen[bytes]) -> Ended:
        """Wait for a started command."""
        out, err = process.communicate(timeout=PATIENCE)
        return self._searched(Ended(process.returncode, out.decode(), err.decode()))

    # --- what there is to see -------------------------------------------------------------------

    @property
    def state(self) -> bytes | None:
        """The state of the environment dev as it lies there."""
        path = self.folder / "state" / "dev.json"
        return path.read_bytes() if path.exists() else None

    @property
    def document(self) -> dict[str, Any]:
        """The same, read."""
        document: dict[str, Any] = json.loads(self.state or b"{}")
        return document

    @property
    def ids(self) -> dict[str, str]:
        """The recorded ids by ``metadata.name``."""
        records = self.document.get("resources", {})
        return {at.partition(".")[2]: record["id"] for at, record in records.items()}

    @property
    def intents(self) -> list[str]:
        """The ``metadata.name`` of each create that is noted and not accounted for."""
        return [at.partition(".")[2] for at in self.document.get("intents", {})]

    def connections(self) -> list[dict[str, Any]]:
        """What the service holds."""
        return self.service.connections()

    @property
    def titles(self) -> list[str]:
        """The names of the live connections, in order."""
        return sorted(one["name"] for one in self.connections())

    def connection(self, name: str = "crm") -> dict[str, Any]:
        """The live connection that the address records."""
        (found,) = (one for one in self.connections() if one["id"] == self.ids[name])
        return found

    @property
    def writes(self) -> list[Entry]:
        """Every request so far that was to change something."""
        return [entry for entry in self.service.log if entry.kind in MUTATING]

    def plant(self, title: str = "CRM crm", **members: object) -> str:
        """Have somebody else create a connection; return its id."""
        params = {**VISIBLE, "clientSecret": "theirs"}
        auth = {"specName": "Basic Authentication", "params": params}
        spec = {"id": ZOHO, "version": "1.0"}
        planted = {"name": title, "auth": auth, "connectionSpec": spec, "sandboxName": "dev"}
        return self.service.plant(**{**planted, **members})

    # --- behind the scenes ----------------------------------------------------------------------

    @contextmanager
    def _surrounded(self, env: Mapping[str, str | None] | None) -> Iterator[None]:
        environ = {**self.environ, **(env or {})}
        kept = {name: value for name, value in environ.items() if value is not None}
        with mock.patch.dict(os.environ, kept, clear=True):
            yield

    def _searched(self, ended: Ended) -> Ended:
        """Return what it was given, provided that nothing in it or in the folder is a secret."""
        printed = f"{ended.out}{ended.err}"
        assert "Traceback" not in printed, printed
        assert "This is a bug" not in printed, printed
        held = {"what was printed": printed.encode()}
        for path in self.folder.rglob("*"):
            if path.is_file() and self._written.get(path) != path.read_bytes():
                held[str(path.relative_to(self.folder))] = path.read_bytes()
        for place, data in held.items():
            for secret in self.secrets:
                found = [trace for trace in traces(secret) if trace in data]
                assert not found, f"{place} shows a secret, spelled {found[0]!r}"
        return ended


@contextmanager
def opened(folder: Path, hours: Hours, settings: Settings = SETTINGS) -> Iterator[World]:
    """Provide a new world whose project lies in ``folder`` and whose service goes by ``hours``."""
    with server.serve(settings, now=hours.wall) as service:
        environ = {
            "AEP_BASE_URL": service.url,
            "AEP_IMS_URL": service.url,
            "AEP_CLIENT_ID": CLIENT,
            "AEP_ORG_ID": ORGANIZATION,
            **SECRETS,
        }
        made = World(folder=folder, service=service, hours=hours, environ=environ)
        made.configure()
        yield made


def crm(name: str = "crm", /, **changes: Any) -> str:
    """Return the manifest of a connection.

    ``title``, ``description``, ``metadata``, ``lifecycle``, ``adopt`` (``import:``), ``params``
    (merged in, ``None`` takes one out) and ``version`` (of the connection spec) change it.
    """
    params = {
        **VISIBLE,
        "clientSecret": {"secret": "env:ZOHO_CLIENT_SECRET"},
        "accessToken": {"secret": "env:ZOHO_ACCESS_TOKEN"},
        "refreshToken": {"secret": "env:ZOHO_REFRESH_TOKEN"},
        **changes.get("params", {}),
    }
    spec = {
        "name": changes.get("title", f"CRM {name}"),
        "description": changes.get("description", "ours"),
        "auth": {"params": {key: value for key, value in params.items() if value is not None}},
        "connectionSpec": {"id": ZOHO, "version": changes.get("version", "1.0")},
    }
    document = {
        "apiVersion": "reconciler/v1",
        "kind": "ZohoCrmConnection",
        "metadata": {"name": name, **changes.get("metadata", {})},
        "lifecycle": changes.get("lifecycle"),
        "import": changes.get("adopt"),
        "spec": {key: value for key, value in spec.items() if value is not None},
    }
    written = {key: value for key, value in document.items() if value is not None}
    return json.dumps(written, indent=2)
