"""The server: sockets on loopback, mishaps a client can feel, and an end that comes at once."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.simulator import distortions, effects, server
from reconciler.simulator.effects import Scene
from reconciler.simulator.exchanges import Answer
from reconciler.simulator.server import Running
from tests.simulator.callers import FLOW_SERVICE, ORGANIZATION, SECRETS, body

PROGRAM = """
from reconciler.simulator import server
server.run(port=0, seed_file=None, announce=lambda line: print(line, flush=True))
"""


@pytest.fixture
def running() -> Iterator[Running]:
    with server.serve() as made:
        yield made


def connect(running: Running) -> Any:
    """Return a client's connection that is closed when its block ends."""
    host = running.url.removeprefix("http://")
    return closing(http.client.HTTPConnection(host, timeout=5))


def ask(
    client: http.client.HTTPConnection,
    running: Running,
    method: str,
    path: str,
    document: object = None,
) -> http.client.HTTPResponse:
    """Send a request to Flow Service; return the answer, not yet read."""
    headers = {
        "Authorization": f"Bearer {running.token()}",
        "x-api-key": "simulator",
        "x-gw-ims-org-id": ORGANIZATION,
        "x-sandbox-name": "dev",
        "Content-Type": "application/json",
    }
    content = None if document is None else json.dumps(document)
    client.request(method, FLOW_SERVICE + path, body=content, headers=headers)
    return client.getresponse()


def test_one_connection_carries_request_after_request(running: Running) -> None:
    with connect(running) as client:
        made = json.load(ask(client, running, "POST", "/connections", body()))
        socket = client.sock
        items = json.load(ask(client, running, "GET", f"/connections/{made['id']}"))["items"]
        assert items[0]["etag"] == made["etag"]
        gone = ask(client, running, "DELETE", f"/connections/{made['id']}")
        assert (gone.status, gone.read(), "Content-Length" in gone.headers) == (204, b"", False)
        assert client.sock is socket
    assert [entry.kind for entry in running.log] == ["create", "get", "delete"]


@pytest.mark.parametrize(("commit", "made"), [(False, 0), (True, 1)])
def test_a_reset_is_a_reset(running: Running, made: int, *, commit: bool) -> None:
    running.fault(effects.Reset(commit=commit), kind="create")
    with connect(running) as client, pytest.raises(ConnectionResetError):
        ask(client, running, "POST", "/connections", body())
    assert len(running.connections()) == made


def test_a_truncated_answer_promises_more_than_comes(running: Running) -> None:
    running.fault(effects.Truncate(), kind="create")
    with connect(running) as client:
        answer = ask(client, running, "POST", "/connections", body())
        with pytest.raises(http.client.IncompleteRead):
            answer.read()
    assert len(running.connections()) == 1


def test_a_huge_answer_can_be_cut_short_by_the_client(running: Running) -> None:
    running.fault(effects.Huge(bytes=1 << 40), kind="list")
    with connect(running) as client:
        answer = ask(client, running, "GET", "/connections")
        assert int(answer.headers["Content-Length"]) > 1 << 40
        assert answer.read(1000) == b" " * 1000


def test_a_trickle_arrives_whole(running: Running) -> None:
    running.fault(effects.Trickle(seconds=0.001), kind="list")
    with connect(running) as client:
        assert json.load(ask(client, running, "GET", "/connections"))["items"] == []


def test_a_delayed_answer_is_felt_and_has_committed_before(running: Running) -> None:
    running.fault(effects.Delay(seconds=0.05), kind="create")
    with connect(running) as client:
        start = time.monotonic()
        assert ask(client, running, "POST", "/connections", body()).status == 201
        assert time.monotonic() - start >= 0.05


def test_latency_is_added_to_every_answer(running: Running) -> None:
    running.switch(latency=0.03)
    with connect(running) as client:
        start = time.monotonic()
        assert ask(client, running, "GET", "/connections").status == 200
        assert time.monotonic() - start >= 0.03


def test_a_body_that_is_too_large_or_of_no_length_is_refused(running: Running) -> None:
    with connect(running) as client:
        client.request("POST", "/ims/token/v3", headers={"Content-Length": str(1 << 30)})
        assert client.getresponse().status == 413
    with connect(running) as client:
        client.request("POST", "/ims/token/v3", headers={"Transfer-Encoding": "chunked"})
        assert client.getresponse().status == 413


def test_the_python_face_does_what_the_control_api_does(running: Running) -> None:
    made = running.plant(**body("theirs"), sandboxName="dev")
    running.edit(made, name="renamed")
    running.plant_other("flows", name="f", sandboxName="dev")
    running.fault(distortions.Misshape(items="missing"), path="connections$", method="GET")
    with connect(running) as client:
        assert "items" not in json.load(ask(client, running, "GET", "/connections"))
        (item,) = json.load(ask(client, running, "GET", "/connections"))["items"]
        assert item["name"] == "renamed"
        old = ask(client, running, "GET", "/flows")
        assert len(json.load(old)["items"]) == 1
    running.uproot(made)
    assert running.connections() == []
    running.revoke_tokens()
    running.reset()
    assert running.log == ()


def test_the_end_comes_at_once_whatever_is_under_way() -> None:
    arrived, failed = threading.Event(), threading.Event()

    def hold(scene: Scene) -> Answer:
        arrived.set()
        return replace(scene.serve(scene.request), delay=60)

    def wait() -> None:
        with connect(held) as client:
            try:
                ask(client, held, "POST", "/connections", body())
            except (OSError, http.client.HTTPException):
                failed.set()

    with server.serve() as held:
        held.fault(hold)
        thread = threading.Thread(target=wait)
        thread.start()
        assert arrived.wait(5)
    thread.join(timeout=5)
    assert failed.is_set()
    with connect(held) as client, pytest.raises(ConnectionRefusedError):
        client.connect()


def test_announced_lines_point_at_the_simulation_until_it_is_told_to_stop() -> None:
    stop = threading.Event()
    lines: list[str] = []
    arrived = threading.Event()

    def announce(line: str) -> None:
        lines.append(line)
        if line.startswith("export AEP_ORG_ID="):
            arrived.set()

    arguments = {"port": 0, "seed_file": None, "announce": announce, "stop": stop}
    thread = threading.Thread(target=server.run, kwargs=arguments)
    thread.start()
    assert arrived.wait(5)
    stop.set()
    thread.join(timeout=5)
    assert not thread.is_alive()
    names = [line.removeprefix("export ").partition("=")[0] for line in lines]
    assert names == [
        "AEP_BASE_URL",
        "AEP_IMS_URL",
        "AEP_CLIENT_ID",
        "AEP_CLIENT_SECRET",
        "AEP_ORG_ID",
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_program_cleanly(number: signal.Signals) -> None:
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline().startswith(b"export AEP_BASE_URL=http://127.0.0.1:")
        os.kill(program.pid, number)
        assert program.wait(timeout=10) == 0
        assert program.stderr.read() == b""


def test_a_bad_seed_file_ends_before_anything_is_served(tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text('{"connections": 7}')
    with pytest.raises(ValueError, match=r"\$\.connections: expected a list"):
        server.run(port=0, seed_file=path, announce=print)


def test_no_secret_is_in_what_the_server_shows(running: Running) -> None:
    with connect(running) as client:
        ask(client, running, "POST", "/connections", body()).read()
    for secret in SECRETS.values():
        assert secret not in repr(running.log) + repr(running.connections())
