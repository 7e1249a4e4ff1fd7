"""What stands before Flow Service: who calls, for which organisation and sandbox.

Codes 4000xx to 4030xx: ``landing/troubleshooting.md``; sandbox headers: 2100 to 2111 of
``flow-service-errors.md``. Guess: a key that is not the token's own client is an invalid key.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from reconciler.simulator.connections import Author, Tenant
from reconciler.simulator.exchanges import Request, bearer
from reconciler.simulator.ims import Ims
from reconciler.simulator.refusals import GatewayError, RefusedError

ORGANIZATION = re.compile(r"[0-9A-F]{24}@AdobeOrg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """A caller who may go on."""

    author: Author
    """A service token acts as its client: the client stands for the person too."""
    tenant: Tenant


def admit(request: Request, *, ims: Ims, sandboxes: Collection[str]) -> Admission:
    """Return who calls; raise ``GatewayError`` or ``RefusedError`` for one who may not."""
    token = bearer(request)
    if token is None:
        raise GatewayError("403010")
    client = ims.client_of(token)
    if client is None:
        raise GatewayError("401013")
    key = request.headers.get("x-api-key")
    if not key:
        raise GatewayError("403000")
    if key != client.id:
        raise GatewayError("403003")
    organization = request.headers.get("x-gw-ims-org-id")
    if not organization:
        raise GatewayError("400003")
    if ORGANIZATION.fullmatch(organization) is None:
        raise GatewayError("403027")
    if organization != client.organization:
        raise GatewayError("403025")
    tenant = Tenant(organization=organization, sandbox=_sandbox(request, sandboxes))
    return Admission(author=Author(by=client.id, client=key), tenant=tenant)


def _sandbox(request: Request, sandboxes: Collection[str]) -> str:
    if "x-sandbox-id" in request.headers:
        raise RefusedError(2110)
    name = request.headers.get("x-sandbox-name")
    if not name:
        raise RefusedError(2105)
    if name == "*":
        raise RefusedError(2111)
    if name not in sandboxes:
        raise RefusedError(2100, field=name)
    return name
