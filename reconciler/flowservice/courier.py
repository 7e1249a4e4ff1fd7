"""Carries one call to Flow Service and back: headers, token, patience, verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from reconciler import __version__
from reconciler.errors import (
    NotFoundError,
    ProtocolError,
    RemoteError,
    SilentError,
    UnauthorizedError,
    UnreachableError,
    UntrustedError,
)
from reconciler.flowservice import answers, verdicts
from reconciler.flowservice.answers import Tell
from reconciler.flowservice.budgets import Budget
from reconciler.flowservice.retries import Retrier, TransientError
from reconciler.flowservice.settings import Settings
from reconciler.flowservice.times import ServiceTime
from reconciler.flowservice.tokens import Tokens
from reconciler.http.transport import OBJECT_LIMIT, Request, Response, Transport
from reconciler.model.secrets import Secret
from reconciler.ports import Clock

_UNAUTHORIZED: Final = 401
BASE_PATH: Final = "/data/foundation/flowservice"


class Courier:
    """Knows how requests are addressed, which of them may be repeated, and what answers mean."""

    def __init__(
        self,
        settings: Settings,
        *,
        transport: Transport,
        tokens: Tokens,
        retrier: Retrier,
        time: ServiceTime,
        clock: Clock,
        tell: Tell,
    ) -> None:
        self._base = settings.base_url + BASE_PATH
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"reconciler/{__version__}",
            "x-api-key": settings.client_id,
            "x-gw-ims-org-id": settings.organization,
            "x-sandbox-name": settings.sandbox,
        }
        self._transport = transport
        self._tokens = tokens
        self._retrier = retrier
        self._time = time
        self._clock = clock
        self._tell = tell

    def read(self, path: str, *, limit: int = OBJECT_LIMIT, budget: Budget | None = None) -> Any:
        """Return the document at ``path`` (query included), asking again where that may help.

        Raises ``RefusedError`` for any error in Adobe's form, ``ProtocolError`` for any other and
        where ``budget`` does not hold it.
        """
        request = self._request("GET", path, limit=limit)
        return self._retrier.persist(lambda: self._document(request, budget))

    def write(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        leave_by: float = math.inf,
    ) -> tuple[Request, Response]:
        """Send a change and return it with its 2xx answer, of which nothing is checked yet.

        A ``POST`` is repeated only after a definite no; other methods also after no answer, so
        that they must be such that a second one does no harm. Raises ``RefusedError`` for a
        definite no, ``UnreachableError`` if nothing was sent, ``SilentError`` for all else.
        """
        request = self._request(method, path, body=body, headers=headers or {})
        doubts: list[SilentError] = []

        def attempt() -> Response:
            try:
                return self._sent(request, leave_by)
            except TransientError as failure:
                if isinstance(failure.cause, SilentError):
                    doubts.append(failure.cause)
                raise

        try:
            return request, self._retrier.persist(attempt, until=leave_by)
        except (NotFoundError, SilentError):
            raise
        except RemoteError as error:
            if not doubts:
                raise
            # A no to the last attempt says nothing about one before it that was not answered.
            raise SilentError(
                f"{doubts[0].detail} A second attempt came back with: {error.detail} The first "
                "one may have taken effect."
            ) from error

    def _document(self, request: Request, budget: Budget | None) -> Any:
        if budget is not None:
            budget.check_time()
        response = self._sent(request, math.inf)
        try:
            document = answers.document(response)
        except ProtocolError as error:
            unusable = ProtocolError(
                f"{request.title} was answered with {response.phrase}, but {error.detail}."
            )
            raise TransientError(unusable) from error
        self._time.hear(response)
        if budget is not None and response.body is not None:
            budget.spend(response.body)
        return document

    def _sent(self, request: Request, leave_by: float) -> Response:
        """Make one attempt: with another token, if the first is refused."""
        token = self._tokens.current()
        response = self._exchanged(request, token, leave_by)
        try:
            verdicts.require_yes(request, response, tell=self._tell)
        except RemoteError as error:
            if response.status != _UNAUTHORIZED or not _may_try_again(request, error):
                raise
            renewed = self._tokens.renew(after=token)
            if renewed is None:
                raise
            response = self._exchanged(request, renewed, leave_by)
            verdicts.require_yes(request, response, tell=self._tell)
        return response

    def _exchanged(self, request: Request, token: Secret, leave_by: float) -> Response:
        if self._clock.monotonic() > leave_by:
            raise UnreachableError("Not sent, since the time in which it had to leave is over.")
        asked = self._clock.monotonic()
        try:
            response = self._transport.send(request.bearing(token))
        except UntrustedError:
            raise
        except UnreachableError as error:
            raise TransientError(error) from error
        except SilentError as error:
            if request.method == "POST":
                raise
            raise TransientError(error) from error
        response = replace(response, asked=asked)
        if answers.refusal(response, tell=self._tell) is not None:
            self._time.hear(response)  # what a proxy says of itself has a date of its own
        return response

    def _request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = OBJECT_LIMIT,
    ) -> Request:
        typed = {} if body is None else {"Content-Type": "application/json"}
        return Request(
            method=method,
            url=self._base + path,
            headers={**self._headers, **typed, **(headers or {})},
            body=body,
            limit=limit,
        )


def _may_try_again(request: Request, error: RemoteError) -> bool:
    """Tell whether a 401 means that nothing was done, or that doing it again does no harm."""
    return isinstance(error, UnauthorizedError) or request.method != "POST"
