"""Zoho's accounts servers as ``ports.TokenIssuer``.

https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token-expiry.html and self-client.html
there: ``POST /oauth/v2/token``, everything in the form, where no log of a proxy would keep it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, Self
from urllib.parse import urlencode, urlsplit

from reconciler.core.escaping import escape
from reconciler.core.scrubber import Scrubber
from reconciler.errors import RemoteError, TokenError
from reconciler.http.sockets import Trust
from reconciler.http.transport import ERROR_LIMIT, LoggedTransport, Request, Transport
from reconciler.http.wire import Wire
from reconciler.model.secrets import Secret
from reconciler.model.tokens import Client, Credentials, Trouble
from reconciler.ports import Clock
from reconciler.zoho import verdicts

_TOKEN: Final = re.compile(r"[\x21-\x7e]{6,4096}")
_LIMIT: Final = 500
"""Characters of a stranger's text that anyone is shown."""


class Accounts:
    """Asks once for each thing, and no more for a client whose server has enough of it."""

    def __init__(self, transport: Transport, *, scrubber: Scrubber) -> None:
        self._transport = transport
        self._scrubber = scrubber
        self._throttled: set[tuple[str, str]] = set()

    @classmethod
    def connect(
        cls,
        *,
        clock: Clock,
        scrubber: Scrubber,
        log: Callable[[str], None] | None = None,
        ca_bundle: str | None = None,
        proxy: Secret | None = None,
        transport: Transport | None = None,
    ) -> Self:
        """Return an issuer; ``log`` gets one line per request, and nothing is sent before one.

        Raises ``RejectedError`` for an unusable CA bundle.
        """
        wire = transport or Wire(clock=clock, trust=Trust(ca_bundle), proxy=proxy)
        if log is not None:
            wire = LoggedTransport(wire, log=log, tell=scrubber.scrub, clock=clock)
        return cls(wire, scrubber=scrubber)

    def refresh(self, credentials: Credentials) -> Secret:
        """Return a fresh access token."""
        client, token = credentials.client, credentials.refresh_token
        self._scrubber.remember(token)
        form = {"grant_type": "refresh_token", "refresh_token": token.reveal()}
        return self._kept(self._asked(client, form)["access_token"], client)

    def exchange(self, client: Client, code: Secret) -> Secret:
        """Return the refresh token that a grant code stands for; the code is spent by that."""
        self._scrubber.remember(code)
        form = {"grant_type": "authorization_code", "code": code.reveal()}
        said = self._asked(client, form, exchanging=True)
        # Masked and no more: the code is spent, and what is wanted of it is the other one.
        self._scrubber.remember(Secret(said["access_token"]))
        if not isinstance(said.get("refresh_token"), str):
            raise TokenError(
                f"{_host(client)} took the code and gave an access token alone, which ends in an "
                "hour. It gives a refresh token for codes of a self client, and for codes that "
                "were asked for with access_type=offline and, from the second time on, with "
                "prompt=consent. The code is spent: generate another one.",
                trouble=Trouble.REFUSED,
            )
        return self._kept(said["refresh_token"], client)

    def _asked(
        self, client: Client, form: dict[str, str], *, exchanging: bool = False
    ) -> dict[str, Any]:
        host = _host(client)
        if (client.accounts_url, client.id) in self._throttled:
            raise verdicts.throttled(host)
        self._scrubber.remember(client.secret)
        try:
            response = self._transport.send(_request(client, form))
        except RemoteError as error:
            raise TokenError(error.detail, trouble=Trouble.UNREACHABLE) from error
        try:
            return verdicts.granted(response, host=host, tell=self._tell, exchanging=exchanging)
        except TokenError as error:
            if error.trouble is Trouble.THROTTLED:
                self._throttled.add((client.accounts_url, client.id))
            raise

    def _kept(self, text: str, client: Client) -> Secret:
        """Return a token of an answer, masked from now on; ``TokenError`` where it is none."""
        token = Secret(text)
        self._scrubber.remember(token)
        if _TOKEN.fullmatch(text) is None:
            detail = f"{_host(client)} answered with a token that cannot be one."
            raise TokenError(detail, trouble=Trouble.UNUSABLE)
        return token

    def _tell(self, text: str) -> str:
        return escape(self._scrubber.scrub(text), limit=_LIMIT)


def _host(client: Client) -> str:
    return escape(urlsplit(client.accounts_url).netloc)


def _request(client: Client, form: dict[str, str]) -> Request:
    whole = {**form, "client_id": client.id, "client_secret": client.secret.reveal()}
    return Request(
        method="POST",
        url=f"{client.accounts_url}/oauth/v2/token",
        headers={
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/x-www-form-urlencoded",
        },
        body=urlencode(whole).encode(),
        limit=ERROR_LIMIT,
    )
