"""Tokens that are made of a connection's other credentials: where they are asked for, of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.core import hosts
from reconciler.core.hosts import HostProblem
from reconciler.errors import TokenError
from reconciler.model.kinds import Kind, TokenRule
from reconciler.model.secrets import Secret
from reconciler.model.tokens import Client, Credentials, Trouble
from reconciler.model.values import Path, SecretRef, Spec, lookup


def asked_for(kind: Kind, references: Mapping[Path, SecretRef]) -> Mapping[Path, TokenRule]:
    """Return how each secret is made that is asked for and lies nowhere."""
    return {
        rule.path: rule
        for rule in kind.tokens
        if rule.path in references and str(references[rule.path]) == rule.reference
    }


def credentials(
    kind: Kind,
    rule: TokenRule,
    spec: Spec,
    secrets: Mapping[Path, Secret],
    *,
    allowed: Sequence[str],
) -> Credentials:
    """Return what a token is made of.

    Raises ``TokenError`` where something is missing, or where policy does not let it go to the
    server that the spec names: that may be what somebody else has written on the service.
    """
    if problem := host_problem(kind, rule, spec, allowed):
        raise TokenError(problem.detail, trouble=Trouble.HOST)
    accounts_url, client_id = lookup(spec, rule.accounts_url), lookup(spec, rule.client_id)
    secret, refresh_token = secrets.get(rule.client_secret), secrets.get(rule.refresh_token)
    if not isinstance(accounts_url, str) or not isinstance(client_id, str):
        detail = "Neither accounts URL nor client id may be missing."
        raise TokenError(detail, trouble=Trouble.LACKING)
    if secret is None or refresh_token is None:
        detail = "Neither client secret nor refresh token may be missing."
        raise TokenError(detail, trouble=Trouble.LACKING)
    client = Client(accounts_url=accounts_url, id=client_id, secret=secret)
    return Credentials(client=client, refresh_token=refresh_token)


def host_problem(
    kind: Kind, rule: TokenRule, spec: Spec, allowed: Sequence[str]
) -> HostProblem | None:
    """Return what policy has against the server that would be asked."""
    found = hosts.problems(spec, kind, allowed)
    return next((one for one in found if one.path == rule.accounts_url), None)
