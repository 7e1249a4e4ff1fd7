"""Each form in which Adobe says no, as it reaches a person: whose words, which code, how long."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.core.scrubber import Scrubber
from reconciler.errors import (
    MovedError,
    NotFoundError,
    ProtocolError,
    RefusedError,
    SilentError,
    UnauthorizedError,
)
from reconciler.flowservice import answers
from reconciler.flowservice.confidences import LIMIT, Confidences
from reconciler.http.transport import Response
from reconciler.simulator.effects import Effect, Reply
from tests.builders import KIND, remote_id
from tests.flowservice.clients import BODY, Desk

TELL = Confidences(Scrubber()).tell


def refusal(
    status: int, said: object, *, request_id: str | None = None, **headers: str
) -> RefusedError | None:
    """Return what an answer of that status and body is understood as."""
    heard = {"content-type": "application/json", **headers}
    if request_id is not None:
        heard["x-request-id"] = request_id
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return answers.refusal(Response(status=status, headers=heard, body=body), tell=TELL)


# --- forms --------------------------------------------------------------------------------------

ENVELOPE: dict[str, Any] = {
    "type": "https://ns.adobe.com/aep/errors/FLOW-1439-404",
    "title": "Resource not found",
    "status": 404,
    "report": {
        "detailed-message": "The requested connections resource x is not found.",
        "id": "x",
        "request-id": "of-the-report",
        "type": "connections",
    },
    "errorMessage": "in older words",
    "errorDetails": "in older words",
}
FORMS = [
    pytest.param(
        404, ENVELOPE, "FLOW-1439-404", "of-the-report",
        "The requested connections resource x is not found.", id="envelope",
    ),
    pytest.param(
        403, {"type": "https://ns.adobe.com/aep/errors/FLOW-2120-403", "title": "Forbidden",
              "status": 403, "report": {"detailed-message": "No.", "request-id": "r"}},
        "FLOW-2120-403", "r", "No.", id="envelope-of-403",
    ),
    pytest.param(
        404, {"errorMessage": "connections not found", "errorDetails": "the same again"},
        None, "of-the-header", "connections not found", id="older",
    ),
    pytest.param(
        412, {"errorMessage": 'Supplied version=["\\"1\\""] does not match', "errorDetails": "x"},
        None, "of-the-header", 'Supplied version=["\\"1\\""] does not match', id="older-412",
    ),
    pytest.param(
        400, {"message": "Please provide a valid spec id"},
        None, "of-the-header", "Please provide a valid spec id", id="message-alone",
    ),
    pytest.param(
        400, {"errorDetails": "only here"},
        None, "of-the-header", "only here", id="details-alone",
    ),
    pytest.param(
        403, {"error_code": "403010", "message": "Oauth token is missing."},
        "403010", "of-the-header", "Oauth token is missing.", id="gateway",
    ),
    pytest.param(
        403, {"error_code": 403025, "message": "Profile is not valid"},
        "403025", "of-the-header", "Profile is not valid", id="gateway-by-number",
    ),
    pytest.param(
        400, {"type": "/placeholder/type/uri", "status": 400, "title": "BadRequestError",
              "detail": "A valid content-type must be specified"},
        None, "of-the-header", "A valid content-type must be specified", id="content-type",
    ),
    pytest.param(
        400, {"error": "invalid_client", "error_description": "invalid client_secret parameter"},
        "invalid_client", "of-the-header", "invalid client_secret parameter", id="oauth",
    ),
    pytest.param(
        422, {"title": "Only a title"}, None, "of-the-header", "Only a title", id="title-alone",
    ),
    pytest.param(
        422, {"type": "x/FLOW-1-422"}, "FLOW-1-422", "of-the-header", "422 Unprocessable",
        id="no-words-at-all",
    ),
    pytest.param(
        400, {"type": "x/CONNECTOR-1401-400", "error_code": "7", "message": "m"},
        "CONNECTOR-1401-400", "of-the-header", "m", id="the-whole-type-wins",
    ),
    pytest.param(
        400, {"error_code": None, "error": None, "message": "m"},
        None, "of-the-header", "m", id="null-is-no-code",
    ),
    pytest.param(
        400, {"error_code": None, "error": "bad", "message": "m"},
        "bad", "of-the-header", "m", id="null-is-not-the-only-code",
    ),
    pytest.param(
        400, {"error_code": {"a": 1}, "message": "m"},
        None, "of-the-header", "m", id="code-that-is-an-object",
    ),
    pytest.param(
        400, {"error_code": "7\n::error::", "message": "m"},
        None, "of-the-header", "m", id="code-that-is-two-lines",
    ),
    pytest.param(
        400, {"report": [], "errorMessage": 7, "message": " ", "title": "t"},
        None, "of-the-header", "t", id="members-of-other-types",
    ),
    pytest.param(
        400, {"report": {"request-id": 7, "detailed-message": None}, "message": "m"},
        None, "of-the-header", "m", id="report-of-other-types",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("status", "said", "code", "request_id", "words"), FORMS)
def test_code_words_and_request_id_come_through(
    status: int, said: object, code: str | None, request_id: str, words: str
) -> None:
    error = refusal(status, said, request_id="of-the-header")
    assert error is not None
    assert (error.status, error.code, error.request_id) == (status, code, request_id)
    title = f"{status} {code}" if code else f"{status}"
    assert error.detail.startswith(f"Flow Service answered {title}: {words}")
    assert error.detail.endswith(f"(request id {request_id})")


def test_an_answer_without_a_request_id_invents_none() -> None:
    error = refusal(400, {"message": "m"})
    assert error is not None
    assert (error.request_id, error.detail) == (None, "Flow Service answered 400: m")


@pytest.mark.parametrize(
    ("header", "said"),
    [("30", "It asks to wait 30 s."), ("soon", ""), ("-1", ""), ("1" * 9, ""), ("٣", "")],
)
def test_a_wait_that_is_asked_for_is_told(header: str, said: str) -> None:
    error = refusal(429, {"error_code": "429050", "message": "m"}, **{"retry-after": header})
    assert error is not None
    assert error.detail == f"Flow Service answered 429 429050: m {said}".strip()


# --- families -----------------------------------------------------------------------------------

FAMILIES = [
    pytest.param(400, {"message": "m"}, RefusedError, id="400"),
    pytest.param(401, {"message": "m"}, UnauthorizedError, id="401"),
    pytest.param(403, {"message": "m"}, RefusedError, id="403"),
    pytest.param(404, ENVELOPE, NotFoundError, id="404"),
    pytest.param(404, {"type": "x/FLOW-2100-404"}, RefusedError, id="404-of-the-sandbox"),
    pytest.param(409, {"message": "m"}, MovedError, id="409"),
    pytest.param(412, {"message": "m"}, MovedError, id="412"),
    pytest.param(500, {"message": "m"}, RefusedError, id="500"),
    pytest.param(400, ENVELOPE, RefusedError, id="the-status-decides-and-not-the-code"),
]


@pytest.mark.parametrize(("status", "said", "family"), FAMILIES)
def test_a_refusal_is_of_the_family_of_its_status(
    status: int, said: object, family: type[RefusedError]
) -> None:
    assert type(refusal(status, said)) is family


NOBODYS_WORDS = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"<html>Forbidden</html>", id="html"),
    pytest.param(b'{"message": "m"', id="cut-off"),
    pytest.param({}, id="an-empty-object"),
    pytest.param({"status": "Forbidden", "id": 7}, id="another-object"),
    pytest.param(["message"], id="a-list"),
    pytest.param("message", id="a-text"),
    pytest.param(None, id="null"),
]


@pytest.mark.parametrize("said", NOBODYS_WORDS)
def test_what_is_in_none_of_adobes_forms_is_no_refusal(said: object) -> None:
    assert refusal(403, said) is None


def test_a_refusal_that_is_not_declared_to_be_json_is_none() -> None:
    assert refusal(403, {"message": "m"}, **{"content-type": "text/plain"}) is None


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/problem+json"])
def test_any_kind_of_json_will_do(kind: str) -> None:
    assert refusal(403, {"message": "m"}, **{"content-type": kind}) is not None


# --- what they must not do to a reader ----------------------------------------------------------

HOSTILE = [
    pytest.param("\x1b[2J\x1b[31m", "\\u{1b}[2J\\u{1b}[31m", id="terminal"),
    pytest.param(
        "a\n::error::b\r##vso[c]",
        "a\\u{a}\\u{3a}:error::b\\u{d}\\u{23}\\u{23}vso[c]",
        id="workflow",
    ),
    pytest.param("\u202egnp.exe", "\\u{202e}gnp.exe", id="right-to-left"),
    pytest.param("a\u200bb\u2028c", "a\\u{200b}b\\u{2028}c", id="invisible"),
    pytest.param("a\x00b\x9bc\x7f", "a\\u{0}b\\u{9b}c\\u{7f}", id="controls"),
]


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_hostile_text_is_made_visible_wherever_it_stands(text: str, shown: str) -> None:
    error = refusal(400, {"report": {"detailed-message": text, "request-id": text}})
    assert error is not None
    assert error.detail == f"Flow Service answered 400: {shown} (request id {shown})"
    assert error.request_id == shown


@pytest.mark.parametrize("text", ["x" * 20_000, "\x1b" * 3_000, "ü" * 10_000])
def test_long_text_is_cut(desk: Desk, text: str) -> None:
    said = {"report": {"detailed-message": text, "request-id": text}, "type": f"x/{text}"}
    desk.service.fault(Reply(status=400, json=said), kind="get")
    with pytest.raises(RefusedError) as caught:
        desk.remote.connection(KIND, remote_id(1))
    assert caught.value.detail.count("…") == 2
    assert len(caught.value.detail) < 2 * LIMIT + 100
    assert LIMIT - 8 < len(caught.value.request_id or "") <= LIMIT


def oversized(status: int) -> Reply:
    return Reply(status=status, json={"message": "x" * (64 << 10)})


@pytest.mark.parametrize(
    "effect",
    [
        pytest.param(Reply(status=400, text="<html>no</html>"), id="html"),
        pytest.param(oversized(400), id="oversized"),
        pytest.param(Reply(status=400, json={}), id="of-no-form"),
    ],
)
def test_a_no_in_nobodys_words_decides_a_read_and_leaves_a_write_in_doubt(
    desk: Desk, effect: Effect
) -> None:
    desk.service.fault(effect, kind="get")
    with pytest.raises(ProtocolError, match="400 Bad Request and without an error that Adobe"):
        desk.remote.connection(KIND, remote_id(1))
    desk.service.fault(effect, kind="create")
    with pytest.raises(SilentError, match="leaves open whether it took effect"):
        desk.remote.create(KIND, BODY)
    assert (len(desk.asked("get")), len(desk.asked("create"))) == (1, 1)


def test_a_status_that_nobody_knows_is_told_by_its_number(desk: Desk) -> None:
    desk.service.fault(Reply(status=599, text="Network connect timeout"), kind="create")
    with pytest.raises(SilentError, match="was answered with 599, which leaves open"):
        desk.remote.create(KIND, BODY)
