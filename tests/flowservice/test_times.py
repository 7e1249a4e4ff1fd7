"""The service's time is told by its own dates, and by nobody until the first of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.flowservice.times import ServiceTime, http_date, retry_after
from reconciler.http.transport import Response
from tests.builders import KIND, SPEC_ID
from tests.flowservice.clients import Clock, Desk

NOON = 1_445_428_800
"""Wed, 21 Oct 2015 12:00:00 GMT."""


def response(**headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=200, headers=named, body=b"")


DATES = [
    pytest.param("Wed, 21 Oct 2015 12:00:00 GMT", NOON, id="http"),
    pytest.param("Wednesday, 21-Oct-15 12:00:00 GMT", NOON, id="rfc-850"),
    pytest.param("Wed Oct 21 12:00:00 2015", NOON, id="asctime"),
    pytest.param("Wed, 21 Oct 2015 14:00:00 +0200", NOON, id="another-zone"),
    pytest.param("Wed, 21 Oct 2015 12:00:00", NOON, id="no-zone-is-utc"),
    pytest.param("21 Oct 2015", None, id="no-time"),
    pytest.param("Wed, 32 Oct 2015 12:00:00 GMT", None, id="no-such-day"),
    pytest.param("Wed, 21 Oct 99999 12:00:00 GMT", None, id="no-such-year"),
    pytest.param("Wed, 21 Oct 2015 12:00:00 +9999", None, id="no-such-zone"),
    pytest.param("Wed, 21 Oct 2015 12:00:00 GMT" + " " * 64, None, id="too-long"),
    pytest.param("now", None, id="words"),
    pytest.param("", None, id="empty"),
    pytest.param(None, None, id="missing"),
]


@pytest.mark.parametrize(("text", "seconds"), DATES)
def test_a_date_is_read_or_is_none(text: str | None, seconds: int | None) -> None:
    assert http_date(text) == seconds


WAITS = [
    pytest.param("0", 0, id="none"),
    pytest.param("120", 120, id="seconds"),
    pytest.param("Wed, 21 Oct 2015 12:00:30 GMT", 30, id="date"),
    pytest.param("Wed, 21 Oct 2015 12:00:00 GMT", 0, id="now"),
    pytest.param("Wed, 21 Oct 2015 11:59:59 GMT", None, id="over"),
    pytest.param("1.5", None, id="fraction"),
    pytest.param("+5", None, id="signed"),
    pytest.param("12345678", None, id="beyond-all-patience"),
    pytest.param("²", None, id="a-digit-of-another-kind"),
]


@pytest.mark.parametrize(("text", "seconds"), WAITS)
def test_a_wait_counts_from_the_services_own_date(text: str, seconds: int | None) -> None:
    date = "Wed, 21 Oct 2015 12:00:00 GMT"
    assert retry_after(response(retry_after=text, date=date)) == seconds


def test_a_date_to_wait_for_means_nothing_without_one_to_count_from() -> None:
    assert retry_after(response(retry_after="Wed, 21 Oct 2015 12:00:30 GMT")) is None


def test_time_is_ours_until_the_service_tells_its_own_and_goes_on_from_there() -> None:
    clock = Clock()
    time = ServiceTime(clock=clock)
    assert time.now() is None
    time.hear(response(date="Wed, 21 Oct 2015 12:00:00 GMT"))
    clock.now += 2.9
    assert time.now() == NOON + 2
    time.hear(response(date="nonsense"))
    time.hear(response())
    clock.now += 0.2
    assert time.now() == NOON + 3


def dated(clock: Clock, text: str, *, took: float = 0.0) -> Response:
    return replace(response(date=text), asked=clock.now - took)


def test_a_slow_answer_tells_less_and_denies_nothing() -> None:
    clock = Clock()
    time = ServiceTime(clock=clock)
    time.hear(dated(clock, "Wed, 21 Oct 2015 12:00:00 GMT"))
    clock.now += 60
    time.hear(dated(clock, "Wed, 21 Oct 2015 12:00:01 GMT", took=59))
    assert (time.now(), time.surely()) == (NOON + 60, NOON + 61)


def test_a_time_that_is_known_only_roughly_is_not_sure() -> None:
    clock = Clock()
    time = ServiceTime(clock=clock)
    for _ in range(2):
        time.hear(dated(clock, "Wed, 21 Oct 2015 12:00:00 GMT", took=20))
    assert (time.now(), time.surely()) == (NOON, None)
    time.hear(dated(clock, "Wed, 21 Oct 2015 12:00:19 GMT"))
    assert (time.now(), time.surely()) == (NOON + 19, NOON + 20)


@pytest.mark.parametrize("wrong", ["Wed, 01 Jan 2020", "Tue, 20 Oct 2015"])
def test_dates_that_cannot_all_be_true_tell_nothing_any_more(wrong: str) -> None:
    clock = Clock()
    time = ServiceTime(clock=clock)
    time.hear(dated(clock, "Wed, 21 Oct 2015 12:00:00 GMT"))
    assert (time.now(), time.surely()) == (NOON, None)
    time.hear(dated(clock, f"{wrong} 12:00:00 GMT"))
    time.hear(dated(clock, "Wed, 21 Oct 2015 12:00:00 GMT"))
    assert (time.now(), time.surely()) == (None, None)


@pytest.mark.parametrize("offset", [-7200.0, 7200.0])
def test_the_time_of_the_last_answer_is_the_time(desk: Desk, offset: float) -> None:
    desk.service.switch(clock_offset=offset)
    desk.remote.connections(KIND, SPEC_ID)
    (answered,) = desk.asked("list")
    assert desk.remote.now() == int(answered.at)
