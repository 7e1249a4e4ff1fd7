"""Makes tokens of what connections declare: within policy, and the same ones once in a run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from reconciler.app.surroundings import Surroundings
from reconciler.core import tokens
from reconciler.errors import TokenError
from reconciler.flowservice.settings import Network
from reconciler.model.kinds import Kind, TokenRule
from reconciler.model.secrets import Secret
from reconciler.model.tokens import Credentials
from reconciler.model.values import Path, Spec
from reconciler.ports import TokenIssuer


def issuer(around: Surroundings) -> TokenIssuer:
    """Return who asks accounts servers; raise ``RejectedError`` where there is no way out."""
    # Imported here because requests costs 0.15 s, which commands without a token need not pay.
    from reconciler.zoho.accounts import Accounts  # noqa: PLC0415 -- see above

    network = Network.read(around.environ)
    if network.proxy is not None:
        around.scrubber.remember(network.proxy)
    return Accounts.connect(
        clock=around.machine.clock,
        scrubber=around.scrubber,
        log=around.log,
        ca_bundle=network.ca_bundle,
        proxy=network.proxy,
        transport=around.machine.transport,
    )


class Issuing:
    """The ``ports.TokenSource`` of one run; its issuer is made when first it is needed."""

    def __init__(self, issuer: Callable[[], TokenIssuer], *, allowed_hosts: Sequence[str]) -> None:
        self._make = issuer
        self._allowed_hosts = allowed_hosts
        self._known: dict[str, Secret | TokenError] = {}

    @cached_property
    def _issuer(self) -> TokenIssuer:
        return self._make()

    def issue(
        self, kind: Kind, rule: TokenRule, spec: Spec, secrets: Mapping[Path, Secret]
    ) -> Secret:
        """Return a fresh token; ``TokenError`` where there is none."""
        asked = tokens.credentials(kind, rule, spec, secrets, allowed=self._allowed_hosts)
        mark = _mark(asked)
        if mark not in self._known:
            self._known[mark] = self._asked(asked)
        known = self._known[mark]
        if isinstance(known, TokenError):
            raise known
        return known

    def _asked(self, credentials: Credentials) -> Secret | TokenError:
        try:
            return self._issuer.refresh(credentials)
        except TokenError as error:
            return error


def _mark(credentials: Credentials) -> str:
    """Return what the same credentials, and no others, have in common."""
    client = credentials.client
    parts = (client.accounts_url, client.id, client.secret.reveal())
    texts = (*parts, credentials.refresh_token.reveal())
    return hashlib.sha256(b"".join(hashlib.sha256(t.encode()).digest() for t in texts)).hexdigest()
