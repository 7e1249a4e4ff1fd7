"""What an answer means: a document, a refusal in Adobe's words, or nothing usable.

The forms of refusals are those of Adobe's public pages: the current Flow Service envelope
(AdobeDocs/experience-platform.en, help/sources/tutorials/api/labels.md), its older form
(AdobeDocs/experience-platform-apis, destinations.yaml), and the gateway's
(help/landing/troubleshooting.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from reconciler.errors import (
    MovedError,
    NotFoundError,
    ProtocolError,
    RefusedError,
    UnauthorizedError,
)
from reconciler.flowservice import bodies
from reconciler.flowservice.times import retry_after
from reconciler.http.transport import Response

Tell: TypeAlias = Callable[[str], str]
"""Makes a stranger's text fit to be shown: without our secrets, without tricks, and short."""

NO_SANDBOX: Final = "FLOW-2100-404"
"""404, but of the sandbox: it says nothing about any object."""

_AS_IT_IS: Final = "identity"
_JSON = re.compile(r"application/(?:[a-z0-9.+-]+\+)?json", re.IGNORECASE)
_TYPE = re.compile(r"/([A-Z]{1,32}-\d{1,8}-\d{3})$")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")

_SAYS: Final = (
    "errorMessage", "detail", "message", "error_description", "errorDetails", "title",
)  # fmt: skip
_MARKS: Final = frozenset({*_SAYS, "type", "report", "error_code", "error"})

_FAMILY: Final[Mapping[int, type[RefusedError]]] = {
    HTTPStatus.UNAUTHORIZED: UnauthorizedError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.CONFLICT: MovedError,
    HTTPStatus.PRECONDITION_FAILED: MovedError,
}
"""409 stands beside 412: the page that shows an etag conflict does not say its status."""


def document(response: Response) -> Any:
    """Return the JSON document that the response holds; ``ProtocolError`` says what it is not."""
    if response.body is None:
        raise ProtocolError("the body is longer than anything Flow Service has to say")
    if response.headers.get("content-encoding", _AS_IT_IS).strip().lower() != _AS_IT_IS:
        raise ProtocolError("the body is compressed, which was not asked for, and is not unpacked")
    media_type = response.headers.get("content-type", "").partition(";")[0].strip()
    if _JSON.fullmatch(media_type) is None:
        raise ProtocolError("the body is not declared to be JSON")
    try:
        return bodies.parse(response.body)
    except ValueError as error:
        raise ProtocolError(f"the body cannot be used: {error}") from error


def refusal(
    response: Response, *, tell: Tell, speaker: str = "Flow Service"
) -> RefusedError | None:
    """Return a well-formed error answer as the exception it is, ``None`` if it is not well formed.

    ``detail`` says code, message, request id and any wait that the answer asks for.
    """
    try:
        said = document(response)
    except ProtocolError:
        return None
    if not isinstance(said, dict) or _MARKS.isdisjoint(said):
        return None
    code = _code(said)
    request_id = _request_id(response, said)
    title = " ".join([str(response.status), *([tell(code)] if code else [])])
    detail = f"{speaker} answered {title}: {tell(_message(said) or response.phrase)}"
    error = RefusedError if code == NO_SANDBOX else _FAMILY.get(response.status, RefusedError)
    return error(
        " ".join([detail, *_notes(response, request_id, tell)]),
        status=response.status,
        code=tell(code) if code else None,
        request_id=tell(request_id) if request_id else None,
    )


def _notes(response: Response, request_id: str | None, tell: Tell) -> list[str]:
    wait = retry_after(response)
    return [
        *([f"(request id {tell(request_id)})"] if request_id else []),
        *([f"It asks to wait {wait} s."] if wait is not None else []),
    ]


def _message(said: Mapping[str, Any]) -> str | None:
    report = said.get("report")
    texts = [report.get("detailed-message")] if isinstance(report, dict) else []
    texts += [said.get(name) for name in _SAYS]
    return next((text for text in texts if isinstance(text, str) and text.strip()), None)


def _code(said: Mapping[str, Any]) -> str | None:
    """Return the whole of what the error calls itself; Adobe reuses the bare numbers."""
    match = _TYPE.search(str(said.get("type", "")))
    if match is not None:
        return match[1]
    codes = (str(said[name]) for name in ("error_code", "error") if said.get(name) is not None)
    return next((code for code in codes if _CODE.fullmatch(code)), None)


def _request_id(response: Response, said: Mapping[str, Any]) -> str | None:
    report = said.get("report")
    reported = report.get("request-id") if isinstance(report, dict) else None
    found = reported if isinstance(reported, str) else response.headers.get("x-request-id")
    return found or None
