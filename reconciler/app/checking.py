"""Tries the credentials that connections declare at the accounts servers that they name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.app import reading
from reconciler.app.sessions import Session
from reconciler.core.wording import guess
from reconciler.errors import RejectedError, SecretError, TokenError
from reconciler.model.addresses import Address
from reconciler.model.declarations import Declaration, Desired
from reconciler.model.findings import Finding
from reconciler.model.kinds import Kind, TokenRule
from reconciler.model.secrets import Secret
from reconciler.model.tokens import Check, Trouble
from reconciler.model.values import Path, lookup


def check(session: Session, addresses: Sequence[Address]) -> Iterator[Check]:
    """Try each of these, or all that are declared, one after the other.

    The same credentials are tried once, and those of a client no more whose server has enough of
    it. Raises ``RejectedError`` for manifests that are wrong and for addresses that do not fit.
    """
    desired = _declared(session)
    chosen = _chosen(session, desired, addresses)
    return (
        _checked(session, desired[at], rule)
        for at in chosen
        for rule in session.kinds[at.kind].tokens
    )


def _declared(session: Session) -> Desired:
    name = session.environment.name
    verdict = reading.judge(session.loaded, session.kinds, name, may_be_empty=False)
    if verdict.errors:
        raise RejectedError(verdict.findings)
    return verdict.desired[name]


def _chosen(session: Session, desired: Desired, addresses: Sequence[Address]) -> Sequence[Address]:
    able = [at for at in desired if session.kinds[at.kind].tokens]
    found = [_misfit(at, desired) for at in addresses if at not in able]
    if found:
        raise RejectedError(found)
    return [at for at in able if not addresses or at in addresses]


def _misfit(at: Address, desired: Desired) -> Finding:
    if at in desired:
        detail = "No credentials of its kind can be tried: its schema names no tokens."
        return Finding(summary="Nothing to check", detail=detail, address=at)
    known = guess(str(at), map(str, desired))
    detail = f"No manifest declares it in this environment.{known}"
    return Finding(summary="Unknown address", detail=detail, address=at)


def _checked(session: Session, declared: Declaration, rule: TokenRule) -> Check:
    trouble, detail, span = None, "", None
    try:
        secrets = _revealed(session, declared, rule)
        kind: Kind = session.kinds[declared.address.kind]
        session.tokens.issue(kind, rule, declared.spec, secrets)
    except SecretError as error:
        trouble, detail = Trouble.LACKING, error.detail
    except TokenError as error:
        trouble, detail = error.trouble, error.detail
    if trouble is not None:
        span = declared.source.span("spec", *_culprit(rule, trouble))
    accounts_url = lookup(declared.spec, rule.accounts_url)
    return Check(
        address=declared.address,
        accounts_url=str(accounts_url),
        trouble=trouble,
        detail=detail,
        span=span,
    )


def _revealed(session: Session, declared: Declaration, rule: TokenRule) -> dict[Path, Secret]:
    wanted = (rule.client_secret, rule.refresh_token)
    held = {path: declared.secrets[path] for path in wanted if path in declared.secrets}
    secrets, lacking = {}, []
    for path, reference in held.items():
        try:
            secrets[path] = session.secrets.reveal(reference)
        except SecretError as error:
            lacking.append(error.detail)
    if lacking:
        raise SecretError(" ".join(lacking))
    return secrets


def _culprit(rule: TokenRule, trouble: Trouble) -> Path:
    """Return the member to look at first."""
    match trouble:
        case Trouble.MISFIT:
            return rule.client_secret
        case Trouble.REVOKED | Trouble.LACKING:
            return rule.refresh_token
        case _:
            return rule.accounts_url
