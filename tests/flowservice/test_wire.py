"""What goes over the wire and what does not: headers, hosts, lines, seconds and certificates."""

from __future__ import annotations

import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reconciler.errors import (
    ProtocolError,
    RemoteError,
    SilentError,
    UnreachableError,
    UntrustedError,
)
from reconciler.flowservice.client import FlowService
from reconciler.model.secrets import Secret
from reconciler.simulator.effects import Redirect, Reply
from tests.builders import CLIENT, KIND, ORGANIZATION, SPEC_ID, observation, remote_id
from tests.flowservice.clients import (
    BODY,
    GIVEN_TOKEN,
    RESET_ON_CLOSE,
    Clock,
    Desk,
    Line,
    Script,
    Speaker,
    connected,
    http,
    settings,
    speaking,
    trap,
    whole_story,
)

ATTEMPTS = 4
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ID = remote_id(7)
CREATED = http(f'{{"id": "{ID}"}}'.encode(), status="201 Created")
EMPTY = http(b'{"items": []}')
SOON = 0.25
"""Seconds after which these clients have waited long enough for an answer."""

Ask = Callable[[FlowService], object]


def lists(remote: FlowService) -> object:
    return remote.connections(KIND, SPEC_ID)


def gets(remote: FlowService) -> object:
    return remote.connection(KIND, ID)


def creates(remote: FlowService) -> object:
    return remote.create(KIND, BODY)


def updates(remote: FlowService) -> object:
    return remote.update(KIND, observation(7), [{"op": "remove", "path": "/description"}])


def deletes(remote: FlowService) -> object:
    remote.delete(KIND, ID)
    return None


@contextmanager
def talking(
    *scripts: Script, clock: Clock | None = None, answer_seconds: float = 20.0
) -> Iterator[tuple[Speaker, FlowService]]:
    """Talk to a server with these scripts, with a token of one's own."""
    with speaking(*scripts) as speaker:
        to = settings(speaker.url, given=True)
        with connected(to, clock=clock, answer_seconds=answer_seconds) as remote:
            yield speaker, remote


def heads(asked: bytes) -> tuple[str, dict[str, str]]:
    """Return the request line and the headers, by lower-case name."""
    line, *lines = asked.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    pairs = [header.partition(": ") for header in lines]
    assert len({name.lower() for name, _, _ in pairs}) == len(pairs), "a header was sent twice"
    return line, {name.lower(): value for name, _, value in pairs}


# --- headers ------------------------------------------------------------------------------------

ALWAYS = {
    "authorization": f"Bearer {GIVEN_TOKEN}",
    "x-api-key": CLIENT,
    "x-gw-ims-org-id": ORGANIZATION,
    "x-sandbox-name": "dev",
    "accept": "application/json",
    "accept-encoding": "identity",
}
BY_THE_WAY = {"host", "user-agent", "content-length"}
JSON = {"content-type": "application/json"}
VERBS: list[Any] = [
    pytest.param(lists, "GET /data/foundation/flowservice/connections?", {}, id="list"),
    pytest.param(gets, f"GET /data/foundation/flowservice/connections/{ID} ", {}, id="get"),
    pytest.param(creates, "POST /data/foundation/flowservice/connections ", JSON, id="create"),
    pytest.param(
        updates,
        f"PATCH /data/foundation/flowservice/connections/{ID} ",
        {**JSON, "if-match": '"7"'},
        id="update",
    ),
    pytest.param(
        deletes, f"DELETE /data/foundation/flowservice/connections/{ID} ", {}, id="delete"
    ),
    pytest.param(
        lambda remote: remote.test(KIND, ID),
        f"GET /data/foundation/flowservice/connections/{ID}/test ",
        {},
        id="test",
    ),
    pytest.param(
        lambda remote: remote.tables(KIND, ID),
        f"GET /data/foundation/flowservice/connections/{ID}/explore?objectType=root ",
        {},
        id="tables",
    ),
    pytest.param(
        lambda remote: remote.columns(KIND, ID, "a&b"),
        f"GET /data/foundation/flowservice/connections/{ID}/explore?objectType=table&object=a%26b ",
        {},
        id="columns",
    ),
    pytest.param(
        lambda remote: remote.offers(SPEC_ID),
        f"GET /data/foundation/flowservice/connectionSpecs/{SPEC_ID} ",
        {},
        id="spec",
    ),
    pytest.param(
        lambda remote: remote.uses([ID]),
        "GET /data/foundation/flowservice/sourceConnections?",
        {},
        id="flows",
    ),
]


