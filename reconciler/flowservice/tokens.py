"""Access tokens of Adobe IMS: asked for once, reused until they are about to expire.

Facts: developer.adobe.com/developer-console, ServerToServerAuthentication (client credentials at
``/ims/token/v3``, a form body, ``expires_in`` in seconds, no refresh token).
"""

from __future__ import annotations

import math
import re
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from reconciler.errors import (
    ProtocolError,
    RefusedError,
    RemoteError,
    SilentError,
    UnauthorizedError,
    UnreachableError,
    UntrustedError,
)
from reconciler.flowservice import answers
from reconciler.flowservice.confidences import Confidences
from reconciler.flowservice.retries import Retrier, TransientError
from reconciler.flowservice.settings import Settings
from reconciler.flowservice.times import retry_after
from reconciler.http.transport import ERROR_LIMIT, Request, Response, Transport
from reconciler.model.secrets import Secret
from reconciler.ports import Clock, Threads

_DAY: Final = 86_400.0
_MILLISECONDS: Final = 10 * _DAY
"""An ``expires_in`` beyond ten days is in milliseconds, as that of the old JWT exchange was."""
_MARGIN: Final = 300.0
"""Seconds before its end at which a token is no longer used; a tenth of a shorter life."""
_PATIENCE: Final = 60.0
"""Seconds after a renewal in which another one would not help."""

_TOKEN = re.compile(r"[!-~]{1,16384}")
_BUSY: Final = frozenset({429, 500, 502, 503, 504})

_ADVICE: Final = {
    "invalid_client": "Check AEP_CLIENT_ID and AEP_CLIENT_SECRET.",
    "invalid_scope": "Check AEP_SCOPES against the scopes that the Adobe Developer Console lists "
    "for this credential.",
}


class Tokens(Protocol):
    """Where the bearer of a request comes from. Safe to use from several threads at once."""

    def current(self) -> Secret:
        """Return a token that should be good.

        Raises ``UnauthorizedError`` if our credentials are refused, ``UnreachableError`` if no
        token can be had for any other reason.
        """
        ...

    def renew(self, *, after: Secret) -> Secret | None:
        """Return a token younger than ``after``, which was refused; ``None`` if none is to be had.

        Raises as ``current`` does.
        """
        ...


class GivenToken:
    """The one token of ``AEP_ACCESS_TOKEN``."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def current(self) -> Secret:
        """Return it."""
        return self._token

    def renew(self, *, after: Secret) -> Secret | None:
        """Return ``None``: there is no other."""
        del after
        return None


class IssuedTokens:
    """Tokens that IMS issues for the client's own credentials, to one thread at a time."""

    def __init__(
        self,
        settings: Settings,
        *,
        transport: Transport,
        retrier: Retrier,
        clock: Clock,
        threads: Threads,
        confidences: Confidences,
    ) -> None:
        self._request = _request(settings)
        self._transport = transport
        self._retrier = retrier
        self._clock = clock
        self._confidences = confidences
        self._lock = threads.lock()
        self._held: tuple[Secret, float] | None = None
        self._renewed = -math.inf
        self._refused: RefusedError | None = None

    def current(self) -> Secret:
        """Return the token in hand while it lasts, else a new one."""
        held = self._held
        if held is not None and self._clock.monotonic() < held[1]:
            return held[0]
        with self._lock:
            if self._held is not held and self._held is not None:
                return self._held[0]
            return self._ask()

    def renew(self, *, after: Secret) -> Secret | None:
        """Return the token that another thread has fetched meanwhile, or fetch one."""
        with self._lock:
            if self._held is not None and self._held[0] is not after:
                return self._held[0]
            if self._clock.monotonic() - self._renewed < _PATIENCE:
                return None
            token = self._ask()
            self._renewed = self._clock.monotonic()
            return token

    def _ask(self) -> Secret:
        """Fetch a token. A refusal is final: asking again would get us throttled, not served."""
        if self._refused is not None:
            raise self._refused
        asked = self._clock.monotonic()
        try:
            answer = self._retrier.persist(self._attempt)
        except RefusedError as refusal:
            self._refused = refusal
            raise
        except UntrustedError:
            raise
        except RemoteError as error:
            # Whatever became of this request, the one that needs the token was never sent.
            raise UnreachableError(f"No access token could be had. {error.detail}") from error
        token = Secret(answer["access_token"])
        self._confidences.keep(token)
        self._held = token, asked + _usable_seconds(answer.get("expires_in"))
        return token

    def _attempt(self) -> dict[str, Any]:
        try:
            response = self._transport.send(self._request)
        except UntrustedError:
            raise
        except (UnreachableError, SilentError) as error:
            raise TransientError(error) from error
        if response.status in _BUSY:
            busy = UnreachableError(f"Adobe IMS answered {response.phrase}.")
            raise TransientError(busy, wish=retry_after(response))
        return self._issued(response)

    def _issued(self, response: Response) -> dict[str, Any]:
        if response.status != 200:  # noqa: PLR2004 -- the one status that OAuth knows for success
            raise self._refusal(response)
        try:
            answer = answers.document(response)
        except ProtocolError as error:
            raise ProtocolError(f"Adobe IMS answered, but {error.detail}.") from error
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or _TOKEN.fullmatch(token) is None:
            raise ProtocolError("Adobe IMS answered without a usable access token.")
        return dict(answer)

    def _refusal(self, response: Response) -> RemoteError:
        said = answers.refusal(response, tell=self._confidences.tell, speaker="Adobe IMS")
        if said is None:
            return ProtocolError(f"Adobe IMS answered {response.phrase}. Check AEP_IMS_URL.")
        advice = _ADVICE.get(
            said.code or "", "Check the credential in the Adobe Developer Console."
        )
        return UnauthorizedError(
            f"{said.detail} {advice}",
            status=said.status,
            code=said.code,
            request_id=said.request_id,
        )


def tokens_for(
    settings: Settings,
    *,
    transport: Transport,
    retrier: Retrier,
    clock: Clock,
    threads: Threads,
    confidences: Confidences,
) -> Tokens:
    """Return the source that the settings call for."""
    if settings.access_token is not None:
        return GivenToken(settings.access_token)
    return IssuedTokens(
        settings,
        transport=transport,
        retrier=retrier,
        clock=clock,
        threads=threads,
        confidences=confidences,
    )


def _request(settings: Settings) -> Request:
    secret = settings.client_secret
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.client_id,
        "client_secret": "" if secret is None else secret.reveal(),
        "scope": ",".join(settings.scopes),
    }
    return Request(
        method="POST",
        url=f"{settings.ims_url}/ims/token/v3",
        headers={
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/x-www-form-urlencoded",
        },
        body=urlencode(form).encode(),
        limit=ERROR_LIMIT,
    )


def _usable_seconds(expires_in: object) -> float:
    """Return how long a token may be used; a day for an answer that makes no sense."""
    try:
        seconds = float(str(expires_in))
    except ValueError:
        seconds = _DAY
    if seconds > _MILLISECONDS:
        seconds /= 1000
    if not 0 < seconds <= _DAY:
        seconds = _DAY
    return seconds - min(_MARGIN, seconds / 10)
