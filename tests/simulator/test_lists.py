"""Lists: pages and their tokens, filters with every operator and refusal, order, count."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from reconciler.simulator.sources import SALESFORCE, ZOHO
from tests.simulator.callers import START, Caller, body, caller

NOW = int(START * 1000)


@pytest.fixture
def calling() -> Caller:
    """Four connections, a second apart: a, b, c and a Salesforce one, s."""
    made = caller()
    for name in ("b", "a", "c"):
        made.create(name)
        made.clock.seconds += 1
    params = {"username": "u", "password": "p", "securityToken": "t"}
    auth = {"specName": "Basic Authentication", "params": params}
    made.create("s", auth=auth, connectionSpec={"id": SALESFORCE, "version": "1.0"})
    return made


def pages(calling: Caller, query: str) -> list[list[str]]:
    """Return the names on each page; the query is sent again with every token."""
    found = []
    token = ""
    while True:
        page = calling.call("GET", f"/connections?{query}{token}").json
        found.append([one["name"] for one in page["items"]])
        if not page["_links"]:
            return found
        href = page["_links"]["next"]["href"]
        assert href.startswith("/connections?continuationToken=")
        token = "&" + href.partition("?")[2]


def test_the_newest_come_first_and_the_last_page_has_no_links(calling: Caller) -> None:
    assert pages(calling, "limit=3") == [["s", "c", "a"], ["b"]]
    assert pages(calling, "limit=4") == [["s", "c", "a", "b"]]


def test_pages_hold_in_any_order_and_under_a_filter(calling: Caller) -> None:
    assert pages(calling, "limit=2&orderby=name") == [["a", "b"], ["c", "s"]]
    of_zoho = f"property=connectionSpec.id=={ZOHO}"
    assert pages(calling, f"limit=2&{of_zoho}") == [["c", "a"], ["b"]]


@pytest.mark.parametrize(
    ("remembers", "names"),
    [pytest.param(False, ["c", "a"], id="forgets"), pytest.param(True, ["a"], id="remembers")],
)
def test_a_token_alone_remembers_the_question_only_if_the_switch_says_so(
    calling: Caller, names: list[str], *, remembers: bool
) -> None:
    calling.switch(token_carries_query=remembers, page_size=2)
    first = calling.call("GET", "/connections?limit=1&property=name==s,a").json
    assert [one["name"] for one in first["items"]] == ["s"]
    assert calling.names(first["_links"]["next"]["href"].partition("?")[2]) == names


def test_a_page_without_limit_has_the_size_of_the_switch(calling: Caller) -> None:
    calling.switch(page_size=3)
    assert len(calling.names("")) == 3


def test_what_is_made_or_deleted_between_pages_neither_repeats_nor_hides_others(
    calling: Caller,
) -> None:
    first = calling.call("GET", "/connections?limit=2").json
    calling.create("late")
    calling.call("DELETE", f"/connections/{first['items'][1]['id']}")
    assert calling.names("limit=2&" + first["_links"]["next"]["href"].partition("?")[2]) == [
        "a",
        "b",
    ]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("property=name==a", ["a"], id="equal"),
        pytest.param("property=name==a,c", ["c", "a"], id="one of several"),
        pytest.param('property=name=="a"', ["a"], id="in quotes"),
        pytest.param("property=name==A", [], id="case counts"),
        pytest.param("property=name!=a", ["s", "c", "b"], id="not equal"),
        pytest.param("property=name==a&property=state==enabled", ["a"], id="and"),
        pytest.param(f"property=createdAt>{NOW}", ["s", "c", "a"], id="later"),
        pytest.param(f"property=createdAt>={NOW + 1000}", ["s", "c", "a"], id="not earlier"),
        pytest.param(f"property=createdAt<{NOW + 1000}", ["b"], id="earlier"),
        pytest.param(f"property=updatedAt<={NOW + 1000}", ["a", "b"], id="not later"),
        pytest.param(f"property=createdAt=={NOW}", ["b"], id="at that time"),
        pytest.param(f"property=createdAt!={NOW}", ["s", "c", "a"], id="at another time"),
        pytest.param("property=auth.params.clientId==1000.ABCDEF", ["c", "a", "b"], id="nested"),
        pytest.param(
            "property=auth.params.clientSecret==canary9b1f-client-secret", [], id="secret"
        ),
        pytest.param("property=auth.params.none.deeper==x", [], id="nothing there"),
        pytest.param("orderby=name", ["a", "b", "c", "s"], id="ascending"),
        pytest.param("orderby=%2Bname", ["a", "b", "c", "s"], id="with a plus"),
        pytest.param("orderby=-name", ["s", "c", "b", "a"], id="descending"),
        pytest.param("orderby=-connectionSpec.id,name", ["s", "a", "b", "c"], id="by several"),
        pytest.param("orderby=-createdAt", ["s", "c", "a", "b"], id="by time"),
    ],
)
def test_a_list_shows_what_was_asked_for(calling: Caller, query: str, names: list[str]) -> None:
    assert calling.names(query) == names


@pytest.mark.parametrize(
    ("query", "code"),
    [
        pytest.param("limit=5&count=true", 1401, id="limit and count"),
        pytest.param("limit=0", 1453, id="limit too small"),
        pytest.param("limit=101", 1453, id="limit too large"),
        pytest.param("limit=many", 1453, id="limit is no number"),
        pytest.param("count=yes", 1453, id="count is no truth value"),
        pytest.param("continuationToken=%C3%A4", 1453, id="token is none of ours"),
        pytest.param("continuationToken=bnVsbA==", 1453, id="token of nothing"),
        pytest.param("orderby=*name", 1433, id="order by nothing known"),
        pytest.param("orderby=#id", 1433, id="order by a strange field"),
        pytest.param("orderby=+name", 1432, id="an unescaped plus"),
        pytest.param("orderby=name,", 1432, id="order by nothing"),
        pytest.param("property=name~a", 1440, id="operator not implemented"),
        pytest.param(f"property=createdAt<={NOW},{NOW}", 1443, id="several values"),
        pytest.param("property=id>=1", 1448, id="operator not for this field"),
        pytest.param("property=connections==x", 1449, id="no such field"),
        pytest.param("property===x", 1449, id="no field"),
        pytest.param("property=name!>x", 1450, id="no such operator"),
        pytest.param("property=name=x", 1450, id="a single equals sign"),
        pytest.param("property=createdAt==soon", 1452, id="no time"),
        pytest.param(f"property=createdAt=={NOW},soon", 1452, id="one is no time"),
        pytest.param("property=createdAt==", 1453, id="no value"),
        pytest.param("property=name", 1453, id="no operator"),
    ],
)
def test_a_question_the_service_does_not_take_is_refused(
    calling: Caller, query: str, code: int
) -> None:
    reply = calling.call("GET", "/connections?" + query.replace("#", quote("#")))
    assert reply.code == f"FLOW-{code}-400"


def test_count_is_a_number_and_no_items(calling: Caller) -> None:
    assert calling.call("GET", "/connections?count=true").json == {"count": 4}
    of_zoho = f"/connections?count=true&property=connectionSpec.id=={ZOHO}"
    assert calling.call("GET", of_zoho).json == {"count": 3}
    assert len(calling.names("count=false&limit=100")) == 4


def test_a_new_connection_may_be_missing_from_lists_for_a_while() -> None:
    calling = caller(listing_lag=5.0)
    made = calling.create()
    assert calling.names() == []
    assert calling.item(made["id"])["name"] == "crm"
    calling.clock.seconds += 5
    assert calling.names() == ["crm"]


def test_specs_say_which_parameters_are_passwords() -> None:
    calling = caller()
    (spec,) = calling.call("GET", f"/connectionSpecs/{ZOHO}").json["items"]
    properties = spec["authSpec"][0]["spec"]["properties"]
    secret = {name for name, one in properties.items() if one.get("format") == "password"}
    assert secret == {"clientSecret", "accessToken", "refreshToken"}
    found = calling.call("GET", "/connectionSpecs?property=name==zoho-crm").json["items"]
    assert [one["id"] for one in found] == [ZOHO]


def test_flows_and_source_connections_are_found_by_what_they_stand_on() -> None:
    calling = caller()
    base = calling.create()["id"]
    plant = calling.origin.stage.plant_other
    plant("sourceConnections", {"id": "s1", "baseConnectionId": base, "sandboxName": "dev"})
    plant("flows", {"id": "f1", "sourceConnectionIds": ["s1"], "sandboxName": "dev"})
    plant("flows", {"id": "f2", "sourceConnectionIds": ["s2"], "sandboxName": "dev"})
    query = f"/sourceConnections?property=baseConnectionId=={base}"
    assert [one["id"] for one in calling.call("GET", query).json["items"]] == ["s1"]
    query = "/flows?property=sourceConnectionIds[]==s1"
    assert [one["id"] for one in calling.call("GET", query).json["items"]] == ["f1"]
    assert calling.call("GET", "/flows/f2").json["items"][0]["id"] == "f2"
    assert calling.call("GET", "/flows/f3").code == "FLOW-1439-404"
    assert calling.call("GET", "/flows?limit=1").json["_links"] != {}


def test_many_pages_show_every_connection_once() -> None:
    calling = caller()
    world = calling.origin.stage.world
    calling.create()
    tenant = world.everything()[0].tenant
    for number in range(300):
        world.plant(body(f"n{number}"), tenant=tenant)
    seen = [name for page in pages(calling, "limit=100") for name in page]
    assert seen == [f"n{number}" for number in range(299, -1, -1)] + ["crm"]
