"""What an answer decides for each verb: what is certain, what is in doubt, what is sent again."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest

from reconciler.errors import (
    MovedError,
    NotFoundError,
    ProtocolError,
    RefusedError,
    RemoteError,
    SilentError,
    UnreachableError,
)
from reconciler.model.addresses import Etag, RemoteId
from reconciler.model.secrets import Secret
from reconciler.model.uses import Dependant, Use
from reconciler.model.values import thaw
from reconciler.ports import Accepted
from reconciler.simulator.effects import (
    Effect,
    Garbage,
    LateCommit,
    Redirect,
    Reply,
    Reset,
    Scene,
    Status,
    Truncate,
)
from reconciler.simulator.exchanges import Answer
from tests.builders import KIND, SPEC_ID, observation, remote_id
from tests.flowservice.clients import BODY, Desk, item, page, plant, raised

ATTEMPTS = 4
PATCH = [{"op": "add", "path": "/description", "value": "other"}]
ID = remote_id(7)


def created(desk: Desk) -> int:
    """Return how many connections there are."""
    return len(desk.service.connections())


def in_a_minute(seconds: int) -> Effect:
    """Answer 429 with a date of the service's own clock, so many seconds ahead of it."""

    def serve(scene: Scene) -> Answer:
        date = formatdate(scene.world.agenda.now() + seconds, usegmt=True)
        return Status(status=429, retry_after=date)(scene)

    return serve


# --- create -------------------------------------------------------------------------------------

YES = [
    pytest.param({"id": ID, "etag": '"1"'}, 201, '"1"', id="id-and-etag"),
    pytest.param({"id": ID, "etag": '"1"'}, 200, '"1"', id="200"),
    pytest.param({"id": ID}, 201, None, id="no-etag"),
    pytest.param({"id": ID, "etag": None}, 201, None, id="null-etag"),
    pytest.param({"id": ID, "etag": '"1"\r\nX-Evil: 1'}, 201, None, id="etag-with-a-header"),
    pytest.param({"id": ID, "etag": '"ü"'}, 201, None, id="etag-beyond-ascii"),
    pytest.param({"id": ID, "etag": "x" * 257}, 201, None, id="etag-too-long"),
    pytest.param({"id": ID, "etag": "plain", "more": [1]}, 201, "plain", id="other-members"),
]


@pytest.mark.parametrize(("said", "status", "etag"), YES)
def test_a_create_is_done_where_a_usable_id_comes_back(
    desk: Desk, said: dict[str, Any], status: int, etag: str | None
) -> None:
    desk.service.fault(Reply(status=status, json=said), kind="create")
    accepted = desk.remote.create(KIND, BODY)
    assert accepted == Accepted(id=ID, etag=None if etag is None else Etag(etag))


def test_what_is_created_is_what_was_asked_for(desk: Desk) -> None:
    heard = desk.overhear(kind="create")
    accepted = desk.remote.create(KIND, BODY)
    (made,) = desk.service.connections()
    assert (made["id"], made["etag"]) == (accepted.id, accepted.etag)
    assert b'"clientSecret":"canary9b1f-zoho-secret"' in heard[0].body


NOES = [
    pytest.param(Status(status=status), status, id=str(status))
    for status in (400, 403, 404, 405, 413, 415, 422)
]


@pytest.mark.parametrize(("effect", "status"), NOES)
def test_a_create_that_is_refused_was_not_made_and_is_not_repeated(
    desk: Desk, effect: Effect, status: int
) -> None:
    desk.service.fault(effect, kind="create", times=None)
    error = raised(lambda: desk.remote.create(KIND, BODY))
    assert isinstance(error, RefusedError)
    assert (error.status, len(desk.asked("create")), desk.clock.naps) == (status, 1, [])