@pytest.mark.parametrize(("ask", "line", "headers"), VERBS)
def test_each_request_says_who_where_and_what_and_nothing_else(
    ask: Ask, line: str, headers: dict[str, str]
) -> None:
    with talking(http(b"", status="204 No Content")) as (speaker, remote):
        with suppress(RemoteError):  # only the request matters here
            ask(remote)
        asked, sent = heads(speaker.heard[0][1])
    assert asked.startswith(line)
    assert asked.endswith(" HTTP/1.1")
    said = {name: value for name, value in sent.items() if name not in BY_THE_WAY}
    assert said == {**ALWAYS, **headers}
    assert sent["user-agent"].startswith("reconciler/")


def test_cookies_are_not_kept(desk: Desk) -> None:
    heard = desk.overhear(Reply(json={"items": []}, headers={"Set-Cookie": "a=1"}), kind="list")
    for _ in range(2):
        lists(desk.remote)
    assert ["cookie" in request.headers for request in heard] == [False, False]


# --- hosts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308])
@pytest.mark.parametrize("ask", [lists, creates, updates, deletes])
def test_a_redirect_is_followed_by_nobody(desk: Desk, status: int, ask: Ask) -> None:
    with trap() as elsewhere:
        redirect = Redirect(to=f"{elsewhere.url}/connections", status=status)
        desk.service.fault(redirect, path="connections", times=None)
        with pytest.raises(RemoteError) as caught:
            ask(desk.remote)
        assert not elsewhere.touched
    assert type(caught.value) is (ProtocolError if ask is lists else SilentError)
    assert f"was answered with {status}" in caught.value.detail
    assert [entry.status for entry in desk.service.log] == [200, status]


def test_a_redirect_within_the_service_is_not_followed_either(desk: Desk) -> None:
    target = f"/data/foundation/flowservice/connections/{ID}"
    desk.service.fault(Redirect(to=target, status=307), kind="list")
    with pytest.raises(ProtocolError):
        lists(desk.remote)
    assert [entry.kind for entry in desk.service.log] == ["token", "list"]


def test_nothing_around_us_has_a_say_in_where_requests_go(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login evil password evil\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    heard = desk.overhear()
    with trap() as elsewhere:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, elsewhere.url)
            monkeypatch.setenv(name.upper(), elsewhere.url)
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
            monkeypatch.setenv(name, str(tmp_path / "nothing"))
        desk.remote.create(KIND, BODY)
        born_here = settings(desk.service.url, access_token=Secret(desk.service.token()))
        with connected(born_here, answer_seconds=2) as remote:
            remote.create(KIND, BODY)
        assert not elsewhere.touched
    token, create, _ = heard
    assert "authorization" not in token.headers
    assert create.headers["authorization"].startswith("Bearer ")


# --- lines --------------------------------------------------------------------------------------


def lines_of(speaker: Speaker) -> list[int]:
    """Return the number of the connection that each request came over, counted from 0."""
    order = list(dict.fromkeys(peer for peer, _ in speaker.heard))
    return [order.index(peer) for peer, _ in speaker.heard]


def test_requests_that_follow_each_other_share_a_line() -> None:
    with talking(EMPTY, CREATED) as (speaker, remote):
        lists(remote)
        creates(remote)
        creates(remote)
        assert lines_of(speaker) == [0, 0, 0]


def test_a_create_takes_no_line_that_was_idle_and_a_read_does() -> None:
    clock = Clock()
    with talking(EMPTY, EMPTY, CREATED, clock=clock) as (speaker, remote):
        lists(remote)
        clock.now += 30
        lists(remote)
        clock.now += 2.5
        creates(remote)
        assert lines_of(speaker) == [0, 0, 1]


def closing(answer: bytes) -> Script:
    """Answer, and hang up without a word about it."""

    def say(line: Line) -> None:
        line.say(answer)
        line.hang_up()

    return say


def test_a_line_that_the_other_side_has_closed_is_not_used_for_a_create() -> None:
    with talking(closing(EMPTY), CREATED) as (speaker, remote):
        lists(remote)
        assert speaker.hung_up.wait(10)
        assert remote.create(KIND, BODY).id == ID
        assert lines_of(speaker) == [0, 1]


