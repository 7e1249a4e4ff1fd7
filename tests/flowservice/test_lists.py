"""A listing is complete or an error, goes where we want it to, and ends."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from reconciler.app.threads import SystemThreads
from reconciler.errors import ProtocolError, RefusedError, RemoteError, SilentError
from reconciler.flowservice import pages
from reconciler.model.observations import Observation
from reconciler.model.values import lookup
from reconciler.simulator.effects import Effect, Huge, Reply, Reset, Scene, Status, Trickle
from reconciler.simulator.exchanges import Answer, Request
from tests.builders import KIND, SPEC_ID, remote_id
from tests.flowservice.clients import (
    BASE,
    BODY,
    LIST,
    Desk,
    connected,
    http,
    item,
    page,
    settings,
    speaking,
    trap,
)

ATTEMPTS = 4
ASKED = {
    "property": f"connectionSpec.id=={SPEC_ID}",
    "limit": "100",
    "orderby": "createdAt",
}


def listed(desk: Desk) -> list[Observation]:
    return list(desk.remote.connections(KIND, SPEC_ID))


def serve(desk: Desk, *documents: object) -> list[Request]:
    """Have the service show these pages, one a request; return the list of requests."""
    rest = iter(documents)

    def show(scene: Scene) -> Answer:
        return Reply(json=next(rest))(scene)

    return desk.overhear(show, kind="list")


def fails(desk: Desk, family: type[RemoteError] = ProtocolError) -> str:
    with pytest.raises(RemoteError) as caught:
        listed(desk)
    assert type(caught.value) is family
    return caught.value.detail


# --- where it goes ------------------------------------------------------------------------------


def test_a_listing_asks_for_one_spec_oldest_first_and_the_most_it_may(desk: Desk) -> None:
    heard = serve(desk, page())
    assert listed(desk) == []
    assert (heard[0].path, dict(heard[0].query)) == (LIST, ASKED)


LINKS = [
    pytest.param("/connections?continuationToken=t", "t", id="below-the-base"),
    pytest.param(f"{LIST}?continuationToken=t", "t", id="whole-path"),
    pytest.param("{origin}/connections?continuationToken=t", "t", id="absolute"),
    pytest.param("?continuationToken=t", "t", id="query-alone"),
    pytest.param("/connections?limit=5&orderby=-name&continuationToken=t", "t", id="own-limit"),
    pytest.param("/connections?continuationToken=t&continuationTok=u#v", "t", id="fragment"),
    pytest.param("/connections?continuationToken=YQ%3D%3D", "YQ==", id="padded"),
    pytest.param("/connections?continuationToken=YQ==", "YQ==", id="padded-as-it-is"),
    pytest.param("/connections?continuationToken=a%2Bb%26limit%3D1", "a+b&limit=1", id="signs"),
    pytest.param("/connections?continuationToken=%C3%BC%0D%0A", "ü\r\n", id="line-break"),
    pytest.param("/connections?continuationToken=" + "x" * 4096, "x" * 4096, id="long"),
    pytest.param("{elsewhere}/connections?continuationToken=t", "t", id="another-port"),
    pytest.param("//evil.example/connections?continuationToken=t", "t", id="another-host"),
    pytest.param("file:///etc/passwd?continuationToken=t", "t", id="another-scheme"),
    pytest.param("../../../flows?continuationToken=t", "t", id="another-path"),
]


@pytest.mark.parametrize(("link", "token"), LINKS)
def test_of_a_link_only_the_token_is_used_and_the_query_stays_ours(
    desk: Desk, link: str, token: str
) -> None:
    with trap() as elsewhere:
        href = link.format(origin=desk.service.url + BASE, elsewhere=elsewhere.url)
        heard = serve(desk, page(item(1), following={"href": href}), page(item(2)))
        assert [seen.id for seen in listed(desk)] == [remote_id(1), remote_id(2)]
        assert not elsewhere.touched
    assert heard[1].path == LIST
    assert dict(heard[1].query) == {**ASKED, "continuationToken": token}
    assert len(heard) == 2


LASTS = [
    pytest.param({"items": [], "_links": {}}, id="no-next"),
    pytest.param({"items": []}, id="no-links"),
    pytest.param({"items": [], "_links": None}, id="null-links"),
    pytest.param({"items": [], "_links": {"next": None}}, id="null-next"),
    pytest.param({"items": [], "_links": {"self": {"href": "/connections"}}}, id="other-links"),
]


@pytest.mark.parametrize("last", LASTS)
def test_a_listing_ends_with_the_page_that_names_no_other(desk: Desk, last: dict[str, Any]) -> None:
    heard = serve(desk, last)
    assert listed(desk) == []
    assert len(heard) == 1


ENDS = [
    pytest.param(None, id="no-link"),
    pytest.param({}, id="empty-link"),
    pytest.param({"href": None}, id="null"),
    pytest.param({"href": ""}, id="empty"),
    pytest.param({"href": "/connections?continuationToken="}, id="empty-token"),
]


@pytest.mark.parametrize("following", ENDS)
def test_a_listing_without_a_token_to_go_on_with_is_at_its_end(
    desk: Desk, following: object
) -> None:
    heard = serve(desk, page(item(1), following=following))
    assert [seen.id for seen in desk.remote.connections(KIND, SPEC_ID)] == [remote_id(1)]
    assert len(heard) == 1


NOWHERE = [
    pytest.param("/connections?continuationToken=t", id="a-text"),
    pytest.param(["/connections?continuationToken=t"], id="a-list"),
    pytest.param(7, id="a-number"),
    pytest.param({"ref": "/connections?continuationToken=t"}, id="no-href"),
    pytest.param({"href": 7}, id="href-of-a-number"),
    pytest.param({"href": {"continuationToken": "t"}}, id="href-of-an-object"),
    pytest.param({"href": "/connections"}, id="no-query"),
    pytest.param({"href": "/connections?ContinuationToken=t"}, id="another-name"),
    pytest.param({"href": "/connections#?continuationToken=t"}, id="in-the-fragment"),
    pytest.param({"href": "http://[/?continuationToken=t"}, id="no-url"),
    pytest.param({"href": "/connections?continuationToken=t&continuationToken=u"}, id="two-tokens"),
    pytest.param({"href": "/connections?continuationToken=" + "x" * 4097}, id="too-long"),
    pytest.param({"href": "/connections?" + "a&" * 40_000}, id="link-too-long"),
]


@pytest.mark.parametrize("following", NOWHERE)
def test_a_listing_that_goes_on_nowhere_is_an_error_and_not_its_end(
    desk: Desk, following: object
) -> None:
    heard = serve(desk, page(item(1), following=following))
    assert "The list goes on" in fails(desk)
    assert len(heard) == 1


@pytest.mark.parametrize("tokens", ["aa", "aba", "abcb"])
def test_a_listing_that_leads_back_is_left_at_once(desk: Desk, tokens: str) -> None:
    links = [{"href": f"/connections?continuationToken={token}"} for token in tokens]
    heard = serve(desk, *(page(item(1), following=link) for link in links))
    assert fails(desk) == "The list leads back to a page that was read already."
    assert len(heard) == len(tokens)


# --- what is on it ------------------------------------------------------------------------------


def following(token: str) -> dict[str, str]:
    return {"href": f"/connections?continuationToken={quote(token)}"}


def test_what_is_on_two_pages_is_listed_once_as_it_was_seen_last(desk: Desk) -> None:
    first = page(item(1, name="old"), item(2), following=following("t"))
    serve(desk, first, page(item(1, name="new"), item(3)))
    seen = {each.id: each.spec["name"] for each in listed(desk)}
    assert seen == {remote_id(1): "new", remote_id(2): "CRM 2", remote_id(3): "CRM 3"}


def test_an_empty_page_is_not_the_end(desk: Desk) -> None:
    serve(desk, page(following=following("t")), page(following=following("u")), page(item(1)))
    assert [seen.id for seen in listed(desk)] == [remote_id(1)]


def test_the_services_own_filter_is_not_trusted(desk: Desk) -> None:
    other = {"id": "other", "version": "1.0"}
    serve(desk, page(item(1), item(2, connectionSpec=other), item(3, connectionSpec=other)))
    assert [seen.id for seen in listed(desk)] == [remote_id(1)]


IMPROPER = [
    pytest.param({"_links": {}}, id="missing"),
    pytest.param({"items": None}, id="null"),
    pytest.param({"items": {}}, id="an-object"),
    pytest.param({"items": "x"}, id="a-text"),
    pytest.param({"items": 0}, id="a-number"),
    pytest.param({"items": [None]}, id="of-null"),
    pytest.param({"items": ["x"]}, id="of-text"),
    pytest.param({"items": [[]]}, id="of-lists"),
    pytest.param({"items": [item(1), 7]}, id="of-one-number"),
    pytest.param({"items": [item(1, id=None)]}, id="without-an-id"),
    pytest.param({"items": [item(1, id="a/b")]}, id="with-an-id-that-is-a-path"),
    pytest.param({"items": [item(1, connectionSpec=None)]}, id="without-a-spec"),
    pytest.param({"items": [item(1, connectionSpec=SPEC_ID)]}, id="with-a-spec-of-another-form"),
    pytest.param({"items": [item(1, connectionSpec={"id": 7})]}, id="with-a-spec-by-number"),
    pytest.param([item(1)], id="bare"),
    pytest.param("x", id="text-alone"),
    pytest.param(7, id="number-alone"),
    pytest.param(None, id="null-alone"),
]


@pytest.mark.parametrize("bad", IMPROPER)
def test_one_bad_page_spoils_the_listing_wherever_it_stands(desk: Desk, bad: object) -> None:
    serve(desk, bad, page(item(1), following=following("t")), bad)
    assert "Flow Service s" in fails(desk)
    assert "Flow Service s" in fails(desk)


def test_a_listing_that_was_given_up_asks_for_no_more_pages() -> None:
    given_up = threading.Event()
    asked: list[str] = []

    def fetch(path: str) -> object:
        asked.append(path)
        if len(asked) > 1:
            given_up.wait(10)
        return page(None, following=following(str(len(asked))))

    before = {*threading.enumerate()}
    with pytest.raises(ProtocolError):
        pages.listed(fetch, kind=KIND, connection_spec=SPEC_ID, order=None, threads=SystemThreads())
    given_up.set()
    for thread in {*threading.enumerate()} - before:
        thread.join(10)
    assert len(asked) <= 2


# --- what comes instead of a page ---------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 500, 503])
@pytest.mark.parametrize("before", [0, 1])
def test_a_list_that_is_refused_is_an_error_and_not_an_empty_one(
    desk: Desk, status: int, before: int
) -> None:
    for _ in range(before):
        desk.service.fault(Reply(json=page(item(1), following=following("a"))), kind="list")
    desk.service.fault(Status(status=status), kind="list", times=None)
    with pytest.raises(RefusedError):
        listed(desk)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_page_that_does_not_come_makes_the_listing_an_error(desk: Desk, after: int) -> None:
    for token in "ab"[:after]:
        document = page(item(1), following=following(token))
        desk.service.fault(Reply(json=document), kind="list")
    desk.service.fault(Status(status=500), kind="list", times=None)
    fails(desk, RefusedError)
    assert len(desk.asked("list")) == after + ATTEMPTS


def test_a_page_that_comes_late_is_waited_for_and_no_other_is_read_twice(desk: Desk) -> None:
    desk.service.fault(Reply(json=page(item(1), following=following("t"))), kind="list")
    for effect in (Status(status=503, retry_after="3"), Reset(), Status(status=429)):
        desk.service.fault(effect, kind="list")
    desk.service.fault(Reply(json=page(item(2))), kind="list")
    assert [seen.id for seen in listed(desk)] == [remote_id(1), remote_id(2)]
    assert [dict(entry.query).get("continuationToken") for entry in desk.asked("list")] == [
        None, "t", "t", "t", "t",
    ]  # fmt: skip


def test_a_service_that_does_not_know_the_order_is_asked_without_one(desk: Desk) -> None:
    desk.service.plant(name="CRM", connectionSpec={"id": SPEC_ID})
    desk.service.fault(Status(status=400, code=1433), kind="list")
    assert len(listed(desk)) == 1
    assert [dict(entry.query).get("orderby") for entry in desk.asked("list")] == ["createdAt", None]


def test_a_service_that_refuses_any_order_is_asked_twice_and_no_more(desk: Desk) -> None:
    desk.service.fault(Status(status=400), kind="list", times=None)
    fails(desk, RefusedError)
    assert len(desk.asked("list")) == 2


GOOD = json.dumps(page(item(1))).encode()
ANSWERS = [
    pytest.param(http(b""), id="nothing"),
    pytest.param(http(b"\xef\xbb\xbf" + GOOD), id="byte-order-mark"),
    pytest.param(http(GOOD.decode().encode("utf-16")), id="utf-16"),
    pytest.param(http('{"items": ["ü"]}'.encode("latin-1")), id="latin-1"),
    pytest.param(http(b"<html>Please sign in</html>"), id="html"),
    pytest.param(http(GOOD + GOOD), id="two-documents"),
    pytest.param(http(GOOD[:-1]), id="cut-off"),
    pytest.param(http(b"[" * 100_000), id="bottomless"),
    pytest.param(http(b"[" * 80 + b"]" * 80), id="deep"),
    pytest.param(http(b'{"items": [], "items": []}'), id="items-twice"),
    pytest.param(http(b'{"items": [], "n": NaN}'), id="nan"),
    pytest.param(http(b'{"items": [], "n": ' + b"9" * 100_000 + b"}"), id="number-without-end"),
    pytest.param(http(b'{"items": [], "n": ' + b"-" + b"9" * 20 + b"}"), id="twenty-digits"),
    pytest.param(http(b'{"items": [], "n": 1e999}'), id="infinite"),
    pytest.param(http(b'{"items": [], "n": "\\ud800"}'), id="half-a-character"),
    pytest.param(http(GOOD, "Content-Type: text/plain"), id="declared-as-text"),
    pytest.param(http(GOOD, "Content-Type: text/html"), id="declared-as-html"),
    pytest.param(http(GOOD, "Content-Type:"), id="declared-as-nothing"),
    pytest.param(http(b'{"items": [' + b"[]," * (2 << 20) + b"0]}"), id="crowded"),
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_body_that_is_no_honest_json_is_an_error_after_some_patience(answer: bytes) -> None:
    with speaking(answer) as speaker, connected(settings(speaker.url, given=True)) as remote:
        with pytest.raises(ProtocolError, match="was answered with 200 OK, but the body"):
            remote.connections(KIND, SPEC_ID)
        assert len(speaker.heard) == ATTEMPTS


PACKED = [
    pytest.param(gzip.compress(GOOD), "gzip", id="although-we-do-not-ask"),
    pytest.param(gzip.compress(b" " * (64 << 20), 1), "gzip", id="bomb"),
    pytest.param(GOOD, "gzip", id="only-said-to-be"),
    pytest.param(GOOD, "identity, br", id="twice"),
]


@pytest.mark.parametrize(("body", "encoding"), PACKED)
def test_a_packed_body_is_refused_in_words_and_never_unpacked(body: bytes, encoding: str) -> None:
    answer = http(body, f"Content-Encoding: {encoding}")
    with speaking(answer) as speaker, connected(settings(speaker.url, given=True)) as remote:
        with pytest.raises(ProtocolError, match="the body is compressed, which was not asked for"):
            remote.connections(KIND, SPEC_ID)
        with pytest.raises(SilentError, match="the body is compressed"):
            remote.create(KIND, BODY)


def test_a_body_that_is_said_to_be_as_it_is_is_read() -> None:
    answer = http(GOOD, "Content-Encoding: Identity")
    with speaking(answer) as speaker, connected(settings(speaker.url, given=True)) as remote:
        assert len(remote.connections(KIND, SPEC_ID)) == 1


KINDS = ["application/json;charset=utf-8", "APPLICATION/JSON", "application/hal+json"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_of_any_kind_of_json_is_read(kind: str) -> None:
    answer = http(GOOD, f"Content-Type: {kind}")
    with speaking(answer) as speaker, connected(settings(speaker.url, given=True)) as remote:
        assert len(remote.connections(KIND, SPEC_ID)) == 1


# --- how much of it -----------------------------------------------------------------------------

Ask = Callable[[Desk], object]


def one(desk: Desk) -> object:
    return desk.remote.connection(KIND, remote_id(1))


SIZES: list[Any] = [
    pytest.param(listed, "list", Huge(bytes=7 << 20), True, id="page-within"),
    pytest.param(listed, "list", Huge(bytes=8 << 20), False, id="page-beyond"),
    pytest.param(one, "get", Huge(bytes=1 << 19), True, id="object-within"),
    pytest.param(one, "get", Huge(bytes=1 << 20), False, id="object-beyond"),
]


@pytest.mark.parametrize(("ask", "kind", "effect", "accepted"), SIZES)
def test_a_body_is_read_as_far_as_its_limit(
    desk: Desk, ask: Ask, kind: str, effect: Effect, *, accepted: bool
) -> None:
    desk.service.plant(id=remote_id(1), name="CRM", connectionSpec={"id": SPEC_ID})
    desk.service.fault(effect, kind=kind, times=None)
    if accepted:
        assert ask(desk)
    else:
        with pytest.raises(ProtocolError, match="longer than anything Flow Service has to say"):
            ask(desk)


def test_a_listing_that_trickles_in_time_is_read(desk: Desk) -> None:
    desk.service.fault(Trickle(seconds=0.0001), kind="list")
    assert listed(desk) == []


def test_a_listing_whose_pages_break_off_is_silence(desk: Desk) -> None:
    desk.service.fault(Reset(), kind="list", times=None)
    assert "the connection broke" in fails(desk, SilentError)
    assert len(desk.asked("list")) == ATTEMPTS


# --- liberties of spelling ----------------------------------------------------------------------


def test_the_id_of_a_connection_spec_is_one_in_whatever_case(desk: Desk) -> None:
    shouted = {"id": SPEC_ID.upper(), "version": "1.0"}
    serve(desk, page(item(1, connectionSpec=shouted)))
    (seen,) = desk.remote.connections(KIND, SPEC_ID)
    assert lookup(seen.spec, ("connectionSpec", "id")) == SPEC_ID


@pytest.mark.parametrize(("version", "text"), [("1.0", "1.0"), (1.0, "1.0"), (1, "1")])
def test_a_version_is_text(desk: Desk, version: object, text: str) -> None:
    serve(desk, page(item(1, connectionSpec={"id": SPEC_ID, "version": version})))
    (seen,) = desk.remote.connections(KIND, SPEC_ID)
    assert lookup(seen.spec, ("connectionSpec", "version")) == text


def test_the_version_of_an_object_is_its_etag_where_none_is_given(desk: Desk) -> None:
    serve(desk, page(item(1, etag=None, version='"v"'), item(2, version='"v"')))
    assert [seen.etag for seen in desk.remote.connections(KIND, SPEC_ID)] == ['"v"', '"2"']


def test_what_is_being_deleted_is_no_longer_listed(desk: Desk) -> None:
    serve(desk, page(item(1, state="delete-finalizing"), item(2, state="DELETE-FINALIZING")))
    assert desk.remote.connections(KIND, SPEC_ID) == []