DOUBTS = [
    *(
        pytest.param(Status(status=status, commit=status % 2 == 0), id=str(status))
        for status in (408, 409, 412, 423, 500, 501, 502, 503, 504, 418)
    ),
    *(
        pytest.param(Status(status=status, form="html", commit=True), id=f"{status}-html")
        for status in (400, 401, 403, 404, 422, 429, 503)
    ),
    pytest.param(Status(status=503, retry_after="1"), id="503-with-a-wait"),
    pytest.param(Status(status=429, form="empty", retry_after="1"), id="429-without-a-word"),
    pytest.param(LateCommit(seconds=30), id="504-and-done-later"),
    pytest.param(Redirect(to="/data/foundation/flowservice/connections"), id="redirect"),
    pytest.param(Reset(), id="reset-before"),
    pytest.param(Reset(commit=True), id="reset-after"),
    pytest.param(Truncate(), id="truncated"),
    pytest.param(Garbage(), id="html-201"),
    pytest.param(Reply(status=201, text="", commit=True), id="no-body"),
    pytest.param(Reply(status=202, json={"id": ID}), id="202"),
    pytest.param(Reply(status=204, text=""), id="204"),
    pytest.param(Reply(status=201, json={"etag": '"1"'}), id="no-id"),
    pytest.param(Reply(status=201, json={"id": 7}), id="id-that-is-a-number"),
    pytest.param(Reply(status=201, json={"id": ""}), id="empty-id"),
    pytest.param(Reply(status=201, json={"id": "../../flows/1"}), id="id-that-is-a-path"),
    pytest.param(Reply(status=201, json={"id": "a\n"}), id="id-and-a-line-break"),
    pytest.param(Reply(status=201, json={"id": "a" * 129}), id="id-too-long"),
    pytest.param(Reply(status=201, json=page(item(7))), id="a-list-of-one"),
    pytest.param(Reply(status=201, json=[{"id": ID}]), id="an-array"),
    pytest.param(Reply(status=201, json=ID), id="a-text"),
    pytest.param(Reply(status=201, json=None), id="null"),
    pytest.param(
        Reply(status=201, text='{"id": "a", "id": "b"}', headers={"Content-Type": "text/json"}),
        id="another-type",
    ),
    pytest.param(
        Reply(
            status=201,
            text='{"id": "a", "id": "b"}',
            headers={"Content-Type": "application/json"},
        ),
        id="two-ids",
    ),
]


@pytest.mark.parametrize("effect", DOUBTS)
def test_a_create_in_doubt_is_told_as_such_and_never_repeated(desk: Desk, effect: Effect) -> None:
    desk.service.fault(effect, kind="create", times=None)
    error = raised(lambda: desk.remote.create(KIND, BODY))
    assert type(error) is SilentError
    assert "POST /data/foundation/flowservice/connections" in error.detail
    assert (len(desk.asked("create")), desk.clock.naps) == (1, [])


def test_a_doubt_tells_what_was_said_nevertheless(desk: Desk) -> None:
    desk.service.fault(Status(status=500), kind="create")
    error = raised(lambda: desk.remote.create(KIND, BODY))
    assert "500 Internal Server Error" in error.detail
    assert "FLOW-1102-500" in error.detail
    assert desk.asked("create")[0].request_id in error.detail


WAITS = [
    pytest.param(Status(status=429, retry_after="7"), 7, id="seconds"),
    pytest.param(Status(status=429, retry_after="60"), 60, id="a-minute"),
    pytest.param(in_a_minute(40), 40, id="date"),
]


@pytest.mark.parametrize(("effect", "seconds"), WAITS)
def test_a_create_that_came_too_early_waits_as_long_as_it_is_told(
    desk: Desk, effect: Effect, seconds: int
) -> None:
    desk.service.fault(effect, kind="create")
    desk.remote.create(KIND, BODY)
    assert (desk.clock.naps, created(desk)) == ([seconds], 1)


SOON = [
    pytest.param(None, id="none"),
    pytest.param("soon", id="words"),
    pytest.param("-5", id="negative"),
    pytest.param("Wed, 21 Oct 2015 07:28:00 GMT", id="a-date-that-is-over"),
    pytest.param("Wed, 99 Foo 99999 99:99:99 GMT", id="no-date"),
    pytest.param("9" * 4000, id="beyond-all-numbers"),
]


@pytest.mark.parametrize("wish", SOON)
def test_a_wait_that_makes_no_sense_is_our_own(desk: Desk, wish: str | None) -> None:
    desk.service.fault(Status(status=429, retry_after=wish), kind="create")
    desk.remote.create(KIND, BODY)
    (nap,) = desk.clock.naps
    assert 0 <= nap <= 0.5


@pytest.mark.parametrize("effect", [Status(status=429, retry_after="61"), in_a_minute(3600)])
def test_who_wants_more_than_a_minute_is_not_waited_for(desk: Desk, effect: Effect) -> None:
    desk.service.fault(effect, kind="create", times=None)
    error = raised(lambda: desk.remote.create(KIND, BODY))
    assert isinstance(error, RefusedError)
    assert "It asks to wait" in error.detail
    assert (len(desk.asked("create")), desk.clock.naps) == (1, [])


