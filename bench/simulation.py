"""The simulator as a process of its own, asked by its control API."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import stopwatch

_EXPORTS = 5
"""Lines that the simulator prints once it serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A running simulator; ``environ`` points reconciler at it."""

    environ: dict[str, str]
    process: int

    @property
    def _base(self) -> str:
        return self.environ["AEP_BASE_URL"]

    def service(self) -> dict[str, Any]:
        """Return what somebody needs to list the connections, credentials and all."""
        return {
            "url": f"{self._base}/data/foundation/flowservice/connections",
            "headers": {
                "x-api-key": self.environ["AEP_CLIENT_ID"],
                "x-gw-ims-org-id": self.environ["AEP_ORG_ID"],
                "x-sandbox-name": "dev",
            },
            "token_url": f"{self._base}/ims/token/v3",
            "credentials": {
                "grant_type": "client_credentials",
                "client_id": self.environ["AEP_CLIENT_ID"],
                "client_secret": self.environ["AEP_CLIENT_SECRET"],
                "scope": "openid,session,AdobeID",
            },
        }

    def token(self) -> str:
        """Return a fresh access token."""
        service = self.service()
        form = urlencode(service["credentials"]).encode()
        return str(_ask("POST", service["token_url"], form)["access_token"])

    def answer_after(self, seconds: float) -> None:
        """Have every answer wait so long."""
        self._control("POST", "switches", json.dumps({"latency": seconds}).encode())

    def reset(self) -> None:
        """Start again from the seeds."""
        self._control("POST", "reset")

    def requests(self) -> int:
        """Return how many requests were answered since the start."""
        return len(self._control("GET", "log")["requests"])

    def busy(self) -> float:
        """Return the seconds of processor time it has used; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.process}/stat").read_text(encoding="ascii").split()
        except OSError:
            return 0.0
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

    def _control(self, method: str, path: str, body: bytes | None = None) -> Any:
        return _ask(method, f"{self._base}/_simulator/{path}", body)


@contextmanager
def serving(seeds: Path | None = None) -> Iterator[Simulation]:
    """Serve these seeds, or an empty service, until the block ends."""
    arguments = [sys.executable, "-m", "reconciler", "simulate"]
    arguments += [] if seeds is None else ["--seed-file", str(seeds)]
    process = subprocess.Popen(
        arguments, cwd=stopwatch.ROOT, env=stopwatch.environment(), stdout=subprocess.PIPE
    )
    try:
        yield Simulation(environ=_exports(process), process=process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _exports(process: subprocess.Popen[bytes]) -> dict[str, str]:
    assert process.stdout is not None  # noqa: S101 -- it is a pipe
    lines = [process.stdout.readline().decode() for _ in range(_EXPORTS)]
    words = [shlex.split(line.removeprefix("export "))[0] for line in lines]
    return dict(word.split("=", 1) for word in words)


def _ask(method: str, url: str, body: bytes | None = None) -> Any:
    request = urllib.request.Request(url, data=body, method=method)  # noqa: S310 -- our own
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- our own simulator
        return json.load(answer)
