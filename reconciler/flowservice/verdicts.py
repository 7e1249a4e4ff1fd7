"""What an answer decides: yes, a definite no, or nothing that one could rely on.

========================  =====================  ================  ================
answer                    GET                    PATCH, DELETE     POST
========================  =====================  ================  ================
2xx                       yes                    yes               yes
429, well formed          no; retried            no; retried       no; retried
other definite no         no                     no                no
408, 429, 500, 502-504    unusable; retried      in doubt; retried in doubt
anything else             unusable               in doubt          in doubt
========================  =====================  ================  ================

A definite no is an error in Adobe's form, with a status at which nothing has been done; a ``GET``
does nothing at any status.
"""

from __future__ import annotations

from typing import Any, Final

from reconciler.errors import ProtocolError, RefusedError, RemoteError, SilentError
from reconciler.flowservice import answers
from reconciler.flowservice.answers import Tell
from reconciler.flowservice.retries import TransientError
from reconciler.flowservice.times import retry_after
from reconciler.http.transport import Request, Response

TOO_MANY: Final = 429
_DEFINITE: Final = frozenset({400, 401, 403, 404, 405, 413, 415, 422, TOO_MANY})
_CONFLICTS: Final = frozenset({409, 412})
_PASSING: Final = frozenset({408, TOO_MANY, 500, 502, 503, 504})


def require_yes(request: Request, response: Response, *, tell: Tell) -> None:
    """Return if the answer is a yes; else raise what it is, as transient if it may be retried."""
    if 200 <= response.status < 300:  # noqa: PLR2004 -- the class of yes
        return
    error = _error(request, response, answers.refusal(response, tell=tell))
    if _may_repeat(request, response, error):
        raise TransientError(error, wish=retry_after(response))
    raise error


def _is_definite(request: Request, status: int) -> bool:
    """Tell whether a well-formed error with this status says that nothing was done."""
    match request.method:
        case "GET":
            return True
        case "POST":
            return status in _DEFINITE
        case _:
            return status in _DEFINITE or status in _CONFLICTS


def said(request: Request, response: Response, *, good: frozenset[int]) -> dict[str, Any]:
    """Return the object that a write was answered with; anything else leaves it in doubt."""
    if response.status not in good:
        raise doubt(request, response, "this is not the status of a success.")
    try:
        document = answers.document(response)
    except ProtocolError as error:
        raise doubt(request, response, f"{error.detail}.") from error
    if not isinstance(document, dict):
        raise doubt(request, response, "the body is not an object.")
    return document


def doubt(request: Request, response: Response, reason: str) -> SilentError:
    """Return the error for a write whose answer leaves open what became of it."""
    return SilentError(
        f"{request.title} was answered with {response.phrase}, which leaves open whether it took "
        f"effect: {reason}"
    )


def _error(request: Request, response: Response, refusal: RefusedError | None) -> RemoteError:
    if refusal is not None and _is_definite(request, response.status):
        return refusal
    if request.method == "GET":
        return ProtocolError(
            f"{request.title} was answered with {response.phrase} and without an error that "
            "Adobe would send. Is there a proxy or a sign-in page on the way?"
        )
    return doubt(request, response, "no reason was given." if refusal is None else refusal.detail)


def _may_repeat(request: Request, response: Response, error: RemoteError) -> bool:
    if request.method == "POST":
        return response.status == TOO_MANY and isinstance(error, RefusedError)
    return response.status in _PASSING