def test_a_create_gives_up_after_four_times_too_early(desk: Desk) -> None:
    desk.service.fault(Status(status=429), kind="create", times=None)
    error = raised(lambda: desk.remote.create(KIND, BODY))
    assert isinstance(error, RefusedError)
    assert (error.code, len(desk.asked("create"))) == ("429050", ATTEMPTS)


def test_a_create_does_not_leave_once_its_time_is_over(desk: Desk) -> None:
    past = desk.clock.now - 0.1
    error = raised(lambda: desk.remote.create(KIND, BODY, leave_by=past))
    assert isinstance(error, UnreachableError)
    assert desk.asked("create") == []


def test_a_create_is_not_repeated_once_its_time_is_over(desk: Desk) -> None:
    desk.service.fault(Status(status=429, retry_after="7"), kind="create", times=None)
    leave_by = desk.clock.now + 10
    error = raised(lambda: desk.remote.create(KIND, BODY, leave_by=leave_by))
    assert isinstance(error, RefusedError)
    assert (len(desk.asked("create")), desk.clock.naps) == (2, [7])


def test_a_create_does_not_leave_where_its_token_took_too_long(desk: Desk) -> None:
    desk.service.fault(Status(status=503, retry_after="11"), kind="token")
    leave_by = desk.clock.now + 10
    error = raised(lambda: desk.remote.create(KIND, BODY, leave_by=leave_by))
    assert isinstance(error, UnreachableError)
    assert desk.asked("create") == []


# --- get ----------------------------------------------------------------------------------------


def test_one_is_shown_as_it_is_and_without_what_is_written_only(desk: Desk) -> None:
    desk.service.switch(secrets_on_read="clear")
    made = desk.remote.create(KIND, BODY)
    seen = desk.remote.connection(KIND, made.id)
    assert seen is not None
    assert (seen.id, seen.etag, seen.spec["name"]) == (made.id, made.etag, "CRM")
    assert "zoho-access" in repr(seen.spec), "the service shows them, and this one is not a secret"
    assert "zoho-secret" not in repr(seen.spec)


SPEC = {"id": SPEC_ID, "version": "1.0"}
ODD: list[Any] = [
    pytest.param({"auth": "canary"}, {"connectionSpec": SPEC}, id="auth-is-text"),
    pytest.param(
        {"auth": {"params": ["canary"]}},
        {"connectionSpec": SPEC, "auth": {}},
        id="params-are-a-list",
    ),
    pytest.param({"connectionSpec": None}, {}, id="no-connection-spec"),
    pytest.param({"connectionSpec": {"id": 7}}, {}, id="no-text-for-an-id"),
]


@pytest.mark.parametrize(("members", "rest"), ODD)
def test_what_stands_in_the_way_of_a_secret_is_left_out_with_it(
    desk: Desk, members: dict[str, Any], rest: dict[str, Any]
) -> None:
    desk.service.fault(Reply(json=page(item(7, **members))), kind="get")
    seen = desk.remote.connection(KIND, ID)
    assert seen is not None
    assert thaw(seen.spec) == {"name": "CRM 7", **rest}


ABSENT = [
    pytest.param(Status(status=404), id="404"),
    pytest.param(Reply(status=404, json={"errorMessage": "not found"}), id="404-of-older-form"),
    pytest.param(Reply(json=page(item(7, state="delete-finalizing"))), id="being-deleted"),
]


@pytest.mark.parametrize("effect", ABSENT)
def test_one_that_is_not_there_is_none(desk: Desk, effect: Effect) -> None:
    desk.service.fault(effect, kind="get")
    assert desk.remote.connection(KIND, ID) is None