def test_a_line_on_which_too_much_was_said_is_not_used_again() -> None:
    with talking(EMPTY + http(b'{"items": [7]}'), EMPTY) as (speaker, remote):
        assert lists(remote) == []
        assert lists(remote) == []
        assert len(speaker.heard) == 2


def test_a_connection_that_took_too_long_in_all_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = SimpleNamespace(monotonic=itertools.count(0.0, 10.5).__next__)
    monkeypatch.setattr("reconciler.http.sockets.time", slow)
    with talking(EMPTY) as (speaker, remote):
        with pytest.raises(UnreachableError, match=r"it took more than 10 s\. Nothing was sent"):
            remote.create(KIND, {"name": "CRM"})
        assert speaker.heard == []


# --- what comes back ----------------------------------------------------------------------------


def hang_up(line: Line) -> None:
    line.hang_up()


def reset(line: Line) -> None:
    line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    line.socket.close()
    line.hang_up()


def stall(line: Line) -> None:
    line.ended.wait(10)


def stall_after_the_head(line: Line) -> None:
    line.say(EMPTY.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    line.ended.wait(10)


def drip_the_head(line: Line) -> None:
    line.say(b"HTTP/1.1 200 OK\r\n")
    line.drip(b"X-Padding: x\r\n", seconds=0.04)


def drip_the_body(line: Line) -> None:
    line.say(http(b"", length=1000))
    line.drip(b" ", seconds=0.04)


def drip_chunks(line: Line) -> None:
    line.say(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    line.drip(b"1\r\n \r\n", seconds=0.04)


def drip_promises(line: Line) -> None:
    line.drip(b"HTTP/1.1 100 Continue\r\n\r\n", seconds=0.01)


BREAKS = [
    pytest.param(hang_up, id="nothing"),
    pytest.param(reset, id="reset"),
    pytest.param(closing(b"SSH-2.0-OpenSSH\r\n"), id="another-protocol"),
    pytest.param(closing(b"HTTP/1.1 2"), id="half-a-status-line"),
    pytest.param(closing(b"HTTP/1.1 two OK\r\n\r\n"), id="status-in-words"),
    pytest.param(closing(b"HTTP/1.1 " + b"9" * 70_000 + b"\r\n\r\n"), id="status-line-too-long"),
    pytest.param(closing(HEAD + b"X: " + b"x" * 70_000 + b"\r\n\r\n"), id="header-too-long"),
    pytest.param(closing(HEAD + b"X: x\r\n" * 1000 + b"\r\n"), id="too-many-headers"),
    pytest.param(closing(http(b'{"items": []', length=13)), id="one-byte-short"),
    pytest.param(closing(http(b"{}", length=10**12)), id="a-terabyte-short"),
    pytest.param(closing(CHUNKED + b"2\r\n{}\r\n"), id="no-last-chunk"),
    pytest.param(closing(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"), id="chunk-of-no-size"),
    pytest.param(closing(CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n"), id="chunk-of-less-than-nothing"),
    pytest.param(closing(CHUNKED + b"1" * 70_000), id="chunk-size-without-end"),
    pytest.param(closing(CHUNKED + b"0\r\n" + b"x" * 70_000), id="trailer-too-long"),
    pytest.param(closing(CHUNKED + b"f" * 1000 + b"\r\n{}"), id="chunk-beyond-all-numbers"),
]


@pytest.mark.parametrize("script", BREAKS)
def test_an_answer_that_breaks_off_is_silence_for_a_create_and_asked_for_again_by_a_read(
    script: Script,
) -> None:
    with talking(script) as (speaker, remote):
        with pytest.raises(SilentError, match="the connection broke before the answer") as caught:
            creates(remote)
        assert len(speaker.heard) == 1
        assert "canary9b1f" not in whole_story(caught.value)
        with pytest.raises(SilentError):
            gets(remote)
        assert len(speaker.heard) == 1 + ATTEMPTS


def flood(head: bytes, endless: bytes) -> Script:
    """Say what is without end as quickly as it is heard."""

    def say(line: Line) -> None:
        line.say(head)
        while not line.ended.is_set():
            line.say(endless)

    return say


SLOW = [
    pytest.param(stall, id="nothing"),
    pytest.param(stall_after_the_head, id="no-body"),
    pytest.param(drip_the_head, id="headers-without-end"),
    pytest.param(drip_the_body, id="byte-by-byte"),
    pytest.param(drip_chunks, id="chunk-by-chunk"),
    pytest.param(drip_promises, id="continue-without-end"),
    pytest.param(flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99), id="continue-at-full-speed"),
    pytest.param(flood(CHUNKED + b"0\r\n", b"X: x\r\n" * 99), id="trailers-without-end"),
    pytest.param(flood(CHUNKED, b"1;" + b"x" * 9_999 + b"\r\n \r\n"), id="chunks-of-a-byte"),
]


@pytest.mark.parametrize("script", SLOW)
def test_an_answer_has_to_be_complete_in_time(script: Script) -> None:
    with talking(script, answer_seconds=SOON) as (speaker, remote):
        with pytest.raises(SilentError, match=r"POST .* was not answered within"):
            creates(remote)
        assert len(speaker.heard) == 1


def test_an_answer_that_begins_when_its_time_is_over_is_not_read() -> None:
    late = pytest.raises(SilentError, match=r"POST .* was not answered within")
    with talking(EMPTY, answer_seconds=1e-9) as (_, remote), late:
        creates(remote)


def test_a_read_that_was_not_answered_is_asked_again() -> None:
    with talking(stall, EMPTY, answer_seconds=SOON) as (speaker, remote):
        assert lists(remote) == []
        lines = lines_of(speaker)
        assert lines == [*range(len(lines))], "a line that was not answered is not used again"
        assert len(lines) > 1


@pytest.mark.parametrize(
    "head", [HEAD + b"\r\n", http(b"", length=1 << 40), CHUNKED], ids=["no-end", "long", "chunks"]
)
def test_a_body_without_end_is_not_read_to_its_end(head: bytes) -> None:
    spoken: list[int] = []

    def flood(line: Line) -> None:
        line.say(head)
        chunk = b"10000\r\n" + b" " * (1 << 16) + b"\r\n"
        for _ in range(1 << 10):
            line.say(chunk)
            spoken.append(len(chunk))

    with talking(flood) as (speaker, remote):
        with pytest.raises(SilentError, match="longer than anything Flow Service has to say"):
            creates(remote)
        assert len(speaker.heard) == 1
    assert sum(spoken) < 32 << 20


# --- what never left ----------------------------------------------------------------------------


@pytest.mark.parametrize("ask", [lists, creates, updates, deletes])
def test_where_nobody_listens_nothing_was_sent(ask: Ask) -> None:
    with trap() as gone:
        url = gone.url
    clock = Clock()
    with (
        connected(settings(url, given=True), clock=clock) as remote,
        pytest.raises(UnreachableError, match="Nothing was sent") as caught,
    ):
        ask(remote)
    assert "127.0.0.1 cannot be reached" in caught.value.detail
    assert len(clock.naps) == ATTEMPTS - 1


def test_a_create_that_cannot_leave_is_not_tried_beyond_its_time() -> None:
    with trap() as gone:
        url = gone.url
    clock = Clock()
    with (
        connected(settings(url, given=True), clock=clock) as remote,
        pytest.raises(UnreachableError),
    ):
        remote.create(KIND, BODY, leave_by=clock.now)
    assert clock.naps == []


# --- whom it trusts -----------------------------------------------------------------------------

KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMLSuE+hPMsOPJj4w
Zgu+amleW9gmdr8+dZKzMMivIgyhRANCAASV2TU5H5OsvY9Qhj1bDF3e4dOTZV5d
7it8f+Tq62DgDRUjHmMrVBZGoBPKUnKwaKXJtBN9wkEIuNxOeN48b3ow
-----END PRIVATE KEY-----
"""
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBbTCCAROgAwIBAgIUJ60RP5YcOp4GI5M6j97cAovOV0YwCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIbG9vcGJhY2swIBcNMDAwMTAxMDAwMDAwWhgPMjEwMDAxMDEw
MDAwMDBaMBMxETAPBgNVBAMMCGxvb3BiYWNrMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEldk1OR+TrL2PUIY9Wwxd3uHTk2VeXe4rfH/k6utg4A0VIx5jK1QWRqAT
ylJysGilybQTfcJBCLjcTnjePG96MKNDMEEwDwYDVR0RBAgwBocEfwAAATAPBgNV
HRMBAf8EBTADAQH/MB0GA1UdDgQWBBSQXFVBlYmZm0yyEdwkBnM+qYqfgTAKBggq
hkjOPQQDAgNIADBFAiEAifNZwVZSYXp5oXrMxwttt9gMzELkqTeM7R5/tcXhiisC
IHOWkNz/iVX2Tzmch498CGFjgV9KpAyaDdW11bNSaAyo
-----END CERTIFICATE-----
"""
"""Signed by itself for 127.0.0.1 alone, from 2000 to 2100; made for these tests."""


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "certificate.pem"
    path.write_text(KEY + CERTIFICATE)
    return path


@contextmanager
def secured(certificate: Path, *, best: ssl.TLSVersion | None = None) -> Iterator[Speaker]:
    """Speak TLS with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with speaking(EMPTY) as speaker:
        speaker.context = context
        yield speaker


def over_tls(speaker: Speaker, host: str = "127.0.0.1") -> str:
    return speaker.url.replace("http://127.0.0.1", f"https://{host}")


def test_a_certificate_that_the_bundle_vouches_for_is_trusted(
    certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    with secured(certificate) as speaker:
        to = settings(over_tls(speaker), given=True, ca_bundle=str(certificate))
        with connected(to) as remote:
            assert lists(remote) == []
    assert not keys.exists()


def test_credentials_go_to_no_ims_that_cannot_prove_who_it_is(certificate: Path) -> None:
    with secured(certificate) as ims, speaking(CREATED) as service:
        to = settings(service.url, ims_url=over_tls(ims))
        with connected(to) as remote, pytest.raises(UntrustedError):
            creates(remote)
        assert (ims.heard, service.heard) == ([], [])


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(socket.gaierror(-2, "unknown"), "could not be resolved", id="no-such-name"),
        pytest.param(TimeoutError(), "did not answer in time", id="nobody-answers"),
        pytest.param(ConnectionRefusedError(), "no connection could be made", id="refused"),
    ],
)
def test_why_nothing_could_be_sent_is_said(
    monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("urllib3.util.connection.create_connection", fail)
    to = settings("https://platform.example", given=True)
    with connected(to) as remote, pytest.raises(UnreachableError, match=reason) as caught:
        creates(remote)
    assert caught.value.detail.endswith("Nothing was sent.")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_that_does_not_prove_the_host_gets_no_request(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(certificate))
    bundle = None if host == "127.0.0.1" else str(certificate)
    clock = Clock()
    with secured(certificate) as speaker:
        to = settings(over_tls(speaker, host), given=True, ca_bundle=bundle)
        with (
            connected(to, clock=clock) as remote,
            pytest.raises(UntrustedError, match="no certificate that can be trusted"),
        ):
            creates(remote)
        assert speaker.heard == []
    assert clock.naps == []


def test_who_speaks_no_tls_is_not_trusted_and_not_asked_again() -> None:
    clock = Clock()

    def greet(listener: socket.socket) -> None:
        peer, _ = listener.accept()
        with peer:
            peer.recv(65536)
            peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet, args=(listener,), daemon=True)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with (
            connected(settings(url, given=True), clock=clock) as remote,
            pytest.raises(UntrustedError, match=r"TLS with 127\.0\.0\.1 failed"),
        ):
            creates(remote)
        thread.join(10)
    assert clock.naps == []


# --- proxies ------------------------------------------------------------------------------------


def test_a_proxy_that_refuses_to_connect_gets_its_password_and_no_token() -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    with speaking(closing(refusal)) as proxy:
        with_password = proxy.url.replace("http://", "http://user:canary9b1f-password@")
        to = settings("https://platform.adobe.io", given=True, proxy=Secret(with_password))
        with (
            connected(to) as remote,
            pytest.raises(UnreachableError, match="the proxy refused") as caught,
        ):
            creates(remote)
        assert "canary9b1f" not in whole_story(caught.value)
        assert len(proxy.heard) == ATTEMPTS
        line, sent = heads(proxy.heard[0][1])
    assert line.startswith("CONNECT platform.adobe.io:443 ")
    assert sent["proxy-authorization"].startswith("Basic ")
    assert GIVEN_TOKEN not in repr(sent)


def test_loopback_is_not_asked_through_a_proxy(desk: Desk) -> None:
    with trap() as proxy:
        to = settings(desk.service.url, proxy=Secret(proxy.url))
        with connected(to) as remote:
            assert lists(remote) == []
        assert not proxy.touched
