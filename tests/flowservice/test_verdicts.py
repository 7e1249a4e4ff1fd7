"""Every status there is, in Adobe's form and in nobody's: a yes, a definite no, or no answer."""

from __future__ import annotations

import json

import pytest

from reconciler.core.scrubber import Scrubber
from reconciler.errors import ProtocolError, RefusedError, RemoteError, SilentError
from reconciler.flowservice import verdicts
from reconciler.flowservice.confidences import Confidences
from reconciler.flowservice.retries import TransientError
from reconciler.http.transport import Request, Response

TELL = Confidences(Scrubber()).tell
NOTHING_DONE = {400, 401, 403, 404, 405, 413, 415, 422, 429}
PASSING = {408, 429, 500, 502, 503, 504}
ERROR = json.dumps({"type": "/x/FLOW-1100-400", "title": "No", "status": 0, "report": {}}).encode()
FORMS = {
    "adobe": ("application/json", ERROR),
    "json": ("application/json", b'{"id": "x"}'),
    "list": ("application/json", b"[]"),
    "cut": ("application/json", ERROR[:-5]),
    "not-said-to-be-json": ("text/html", ERROR),
    "html": ("text/html", b"<h1>Sign in</h1>"),
    "empty": ("", b""),
}


def request(method: str) -> Request:
    return Request(method=method, url="https://example.com/x", headers={})


def response(status: int, form: str) -> Response:
    media_type, body = FORMS[form]
    return Response(status=status, headers={"content-type": media_type}, body=body)


def judged(method: str, status: int, form: str) -> tuple[RemoteError | None, bool]:
    """Return what an answer is taken for, ``None`` for a yes, and whether it is asked again."""
    try:
        verdicts.require_yes(request(method), response(status, form), tell=TELL)
    except TransientError as failure:
        return failure.cause, True
    except RemoteError as error:
        return error, False
    return None, False


@pytest.mark.parametrize("form", FORMS)
def test_of_a_create_only_a_no_in_adobes_form_at_a_status_that_does_nothing_is_a_no(
    form: str,
) -> None:
    for status in range(100, 600):
        error, again = judged("POST", status, form)
        if 200 <= status < 300:
            expected: type[RemoteError] | None = None
        elif form == "adobe" and status in NOTHING_DONE:
            expected = RefusedError
        else:
            expected = SilentError
        assert (error is None) if expected is None else isinstance(error, expected), status
        assert again is (form == "adobe" and status == 429), status


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("form", FORMS)
def test_of_other_writes_a_conflict_is_a_no_as_well_and_what_passes_is_sent_again(
    form: str, method: str
) -> None:
    for status in range(100, 600):
        error, again = judged(method, status, form)
        if 200 <= status < 300:
            assert error is None, status
            continue
        definite = form == "adobe" and status in NOTHING_DONE | {409, 412}
        assert isinstance(error, RefusedError if definite else SilentError), status
        assert again is (status in PASSING), status


@pytest.mark.parametrize("form", FORMS)
def test_a_read_is_refused_in_adobes_form_alone_and_asked_again_where_that_may_help(
    form: str,
) -> None:
    for status in range(100, 600):
        error, again = judged("GET", status, form)
        if 200 <= status < 300:
            assert error is None, status
            continue
        assert isinstance(error, RefusedError if form == "adobe" else ProtocolError), status
        assert again is (status in PASSING), status


CREATED = frozenset({200, 201})
YESES = [
    *[pytest.param(201, form, id=form) for form in FORMS if form not in ("adobe", "json")],
    *[pytest.param(status, "json", id=str(status)) for status in (202, 203, 204, 206, 207, 299)],
]


@pytest.mark.parametrize(("status", "form"), YESES)
def test_a_yes_that_is_no_created_object_leaves_a_create_in_doubt(status: int, form: str) -> None:
    with pytest.raises(SilentError):
        verdicts.said(request("POST"), response(status, form), good=CREATED)


def test_a_created_object_is_what_it_says() -> None:
    assert verdicts.said(request("POST"), response(201, "json"), good=CREATED) == {"id": "x"}