UNUSABLE: list[Any] = [
    pytest.param(Reply(json=page(item(8))), "asked for", 1, id="another-one"),
    pytest.param(Reply(json=page(item(7), item(8))), "several objects", 1, id="two"),
    pytest.param(Reply(json=page()), "showed nothing", 1, id="none"),
    pytest.param(Reply(json=item(7)), "without proper items", 1, id="bare"),
    pytest.param(Reply(json=page(7)), "without proper items", 1, id="a-number"),
    pytest.param(Reply(json=None), "without proper items", 1, id="null"),
    pytest.param(Status(status=404, form="html"), "404 Not Found and without", 1, id="404-html"),
    pytest.param(Status(status=403, form="empty"), "403 Forbidden and without", 1, id="403-empty"),
    pytest.param(Status(status=502, form="html"), "502 Bad Gateway and", ATTEMPTS, id="502-html"),
    pytest.param(Reply(text="{}"), "not declared to be JSON", ATTEMPTS, id="no-json"),
]


@pytest.mark.parametrize(("effect", "said", "times"), UNUSABLE)
def test_one_that_is_shown_otherwise_is_an_error_and_not_taken_for_gone(
    desk: Desk, effect: Effect, said: str, times: int
) -> None:
    desk.service.fault(effect, kind="get", times=None)
    error = raised(lambda: desk.remote.connection(KIND, ID))
    assert type(error) is ProtocolError
    assert said in error.detail
    assert len(desk.asked("get")) == times


def test_a_sandbox_that_is_not_there_says_nothing_of_what_is_in_it(desk: Desk) -> None:
    desk.service.fault(Status(status=404, code=2100), kind="get")
    desk.service.fault(Status(status=404, code=2100), kind="delete")
    for call in (desk.remote.connection, desk.remote.delete):
        with pytest.raises(RefusedError, match="404 FLOW-2100-404") as caught:
            call(KIND, ID)
        assert not isinstance(caught.value, NotFoundError)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_read_is_repeated_where_that_may_help(desk: Desk, status: int) -> None:
    known = plant(desk)
    desk.service.fault(Status(status=status), kind="get", times=ATTEMPTS - 1)
    assert desk.remote.connection(KIND, known) is not None
    assert len(desk.asked("get")) == ATTEMPTS
    assert [nap <= 0.5 * 2**number for number, nap in enumerate(desk.clock.naps)] == [True] * 3


@pytest.mark.parametrize("status", [400, 403, 409, 415, 422, 501])
def test_a_read_is_not_repeated_where_it_will_not_help(desk: Desk, status: int) -> None:
    desk.service.fault(Status(status=status), kind="get", times=None)
    error = raised(lambda: desk.remote.connection(KIND, ID))
    assert isinstance(error, RefusedError)
    assert (error.status, len(desk.asked("get"))) == (status, 1)


HOSTILE_IDS = ["", "../flows/1", "a/b", "a?b", "a#b", "a%2Fb", "a\n", "a b", "ü", "a" * 129]


@pytest.mark.parametrize("hostile", HOSTILE_IDS)
def test_an_id_that_is_none_goes_into_no_url(desk: Desk, hostile: str) -> None:
    known = RemoteId(hostile)
    seen = observation(1, id=known)
    calls: list[Callable[[], object]] = [
        lambda: desk.remote.connection(KIND, known),
        lambda: desk.remote.update(KIND, seen, PATCH),
        lambda: desk.remote.delete(KIND, known),
    ]
    for call in calls:
        assert isinstance(raised(call), ProtocolError)
    assert desk.service.log == ()


# --- patch --------------------------------------------------------------------------------------

ETAGS = ['"1400dd53-0000-0200-0000-5f3f23450000"', "2484f2df-c057-4ab5", 'W/"1"', '""', "*", '"\\"']


@pytest.mark.parametrize("etag", ETAGS)
def test_an_etag_goes_back_exactly_as_it_was_observed(desk: Desk, etag: str) -> None:
    desk.service.fault(Reply(json=page(item(7, etag=etag))), kind="get")
    heard = desk.overhear(Reply(json={"id": ID, "etag": '"2"'}), kind="patch")
    seen = desk.remote.connection(KIND, ID)
    assert seen is not None
    assert desk.remote.update(KIND, seen, PATCH) == Accepted(id=ID, etag=Etag('"2"'))
    (request,) = heard
    assert request.headers["if-match"] == etag
    assert request.body == b'[{"op":"add","path":"/description","value":"other"}]'


@pytest.mark.parametrize("etag", [None, "", 7, '"1"\r\nX-Evil: 1', "with space", "x" * 257])
def test_without_a_usable_etag_nothing_is_patched(desk: Desk, etag: object) -> None:
    desk.service.fault(Reply(json=page(item(7, etag=etag))), kind="get")
    seen = desk.remote.connection(KIND, ID)
    assert seen is not None
    assert isinstance(raised(lambda: desk.remote.update(KIND, seen, PATCH)), ProtocolError)
    assert desk.asked("patch") == []


