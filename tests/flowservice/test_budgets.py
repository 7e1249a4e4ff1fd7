"""All pages of a list together take a bounded time and bounded memory, however many there are."""

from __future__ import annotations

import itertools
import json

import pytest

from reconciler.app.threads import SystemThreads
from reconciler.errors import ProtocolError, RemoteError
from reconciler.flowservice import budgets, pages
from reconciler.flowservice.asides import AHEAD
from reconciler.flowservice.budgets import Budget
from reconciler.flowservice.client import FlowService
from reconciler.http.sockets import CONNECT_SECONDS
from reconciler.http.transport import PAGE_LIMIT, Request, Response
from reconciler.http.wire import ANSWER_SECONDS
from tests.builders import KIND, SPEC_ID, remote_id
from tests.flowservice.clients import Canned, Clock, item, page, settings

JSON = {"content-type": "application/json"}


def endless(*, clock: Clock, padding: int = 0, seconds: float = 0.0) -> Canned:
    """Answer with page after page without a connection, each after a while."""
    numbers = itertools.count()
    rest = b' "padding": "' + b"x" * padding + b'"}'

    def answer(request: Request) -> Response:
        del request
        clock.now += seconds
        link = {"href": f"/connections?continuationToken={next(numbers)}"}
        text = json.dumps(page(following=link))[:-1].encode()
        return Response(status=200, headers=JSON, body=text + b"," + rest)

    return Canned(answer)


def connect(transport: Canned, clock: Clock) -> FlowService:
    to = settings("https://platform.adobe.io", given=True)
    return FlowService.connect(to, clock=clock, threads=SystemThreads(), transport=transport)


LARGE = PAGE_LIMIT - 1000
ENDLESS = [
    pytest.param(LARGE, 0.0, "more than 128 MiB", budgets.BYTES // LARGE + 1, id="bytes"),
    pytest.param(0, 100.0, "not complete within 30 min", budgets.SECONDS // 100 + 1, id="time"),
    pytest.param(0, 0.0, "no end within 1000 pages", pages.PAGES, id="pages"),
]


@pytest.mark.parametrize(("padding", "seconds", "words", "most"), ENDLESS)
def test_a_list_without_end_is_left_when_its_budget_is_spent(
    padding: int, seconds: float, words: str, most: float
) -> None:
    clock = Clock()
    transport = endless(clock=clock, padding=padding, seconds=seconds)
    with pytest.raises(ProtocolError, match=words):
        connect(transport, clock).connections(KIND, SPEC_ID)
    assert len(transport.requests) == most


def test_each_list_has_a_budget_of_its_own() -> None:
    clock = Clock()
    body = json.dumps({"items": [item(1)]}).encode()
    remote = connect(Canned(lambda _: Response(status=200, headers=JSON, body=body)), clock)
    for _ in range(3):
        assert len(remote.connections(KIND, SPEC_ID)) == 1
        clock.now += budgets.SECONDS


def test_a_call_ends_however_slowly_it_is_answered() -> None:
    """The worst that is not an error at once: each answer at the last moment, each wish granted."""
    clock = Clock()
    began = clock.now
    turns = itertools.count()

    def answer(request: Request) -> Response:
        clock.now += CONNECT_SECONDS + ANSWER_SECONDS
        turn = next(turns)
        if "/ims/" in request.url and turn % 2:
            issued = {"access_token": f"token-{turn}", "expires_in": 1}
            return Response(status=200, headers=JSON, body=json.dumps(issued).encode())
        status = 503 if "/ims/" in request.url or turn % 3 else 401
        said = {"error_code": "401013", "message": "Oauth token is not valid"}
        headers = {**JSON, "retry-after": "60"}
        return Response(status=status, headers=headers, body=json.dumps(said).encode())

    remote = FlowService.connect(
        settings("https://platform.adobe.io"),
        clock=clock,
        threads=SystemThreads(),
        transport=Canned(answer),
    )
    with pytest.raises(RemoteError):
        remote.connection(KIND, remote_id(1))
    assert 600 < clock.now - began < 77 * 60


@pytest.mark.parametrize("page_of", [b"0,", b"[]", b"{}"])
def test_what_is_small_is_counted_by_its_number(page_of: bytes) -> None:
    budget = Budget(Clock())
    body = page_of * 1_000_000
    for _ in range(5):
        budget.spend(body)
    with pytest.raises(ProtocolError, match="5,000,000 values"):
        budget.spend(page_of)


def test_a_list_of_more_connections_than_a_state_holds_is_none_to_work_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "OBJECTS", 250)  # for a hundred thousand take ten seconds
    asked: list[str] = []

    def fetch(path: str) -> object:
        asked.append(path)
        items = [item(100 * len(asked) + number) for number in range(100)]
        return page(*items, following={"href": f"/connections?continuationToken={len(asked)}"})

    with pytest.raises(ProtocolError, match="more than 250 connections"):
        pages.listed(fetch, kind=KIND, connection_spec=SPEC_ID, order=None, threads=SystemThreads())
    assert len(asked) <= 3 + AHEAD
    asked.clear()
    with pytest.raises(ProtocolError, match="more than 250 objects"):
        list(pages.items(fetch, "/flows", {}))
    assert len(asked) <= 5
