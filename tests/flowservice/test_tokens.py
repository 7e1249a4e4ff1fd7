"""Tokens are asked for once, renewed once where they are refused, and shown to nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any, Literal
from urllib.parse import parse_qsl

import pytest

from reconciler.errors import RemoteError, SilentError, UnauthorizedError, UnreachableError
from reconciler.http.transport import LoggedTransport, Request, Response
from reconciler.model.secrets import MASK, Secret
from reconciler.simulator.effects import Effect, Garbage, Redirect, Reply, Reset, Scene, Status
from reconciler.simulator.exchanges import Answer, json_answer
from reconciler.simulator.ims import SCOPES
from tests.builders import CLIENT, KIND, SPEC_ID, remote_id
from tests.flowservice.clients import (
    BODY,
    CLIENT_SECRET,
    GIVEN_TOKEN,
    Clock,
    Desk,
    connected,
    settings,
    trap,
    whole_story,
)

DAY = 86_400.0
THREADS = 8


def lists(desk: Desk) -> None:
    desk.remote.connections(KIND, SPEC_ID)


def at_once(call: Callable[[], object]) -> None:
    """Call from several threads at the same moment; raise what any of them raises."""
    barrier = Barrier(THREADS)

    def wait_and_call() -> None:
        barrier.wait(10)
        call()

    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(wait_and_call) for _ in range(THREADS)]:
            future.result(20)


# --- how often ----------------------------------------------------------------------------------


def test_threads_that_start_together_share_one_token(desk: Desk) -> None:
    at_once(lambda: lists(desk))
    lists(desk)
    assert len(desk.asked("list")) == THREADS + 1
    assert len(desk.asked("token")) == 1


def test_a_revoked_token_is_renewed_once_for_all_threads(desk: Desk) -> None:
    lists(desk)
    desk.service.revoke_tokens()
    at_once(lambda: lists(desk))
    assert len(desk.asked("token")) == 2


def test_a_create_whose_token_was_refused_is_sent_again_with_another(desk: Desk) -> None:
    lists(desk)
    desk.service.revoke_tokens()
    desk.remote.create(KIND, BODY)
    assert [entry.status for entry in desk.asked("create")] == [401, 201]


@pytest.mark.parametrize("form", ["html", "empty"])
def test_a_refusal_in_no_form_of_adobes_renews_the_token_where_asking_again_does_no_harm(
    desk: Desk, form: Literal["html", "empty"]
) -> None:
    lists(desk)
    desk.service.fault(Status(status=401, form=form))
    with pytest.raises(SilentError):
        desk.remote.create(KIND, BODY)
    assert (len(desk.asked("create")), len(desk.asked("token"))) == (1, 1)
    desk.service.fault(Status(status=401, form=form))
    lists(desk)
    assert len(desk.asked("token")) == 2


def test_a_service_that_refuses_every_token_is_not_tried_with_a_third(desk: Desk) -> None:
    desk.service.fault(Status(status=401), kind="list", times=None)
    with pytest.raises(UnauthorizedError) as caught:
        lists(desk)
    assert (caught.value.status, caught.value.code) == (401, "401013")
    assert (len(desk.asked("token")), len(desk.asked("list"))) == (2, 2)


def test_after_a_renewal_that_did_not_help_another_one_waits_a_minute(desk: Desk) -> None:
    desk.service.fault(Status(status=401), kind="list", times=None)
    for seconds, tokens in ((0.0, 2), (59.0, 2), (2.0, 3)):
        desk.clock.now += seconds
        with pytest.raises(UnauthorizedError):
            lists(desk)
        assert len(desk.asked("token")) == tokens


def test_a_refusal_that_is_not_of_the_token_renews_nothing(desk: Desk) -> None:
    desk.service.fault(Status(status=403), kind="list")
    with pytest.raises(RemoteError):
        lists(desk)
    assert len(desk.asked("token")) == 1


def test_a_given_token_is_used_as_it_is_and_never_renewed(desk: Desk) -> None:
    heard = desk.overhear()
    to = settings(desk.service.url, given=True)
    with connected(to) as remote, pytest.raises(UnauthorizedError, match="401 401013"):
        remote.connections(KIND, SPEC_ID)
    assert [request.headers["authorization"] for request in heard] == [f"Bearer {GIVEN_TOKEN}"]


# --- how long -----------------------------------------------------------------------------------


def living(expires_in: object) -> Effect:
    """Have IMS say that its tokens live so long; ``...`` has it say nothing of it."""

    def serve(scene: Scene) -> Answer:
        answer = scene.serve(scene.request)
        said: dict[str, Any] = json.loads(answer.body)
        said["expires_in"] = expires_in
        if expires_in is ...:
            del said["expires_in"]
        return replace(answer, body=json.dumps(said).encode())

    return serve


LIVES = [
    pytest.param(86399, 86099.0, id="a-day"),
    pytest.param(3600, 3300.0, id="an-hour"),
    pytest.param("3600", 3300.0, id="as-text"),
    pytest.param(600, 540.0, id="shorter-than-the-margin-would-allow"),
    pytest.param(10, 9.0, id="seconds"),
    pytest.param(0.5, 0.45, id="half-a-second"),
    pytest.param(86_399_000, 86099.0, id="milliseconds"),
    pytest.param(3_600_000, 3300.0, id="an-hour-in-milliseconds"),
    pytest.param(10**15, DAY - 300, id="for-ever"),
    pytest.param(0, DAY - 300, id="zero"),
    pytest.param(-5, DAY - 300, id="negative"),
    pytest.param(None, DAY - 300, id="null"),
    pytest.param("soon", DAY - 300, id="words"),
    pytest.param("nan", DAY - 300, id="not-a-number"),
    pytest.param(True, DAY - 300, id="boolean"),
    pytest.param(..., DAY - 300, id="missing"),
]


@pytest.mark.parametrize(("expires_in", "seconds"), LIVES)
def test_a_token_is_used_until_shortly_before_its_end(
    desk: Desk, expires_in: object, seconds: float
) -> None:
    desk.service.fault(living(expires_in), kind="token", times=None)
    lists(desk)
    began = desk.clock.now
    desk.clock.now = began + seconds * 0.999
    lists(desk)
    assert len(desk.asked("token")) == 1
    desk.clock.now = began + seconds * 1.001
    lists(desk)
    assert len(desk.asked("token")) == 2


# --- what is asked ------------------------------------------------------------------------------


def test_credentials_go_to_ims_in_the_body_alone(desk: Desk) -> None:
    heard = desk.overhear(kind="token")
    lists(desk)
    (request,) = heard
    assert (request.method, request.path, request.query) == ("POST", "/ims/token/v3", ())
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in request.headers
    assert dict(parse_qsl(request.body.decode())) == {
        "grant_type": "client_credentials",
        "client_id": CLIENT,
        "client_secret": CLIENT_SECRET,
        "scope": ",".join(SCOPES),
    }


def test_the_service_hears_of_the_token_and_never_of_the_secret(desk: Desk) -> None:
    heard = desk.overhear(kind="create")
    desk.remote.create(KIND, BODY)
    assert CLIENT_SECRET not in repr((heard[0].headers, heard[0].query, heard[0].body))


# --- what IMS may say instead -------------------------------------------------------------------


def oauth(error: str, status: int = 400) -> Reply:
    return Reply(status=status, json={"error": error, "error_description": "in its own words"})


REFUSALS = [
    pytest.param(
        oauth("invalid_client"), "Check AEP_CLIENT_ID and AEP_CLIENT_SECRET.", id="client"
    ),
    pytest.param(oauth("invalid_client", 401), "Check AEP_CLIENT_ID and", id="client-401"),
    pytest.param(oauth("invalid_scope"), "Check AEP_SCOPES", id="scope"),
    pytest.param(oauth("unsupported_grant_type"), "Check the credential", id="grant"),
    pytest.param(oauth("access_denied", 403), "Check the credential", id="403"),
]


@pytest.mark.parametrize(("effect", "advice"), REFUSALS)
def test_a_refusal_by_ims_is_final_and_says_what_to_check(
    desk: Desk, effect: Reply, advice: str
) -> None:
    desk.service.fault(effect, kind="token", times=None)
    for _ in range(3):
        with pytest.raises(UnauthorizedError) as caught:
            lists(desk)
        assert caught.value.code == effect.json["error"]
        assert f"Adobe IMS answered {effect.status} {effect.json['error']}" in caught.value.detail
        assert "in its own words" in caught.value.detail
        assert advice in caught.value.detail
    assert [entry.kind for entry in desk.service.log] == ["token"]


NO_TOKENS = [
    pytest.param(Status(status=400, form="html"), "Check AEP_IMS_URL.", 1, id="html-400"),
    pytest.param(Status(status=404, form="empty"), "Check AEP_IMS_URL.", 1, id="empty-404"),
    pytest.param(Garbage(), "not declared to be JSON", 1, id="html-200"),
    pytest.param(Reply(json={}), "without a usable access token", 1, id="no-token"),
    pytest.param(Reply(json=[]), "without a usable access token", 1, id="a-list"),
    pytest.param(Reply(json={"access_token": 7}), "without a usable", 1, id="a-number"),
    pytest.param(Reply(json={"access_token": ""}), "without a usable", 1, id="an-empty-one"),
    pytest.param(
        Reply(json={"access_token": "canary9b1f\r\nX-Evil: 1"}),
        "without a usable",
        1,
        id="two-lines",
    ),
    pytest.param(
        Reply(json={"access_token": "canary9b1f" * 4000}), "without a usable", 1, id="too-long"
    ),
    pytest.param(
        Reply(json={"access_token": "x", "padding": "x" * (64 << 10)}), "longer than", 1, id="huge"
    ),
    pytest.param(Status(status=500), "500 Internal Server Error", 4, id="500"),
    pytest.param(Status(status=503, form="html"), "503 Service Unavailable", 4, id="503"),
    pytest.param(Status(status=429), "429 Too Many Requests", 4, id="429"),
    pytest.param(Status(status=429, retry_after="61"), "429 Too Many", 1, id="429-for-too-long"),
    pytest.param(Reset(), "the connection broke", 4, id="reset"),
    pytest.param(Reset(commit=True), "the connection broke", 4, id="reset-late"),
]


@pytest.mark.parametrize(("effect", "said", "times"), NO_TOKENS)
def test_a_create_for_which_there_is_no_token_was_certainly_not_sent(
    desk: Desk, effect: Effect, said: str, times: int
) -> None:
    desk.service.fault(effect, kind="token", times=None)
    with pytest.raises(UnreachableError, match="No access token could be had") as caught:
        desk.remote.create(KIND, BODY)
    assert said in caught.value.detail
    assert "canary9b1f" not in whole_story(caught.value)
    assert [entry.kind for entry in desk.service.log] == ["token"] * times


def test_trouble_at_ims_that_passes_is_waited_for(desk: Desk) -> None:
    desk.service.fault(Status(status=503), kind="token")
    desk.service.fault(Status(status=429, retry_after="7"), kind="token")
    desk.service.fault(Reset(), kind="token")
    lists(desk)
    assert (len(desk.asked("token")), len(desk.asked("list"))) == (4, 1)
    assert 7 in desk.clock.naps


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_of_the_token_request_is_not_followed(desk: Desk, status: int) -> None:
    with trap() as elsewhere:
        desk.service.fault(Redirect(to=elsewhere.url, status=status), kind="token", times=None)
        with pytest.raises(UnreachableError, match="Check AEP_IMS_URL"):
            lists(desk)
        assert not elsewhere.touched
    assert len(desk.asked("token")) == 1


# --- what nobody gets to see --------------------------------------------------------------------


def test_a_secret_that_ims_repeats_is_not_shown(desk: Desk) -> None:
    text = f"\x1b[31mno client has {CLIENT_SECRET}, or {CLIENT_SECRET}"
    reply = Reply(status=400, json={"error": "invalid_client", "error_description": text})
    desk.service.fault(reply, kind="token")
    with pytest.raises(UnauthorizedError) as caught:
        lists(desk)
    assert f"\\u{{1b}}[31mno client has {MASK}, or {MASK}" in caught.value.detail
    assert CLIENT_SECRET not in whole_story(caught.value)


def bearer(scene: Scene) -> str:
    return scene.request.headers["authorization"].removeprefix("Bearer ")


def echo_in_a_message(scene: Scene) -> Answer:
    return Reply(status=403, json={"message": f"not with {bearer(scene)}"})(scene)


def echo_as_a_request_id(scene: Scene) -> Answer:
    report = {"request-id": bearer(scene), "detailed-message": bearer(scene)}
    return Reply(status=403, json={"report": report})(scene)


@pytest.mark.parametrize("echo", [echo_in_a_message, echo_as_a_request_id])
def test_a_token_that_the_service_repeats_is_not_shown(desk: Desk, echo: Effect) -> None:
    heard = desk.overhear(echo, kind="get")
    with pytest.raises(RemoteError) as caught:
        desk.remote.connection(KIND, remote_id(1))
    token = heard[0].headers["authorization"].removeprefix("Bearer ")
    assert MASK in caught.value.detail
    assert token not in whole_story(caught.value)
    assert token not in repr(vars(caught.value))


def test_a_token_that_the_service_repeats_in_a_header_is_not_logged(desk: Desk) -> None:
    def echo(scene: Scene) -> Answer:
        answer = scene.serve(scene.request)
        # The simulator's own id comes first, and a client sees both in one.
        return replace(answer, headers=(*answer.headers, ("X-Request-Id", bearer(scene))))

    with connected(settings(desk.service.url, given=True), log=desk.log.append) as remote:
        desk.service.fault(echo, kind="get")
        with pytest.raises(UnauthorizedError):
            remote.connection(KIND, remote_id(1))
    assert "request-id=" in desk.log[-1]
    assert GIVEN_TOKEN not in desk.log[-1]


def test_a_secret_within_another_one_does_not_uncover_the_rest_of_it(desk: Desk) -> None:
    proxy = "http://user:canary9b1f-given-token-and-more@127.0.0.1:9"
    to = settings(desk.service.url, given=True, proxy=Secret(proxy))
    desk.service.fault(Reply(status=400, json={"message": f"via {proxy}"}), kind="get")
    with connected(to) as remote, pytest.raises(RemoteError) as caught:
        remote.connection(KIND, remote_id(1))
    assert "and-more" not in caught.value.detail


def test_the_log_has_one_line_for_each_request_and_no_secret(desk: Desk) -> None:
    desk.remote.create(KIND, BODY)
    token, create = desk.log
    assert token.startswith("POST /ims/token/v3 -> 200 request-id=")
    assert create.startswith("POST /data/foundation/flowservice/connections -> 201 request-id=")
    assert token.endswith(" ms) sent: grant_type, client_id, client_secret, scope")
    assert create.endswith(" ms) sent: auth, connectionSpec, name")
    assert "canary9b1f" not in token + create


class Silent:
    def send(self, request: Request) -> Response:
        return Response(status=200, headers={}, body=b"")

    def close(self) -> None:
        """Hold nothing."""


def test_the_log_names_what_a_patch_is_about_and_harms_nobody() -> None:
    line: list[str] = []
    wire = LoggedTransport(Silent(), log=line.append, tell=str, clock=Clock())
    patch = [
        {"op": "replace", "path": "/##[a]", "value": "canary9b1f"},
        {"op": "remove", "path": "/b"},
    ]
    request = Request(
        method="PATCH", url="http://h/::error::", headers={}, body=json.dumps(patch).encode()
    )
    wire.send(request)
    assert line == [r"PATCH /::error:: -> 200 (0 ms) sent: replace /\u{23}\u{23}[a], remove /b"]


def test_what_a_service_shows_of_credentials_is_told_by_nobody_afterwards(
    desk: Desk,
) -> None:
    def shown(scene: Scene) -> Answer:
        item = {
            "id": remote_id(1),
            "auth": {"params": {"clientSecret": "canary9b1f-of-somebody-else"}},
        }
        return json_answer(200, {"items": [item]})

    desk.service.fault(shown, kind="get")
    assert desk.remote.connection(KIND, remote_id(1)) is not None
    said = {"message": "no such client: canary9b1f-of-somebody-else"}
    desk.service.fault(Reply(status=400, json=said), kind="get")
    with pytest.raises(RemoteError) as caught:
        desk.remote.connection(KIND, remote_id(1))
    assert MASK in caught.value.detail
    assert "somebody-else" not in whole_story(caught.value)