PATCH_NOES = [
    *(
        pytest.param(Status(status=status), RefusedError, id=str(status))
        for status in (400, 403, 405, 413, 415, 422)
    ),
    pytest.param(Status(status=404), NotFoundError, id="404"),
    pytest.param(Status(status=409), MovedError, id="409"),
    pytest.param(Status(status=412), MovedError, id="412"),
    pytest.param(
        Reply(status=412, json={"errorMessage": "Supplied version does not match"}),
        MovedError,
        id="412-of-older-form",
    ),
    pytest.param(Status(status=400, code=1445), RefusedError, id="not-enabled"),
]


@pytest.mark.parametrize(("effect", "family"), PATCH_NOES)
def test_a_patch_that_is_refused_is_not_repeated(
    desk: Desk, effect: Effect, family: type[RefusedError]
) -> None:
    desk.service.fault(effect, kind="patch", times=None)
    patch = [{"op": "replace", "path": "/auth/params", "value": {"a": Secret("canary9b1f")}}]
    assert type(raised(lambda: desk.remote.update(KIND, observation(7), patch))) is family
    assert (len(desk.asked("patch")), desk.clock.naps) == (1, [])


def test_an_etag_that_has_moved_overwrites_nothing(desk: Desk) -> None:
    known = plant(desk)
    seen = desk.remote.connection(KIND, known)
    assert seen is not None
    desk.service.edit(known, description="theirs")
    assert isinstance(raised(lambda: desk.remote.update(KIND, seen, PATCH)), MovedError)
    assert desk.service.connections()[0]["description"] == "theirs"


PASSING = [
    pytest.param(Reset(), id="reset"),
    pytest.param(Status(status=429, retry_after="1"), id="429"),
    *(pytest.param(Status(status=status), id=str(status)) for status in (408, 500, 502, 503, 504)),
]


@pytest.mark.parametrize("effect", PASSING)
def test_a_patch_that_had_no_effect_is_sent_again_unchanged(desk: Desk, effect: Effect) -> None:
    known = plant(desk)
    seen = desk.remote.connection(KIND, known)
    assert seen is not None
    desk.service.fault(effect, kind="patch")
    desk.remote.update(KIND, seen, PATCH)
    assert [entry.body for entry in desk.asked("patch")] == [("add /description",)] * 2
    assert desk.service.connections()[0]["description"] == "other"


@pytest.mark.parametrize("effect", [Reset(commit=True), Status(status=503, commit=True)])
def test_a_patch_that_took_effect_unheard_is_in_doubt_and_not_refused(
    desk: Desk, effect: Effect
) -> None:
    known = plant(desk)
    seen = desk.remote.connection(KIND, known)
    assert seen is not None
    desk.service.fault(effect, kind="patch")
    error = raised(lambda: desk.remote.update(KIND, seen, PATCH))
    assert type(error) is SilentError
    assert "412 FLOW-1404-412" in error.detail
    assert "The first one may have taken effect." in error.detail


PATCH_DOUBTS: list[Any] = [
    pytest.param(Status(status=500), ATTEMPTS, id="500"),
    pytest.param(Reset(), ATTEMPTS, id="reset"),
    pytest.param(Status(status=423), 1, id="423"),
    pytest.param(Status(status=412, form="html"), 1, id="412-html"),
    pytest.param(Reply(status=200, json={"id": remote_id(8), "etag": '"2"'}), 1, id="another"),
    pytest.param(Reply(status=200, json={"id": None}), 1, id="null-id"),
    pytest.param(Reply(status=200, json=[]), 1, id="an-array"),
    pytest.param(Reply(status=204, text=""), 1, id="204"),
    pytest.param(Reply(status=200, text="ok"), 1, id="text"),
    pytest.param(Redirect(to="/"), 1, id="redirect"),
]


@pytest.mark.parametrize(("effect", "times"), PATCH_DOUBTS)
def test_a_patch_without_a_usable_answer_is_in_doubt(
    desk: Desk, effect: Effect, times: int
) -> None:
    desk.service.fault(effect, kind="patch", times=None)
    error = raised(lambda: desk.remote.update(KIND, observation(7), PATCH))
    assert type(error) is SilentError
    assert len(desk.asked("patch")) == times


