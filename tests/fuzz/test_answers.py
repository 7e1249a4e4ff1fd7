"""Whatever a service answers, a call returns a result or raises a typed error, soon."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.app.threads import SystemThreads
from reconciler.errors import RemoteError
from reconciler.flowservice.client import FlowService
from reconciler.http.transport import Request, Response
from tests.builders import KIND, SPEC_ID, observation, remote_id
from tests.flowservice.clients import BODY, Canned, Clock, item, page, settings
from tests.fuzz.examples import bounded, broken, in_time, spelled, spoiled

ID = remote_id(1)
PATCH = [{"op": "remove", "path": "/description"}]
FULL = item(
    1,
    description="d",
    auth={"specName": "Basic Authentication", "params": {"endpoint": "e", "clientSecret": "s"}},
    createdAt=1_795_494_660_000,
    createdClient="c",
    updatedBy="u",
    version='"1"',
)
LIST = page(FULL, item(2), following={"href": "/connections?continuationToken=t"})
REFUSAL = {
    "type": "https://ns.adobe.com/aep/errors/FLOW-1418-400",
    "title": "t",
    "status": 400,
    "detail": "d",
    "error_code": "401013",
    "report": {"detailed-message": "m", "request-id": "r"},
}
TOKEN = {"access_token": "abc", "expires_in": 86_399, "token_type": "bearer"}

CALLS: tuple[Callable[[FlowService], object], ...] = (
    lambda remote: remote.connections(KIND, SPEC_ID),
    lambda remote: remote.connection(KIND, ID),
    lambda remote: remote.create(KIND, BODY),
    lambda remote: remote.update(KIND, observation(1), PATCH),
    lambda remote: remote.delete(KIND, ID),
    lambda remote: remote.uses([ID]),
    lambda remote: remote.offers(SPEC_ID),
    lambda remote: remote.connection_spec(SPEC_ID),
    lambda remote: remote.connection_specs(),
)
STATUSES = (200, 200, 200, 201, 204, 202, 100, 301, 400, 401, 404, 409, 412, 429, 500, 503, 799)
VALUES = (
    *("application/json", "application/json", "application/json; charset=x", "text/html", ""),
    *("gzip", "0", "7", "60", "9" * 400, "-1", "1e9", "²", "Tue, 24 Nov 2026 04:31:00 GMT"),
    *("Mon, 99 Foo 99999 99:99:99 +9999", "Mon, 01 Jan 0001 00:00:00 +2359", "a" * 64, "\x85"),
)
HEADERS = st.fixed_dictionaries(
    {"content-type": st.sampled_from(VALUES[:3])},
    optional={name: st.sampled_from(VALUES) for name in ("date", "retry-after", "x-request-id")},
)
BODIES = (
    st.sampled_from((FULL, LIST, LIST, page(FULL), REFUSAL, TOKEN))
    .flatmap(spoiled)
    .map(spelled)
    .flatmap(broken)
) | st.binary(max_size=200)
RESPONSES = st.builds(
    Response, status=st.sampled_from(STATUSES), headers=HEADERS, body=BODIES | st.none()
)


def served(answers: list[Response], *, issued: bool) -> FlowService:
    """Return a client that gets these answers one after the other, and the last from then on."""

    def answer(request: Request) -> Response:
        del request
        return answers.pop(0) if len(answers) > 1 else answers[0]

    to = settings("https://platform.adobe.io", given=not issued)
    return FlowService.connect(to, clock=Clock(), threads=SystemThreads(), transport=Canned(answer))


def good(document: Any) -> Response:
    headers = {"content-type": "application/json"}
    return Response(status=200, headers=headers, body=json.dumps(document).encode())


@bounded
@given(st.sampled_from(CALLS), st.lists(RESPONSES, min_size=1, max_size=3), st.booleans())
@example(CALLS[0], [good(page(following={"href": "?" + "a&" * 200_000}))], False)
@example(CALLS[0], [good({"items": [FULL] * 2_000})], False)
@example(CALLS[5], [good({"items": [{"id": f"id-{n}"} for n in range(20_000)]})], False)
def test_a_call_ends_in_a_result_or_in_a_typed_error(
    call: Callable[[FlowService], object], answers: list[Response], issued: bool
) -> None:
    remote = served([*answers], issued=issued)
    with in_time(), suppress(RemoteError):
        call(remote)


@bounded
@given(RESPONSES)
def test_a_token_is_issued_or_refused_in_a_typed_error(answer: Response) -> None:
    with in_time(), suppress(RemoteError):
        served([answer, good(page())], issued=True).connections(KIND, SPEC_ID)
