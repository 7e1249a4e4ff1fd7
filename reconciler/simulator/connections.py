"""A base connection as the service keeps it.

Members of an item: the Flow Service API (``ConnectionItem``), ``tutorials/api/update.md`` and, for
``lastOperation``, ``tutorials/api/private-link.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.simulator import trees
from reconciler.simulator.specs import Spec
from reconciler.simulator.switches import Switches

Document = Mapping[str, Any]

FIELDS = frozenset({
    "id", "createdAt", "updatedAt", "createdBy", "updatedBy", "createdClient", "updatedClient",
    "sandboxId", "sandboxName", "imsOrgId", "name", "description", "connectionSpec", "providerId",
    "state", "auth", "version", "etag", "lastOperation",
})  # fmt: skip
"""Members an item may have, hence those that a filter may name."""

OWNED = ("name", "description", "auth", "connectionSpec", "providerId")
"""Members that a create takes from its request."""

MUTABLE = frozenset({"name", "description", "auth", "state"})
STATES = ("enabled", "disabled", "initializing")
MASKED = "xxxx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A sandbox of an organisation: the world a request sees."""

    organization: str
    sandbox: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who writes, and with which client."""

    by: str
    client: str


PERSON = Author(by="0A1B2C3D4E5F60718293A4B5@AdobeID", client="exc_app")
"""Somebody in Adobe's user interface, whose client id is ``exc_app``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One connection; a change makes a successor with the same ``sequence``."""

    sequence: int
    """Place in the order of creation."""
    tenant: Tenant
    document: Document
    """The item without its secrets; nobody changes it in place."""
    secrets: Mapping[str, Any] = field(repr=False)

    @property
    def id(self) -> str:
        """The id."""
        return str(self.document["id"])

    @property
    def etag(self) -> str:
        """The etag; the two quotes are part of it."""
        return str(self.document["etag"])

    @property
    def state(self) -> str:
        """The state."""
        return str(self.document["state"])

    def auth(self) -> dict[str, Any]:
        """Return a copy of ``auth`` with its secrets."""
        auth = dict(self.document.get("auth", {}))
        if "params" in auth:
            auth["params"] = trees.joined(auth["params"], self.secrets)
        return auth

    def whole(self) -> dict[str, Any]:
        """Return the item with its secrets."""
        return {**self.document, "auth": self.auth()}

    def item(self, switches: Switches) -> Document:
        """Return what a read shows."""
        shown: Document = {}
        match switches.secrets_on_read:
            case "mask":
                shown = trees.filled(self.secrets, MASKED)
            case "clear":
                shown = self.secrets
            case "omit":
                pass
        item: dict[str, Any] = {**self.document, **switches.extra_members}
        if "params" in item.get("auth", {}) and (shown or switches.extra_params):
            params = {**trees.joined(item["auth"]["params"], shown), **switches.extra_params}
            item["auth"] = {**item["auth"], "params": params}
        match switches.auth_on_read:
            case "whole":
                pass
            case "no-params":
                item["auth"] = {**item.get("auth", {})}
                item["auth"].pop("params", None)
            case "none":
                item.pop("auth", None)
        return item


def without_secrets(auth: Document, spec: Spec) -> tuple[Document, Document]:
    """Return ``auth`` without its secrets, and the secrets."""
    params = auth.get("params")
    if not isinstance(params, Mapping):
        return auth, {}
    visible, secrets = trees.parted(params, spec.secret_paths(auth))
    return {**auth, "params": visible}, secrets


def etag(*, chance: int, second: int) -> str:
    """Return an etag as the service makes them.

    The recipe is read off Adobe's samples: the last group starts with the second of the write.
    """
    return f'"{chance:08x}-0000-0200-0000-{second:08x}0000"'