@pytest.mark.parametrize(("said", "etag"), [({}, None), ({"etag": '"2"'}, '"2"')])
def test_a_patch_need_not_be_told_which_one_it_changed(
    desk: Desk, said: dict[str, str], etag: str | None
) -> None:
    desk.service.fault(Reply(json=said), kind="patch")
    accepted = desk.remote.update(KIND, observation(7), PATCH)
    assert (accepted.id, accepted.etag) == (ID, etag)


# --- delete -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [202, 204])
def test_a_deletion_is_done_however_it_is_accepted(desk: Desk, status: int) -> None:
    desk.service.switch(delete_status=status)
    desk.remote.delete(KIND, plant(desk))
    assert created(desk) == 0
    assert len(desk.asked("get")) == (1 if status == 202 else 0)


def test_a_deletion_that_goes_on_for_a_while_is_not_waited_for(desk: Desk) -> None:
    desk.service.switch(delete_status=202, delete_seconds=3600)
    desk.remote.delete(KIND, plant(desk))
    assert desk.clock.naps == [0.0]


def test_a_deletion_that_is_accepted_and_does_not_happen_is_in_doubt(desk: Desk) -> None:
    known = plant(desk)
    desk.service.fault(Reply(status=202, text=""), kind="delete")
    error = raised(lambda: desk.remote.delete(KIND, known))
    assert type(error) is SilentError
    assert "still showed it at last look" in error.detail
    assert len(desk.asked("delete")) == 1
    assert sum(desk.clock.naps) == 30.5


def test_told_to_stop_nobody_waits_for_a_deletion_to_be_seen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = plant(desk)
    desk.service.fault(Reply(status=202, text=""), kind="delete")
    monkeypatch.setattr(desk.clock, "sleep", lambda _: False)
    error = raised(lambda: desk.remote.delete(KIND, known))
    assert type(error) is SilentError
    assert desk.asked("get") == []


def test_a_deletion_that_cannot_be_looked_after_is_in_doubt(desk: Desk) -> None:
    known = plant(desk)
    desk.service.switch(delete_status=202)
    desk.service.fault(Status(status=403), kind="get")
    error = raised(lambda: desk.remote.delete(KIND, known))
    assert type(error) is SilentError
    assert "403 FLOW-2120-403" in error.detail


def test_what_is_gone_already_counts_as_deleted(desk: Desk) -> None:
    desk.remote.delete(KIND, ID)
    assert [entry.status for entry in desk.asked("delete")] == [404]


@pytest.mark.parametrize("effect", [Reset(commit=True), Status(status=503, commit=True), Reset()])
def test_a_deletion_without_an_answer_is_sent_again(desk: Desk, effect: Effect) -> None:
    known = plant(desk)
    desk.service.fault(effect, kind="delete")
    desk.remote.delete(KIND, known)
    assert (created(desk), len(desk.asked("delete"))) == (0, 2)


def test_what_flows_use_is_refused_by_name_of_the_rule(desk: Desk) -> None:
    known = plant(desk)
    source = desk.service.plant_other("sourceConnections", baseConnectionId=known)
    flow = desk.service.plant_other("flows", sourceConnectionIds=[source])
    error = raised(lambda: desk.remote.delete(KIND, known))
    assert isinstance(error, RefusedError)
    assert (error.code, len(desk.asked("delete")), created(desk)) == ("FLOW-1418-400", 1, 1)
    assert [each.id for each in desk.remote.uses([known])[known].flows] == [flow]


DELETE_NOES: list[Any] = [
    pytest.param(Status(status=403), RefusedError, 1, id="403"),
    pytest.param(Status(status=409), MovedError, 1, id="409"),
    pytest.param(Status(status=412), MovedError, 1, id="412"),
    pytest.param(Status(status=429, retry_after="600"), RefusedError, 1, id="429-for-too-long"),
    pytest.param(Status(status=500), SilentError, ATTEMPTS, id="500"),
    pytest.param(Status(status=404, form="html"), SilentError, 1, id="404-html"),
    pytest.param(Redirect(to="/"), SilentError, 1, id="redirect"),
]


