"""What a refusal means, in words: what is not allowed, not there or too long."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from reconciler.errors import ForgeError, ForgeRefusedError
from reconciler.http.transport import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a host calls things; its sentences go into ours."""

    request: str
    """``pull request 7 of acme/crm``."""
    token: str
    """The variable that the token stands in."""
    permission: str
    """What the token must be allowed, and where to allow it."""
    longest: int


_TOO_LONG: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


def refused(method: str, answer: Response, terms: Terms) -> ForgeError:
    """Return the error for an answer that is no yes. Nothing of its body is repeated."""
    if answer.status < HTTPStatus.BAD_REQUEST:
        return ForgeError(
            f"The host answered {answer.phrase}, and a redirect is never followed: the token would "
            "go along. Is the base URL the final one?"
        )
    detail = f"The host answered {answer.phrase}. {_meaning(method, answer, terms)}"
    return ForgeRefusedError(detail, status=answer.status)


def is_throttled(answer: Response) -> bool:
    """Tell whether the host certainly did nothing because it is asked too often."""
    asked = answer.status == HTTPStatus.FORBIDDEN and "retry-after" in answer.headers
    return asked or answer.status == HTTPStatus.TOO_MANY_REQUESTS


def _meaning(method: str, answer: Response, terms: Terms) -> str:
    if is_throttled(answer) or answer.headers.get("x-ratelimit-remaining") == "0":
        return "It is asked too often by this account. Run the command again later."
    if answer.status in _TOO_LONG and method != "GET":
        return (
            f"A comment may have {terms.longest:,} characters there, of a text that is not empty; "
            "an instance may allow fewer."
        )
    match answer.status:
        case HTTPStatus.UNAUTHORIZED:
            return f"The token in {terms.token} is not valid, or not any more. {terms.permission}"
        case HTTPStatus.FORBIDDEN:
            return f"The token in {terms.token} may not do this. {terms.permission}"
        case HTTPStatus.NOT_FOUND:
            return (
                f"There is no {terms.request}, or the token in {terms.token} may not see it. "
                f"{terms.permission}"
            )
        case _:
            return "That is all it says."