@pytest.mark.parametrize(("effect", "family", "times"), DELETE_NOES)
def test_a_deletion_that_is_not_done_is_not_told_as_done(
    desk: Desk, effect: Effect, family: type[RemoteError], times: int
) -> None:
    known = plant(desk)
    desk.service.fault(effect, kind="delete", times=None)
    assert type(raised(lambda: desk.remote.delete(KIND, known))) is family
    assert (len(desk.asked("delete")), created(desk)) == (times, 1)


# --- specs and flows ----------------------------------------------------------------------------

OFFERS: list[Any] = [
    pytest.param(Reply(json={"items": [{"id": SPEC_ID}]}), True, id="a-list-of-one"),
    pytest.param(Reply(json={"id": SPEC_ID}), True, id="bare"),
    pytest.param(Reply(json={"items": []}), False, id="an-empty-list"),
    pytest.param(Reply(json={"items": [{"id": "other"}]}), False, id="another-one"),
    pytest.param(Reply(json={}), False, id="an-empty-object"),
    pytest.param(Status(status=404), False, id="404"),
    pytest.param(Status(status=400, code=1413), False, id="unknown"),
]


@pytest.mark.parametrize(("effect", "offered"), OFFERS)
def test_a_spec_is_offered_where_it_is_shown(desk: Desk, effect: Effect, *, offered: bool) -> None:
    desk.service.fault(effect, kind="spec")
    assert desk.remote.offers(SPEC_ID) is offered


@pytest.mark.parametrize("effect", [Status(status=403), Status(status=400), Reply(json=[])])
def test_whether_a_spec_is_offered_is_not_guessed(desk: Desk, effect: Effect) -> None:
    desk.service.fault(effect, kind="spec", times=None)
    raised(lambda: desk.remote.offers(SPEC_ID))


def test_what_is_no_id_is_no_spec_that_anybody_offers(desk: Desk) -> None:
    assert not desk.remote.offers("../connections")
    assert desk.asked("spec") == []


def test_where_no_source_reads_through_a_connection_no_flow_does(desk: Desk) -> None:
    assert desk.remote.uses([ID]) == {ID: Use()}
    assert desk.asked("flows") == []


def test_what_uses_a_hundred_connections_is_read_in_one_pass(desk: Desk) -> None:
    known = [plant(desk, name=f"CRM {number}") for number in range(100)]
    based = [
        desk.service.plant_other("sourceConnections", name="s", baseConnectionId=each)
        for each in known[:90]
    ]
    flow = desk.service.plant_other("flows", name="f", sourceConnectionIds=based[:2])
    uses = desk.remote.uses(known)
    assert {each: len(use.sources) for each, use in uses.items()} == {
        each: int(each in known[:90]) for each in known
    }
    assert [each for each, use in uses.items() if use.flows] == known[:2]
    assert uses[known[0]].flows == (Dependant(RemoteId(flow), "f"),)
    assert len(desk.asked("sourceConnections")) + len(desk.asked("flows")) == 6


def test_dependants_count_by_what_they_say_of_themselves(desk: Desk) -> None:
    """The filter is the service's own affair: what it lets through may be anything."""
    sources = [
        {"id": "a", "name": 7, "baseConnectionId": ID},
        {"id": "b", "baseConnectionId": "another"},
        {"id": "../x", "baseConnectionId": ID},
        {"id": 7, "baseConnectionId": ID},
        {"id": "c", "baseConnectionId": [ID]},
        {},
    ]
    flows = [
        {"id": "f", "sourceConnectionIds": ["a"]},
        {"id": "g", "sourceConnectionIds": ["b", ["a"], None]},
        {"id": "h", "sourceConnectionIds": "a"},
        {"id": "i"},
    ]
    desk.service.fault(Reply(json={"items": sources}), kind="sourceConnections")
    heard = desk.overhear(Reply(json={"items": flows}), kind="flows")
    use = Use(sources=(Dependant(RemoteId("a"), "7"),), flows=(Dependant(RemoteId("f"), ""),))
    assert desk.remote.uses([ID]) == {ID: use}
    assert dict(heard[0].query)["property"] == "sourceConnectionIds[]==a"


@pytest.mark.parametrize("reply", [Reply(json=[]), Reply(json={}), Reply(json={"items": [7]})])
def test_what_is_no_list_of_dependants_is_not_taken_for_none(desk: Desk, reply: Reply) -> None:
    desk.service.fault(reply, kind="sourceConnections", times=None)
    assert isinstance(raised(lambda: desk.remote.uses([ID])), ProtocolError)
