"""What the service holds, and every operation on it; no HTTP, and time and chance are given.

An operation raises ``RefusedError`` where the service would refuse it.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from random import Random

from reconciler.simulator import checks, connections, patches
from reconciler.simulator.agenda import Agenda
from reconciler.simulator.connections import Author, Connection, Document, Tenant
from reconciler.simulator.refusals import RefusedError
from reconciler.simulator.shelves import Shelves
from reconciler.simulator.sources import ZOHO
from reconciler.simulator.specs import Spec
from reconciler.simulator.switches import Switches

RECENT = 1000
"""How many writes the world remembers."""

UNAUTHORIZED = (
    "Rest call failed with client error, status code 401 Unauthorized, please check your activity "
    "settings."
)
"""How a connector reports bad credentials; seen on Adobe's page for Oracle NetSuite."""


class World:
    """The connections, flows and source connections of every tenant."""

    def __init__(
        self,
        *,
        specs: Iterable[Document],
        switches: Switches,
        agenda: Agenda,
        chance: Random,
        vet: Callable[[Document], bool] = lambda params: True,
    ) -> None:
        self.specs = {str(one["id"]): Spec(one) for one in specs}
        self.switches = switches
        self.agenda = agenda
        self.chance = chance
        self.writes: deque[tuple[str, str]] = deque(maxlen=RECENT)
        """Verb and id of the last writes, oldest first."""
        self._vet = vet
        self._sequence = 0
        self._shelves = Shelves()
        self._others: dict[tuple[Tenant, str], list[Document]] = {}

    # --- reading ---------------------------------------------------------------------------

    def connection(self, connection_id: str, *, tenant: Tenant) -> Connection:
        """Return a connection of that tenant."""
        found = self._shelves.find(connection_id)
        if found is None or found.tenant != tenant:
            raise RefusedError(1439, type="connections", id=connection_id)
        return found

    def newest_first(self, tenant: Tenant, *, before: int | None = None) -> Iterator[Connection]:
        """Yield a tenant's connections that lists show, only those older than ``before``."""
        shown_at = (self.agenda.now() - self.switches.listing_lag) * 1000
        for one in self._shelves.newest_first(tenant, before=before):
            if one.document["createdAt"] <= shown_at:
                yield one

    def everything(self) -> Sequence[Connection]:
        """Return every connection of every tenant, the oldest first."""
        return self._shelves.everything()

    def others(self, collection: str, *, tenant: Tenant) -> Sequence[Document]:
        """Return a tenant's flows or source connections, newest first."""
        return tuple(reversed(self._others.get((tenant, collection), [])))

    def spec(self, spec_id: object) -> Spec | None:
        """Return a connection spec that is still listed."""
        if not isinstance(spec_id, str) or spec_id in self.switches.retired_specs:
            return None
        return self.specs.get(spec_id)

    def credentials_work(self, connection: Connection) -> bool:
        """Whether the source would let the connection in."""
        return self._works(self._spec_of(connection), connection.auth())

    # --- writing ---------------------------------------------------------------------------

    def create(
        self, body: Document, *, tenant: Tenant, author: Author, draft: bool = False
    ) -> Connection:
        """Make a connection of a request's body."""
        spec = checks.spec_of(body, find=self.spec)
        checks.texts(body, name_required=self.switches.name_required)
        if self.switches.duplicate_names == "refuse":
            checks.unique(body, self._shelves.newest_first(tenant))
        self._check_auth(spec, body.get("auth", {}))
        state = "initializing" if self.switches.create_seconds else "enabled"
        members = {name: body[name] for name in connections.OWNED if body.get(name) is not None}
        made = self.plant(
            {**members, "state": "draft" if draft else state}, tenant=tenant, author=author
        )
        if self.switches.create_seconds and not draft:
            self.agenda.add(lambda: self._enable(made.id), after=self.switches.create_seconds)
        self._move_later(made.id)
        return made

    def patch(
        self, connection_id: str, instructions: object, *, etag: str, tenant: Tenant, author: Author
    ) -> Connection:
        """Apply a JSON Patch to the connection, provided that the etag is its current one."""
        found = self.connection(connection_id, tenant=tenant)
        if etag != found.etag:
            raise RefusedError(1404, version=etag, id=connection_id, current=found.etag)
        checks.state(found, finalizing=1457)
        before = found.whole()
        after = checks.patched(before, instructions, name_required=self.switches.name_required)
        if after.get("auth") != before["auth"]:
            self._check_auth(self._spec_of(found), after.get("auth", {}))
        changed = self._write(found, after, author=author, verb="patch")
        self._move_later(changed.id)
        return changed

    def delete(self, connection_id: str, *, tenant: Tenant) -> None:
        """Delete the connection, at once or after ``delete_seconds``."""
        found = self.connection(connection_id, tenant=tenant)
        checks.state(found, finalizing=1458)
        if self.flows_on(connection_id, tenant=tenant):
            raise RefusedError(1418, id=connection_id)
        if not self.switches.delete_seconds:
            self.uproot(connection_id)
            return
        self._write(found, {**found.whole(), "state": "delete-finalizing"})
        self.agenda.add(lambda: self._forget(connection_id), after=self.switches.delete_seconds)

    def flows_on(self, connection_id: str, *, tenant: Tenant) -> Sequence[Document]:
        """Return the flows whose data comes through the connection."""
        sources = {
            one["id"]
            for one in self.others("sourceConnections", tenant=tenant)
            if one.get("baseConnectionId") == connection_id
        }
        return [
            flow
            for flow in self.others("flows", tenant=tenant)
            if sources.intersection(flow.get("sourceConnectionIds", ()))
        ]

    # --- by hand ---------------------------------------------------------------------------

    def plant(
        self, members: Document, *, tenant: Tenant, author: Author = connections.PERSON
    ) -> Connection:
        """Put a connection into the world, unchecked but for its spec and id."""
        spec = self.specs.get(members["connectionSpec"]["id"])
        if spec is None:
            raise RefusedError(1413)
        document = {
            **self._server_members(tenant),
            "createdBy": author.by,
            "updatedBy": author.by,
            "createdClient": author.client,
            "updatedClient": author.client,
            "lastOperation": {"started": 0, "updated": 0, "operation": "create"},
            **members,
        }
        if self._shelves.find(document["id"]) is not None:
            raise ValueError(f"a connection with id {document['id']} exists")
        auth, secrets = connections.without_secrets(members.get("auth", {}), spec)
        if auth:
            document["auth"] = auth
        self._sequence += 1
        made = Connection(
            sequence=self._sequence,
            tenant=tenant,
            document=self._versioned(document, etag=members.get("etag")),
            secrets=secrets,
        )
        self._shelves.add(made)
        self.writes.append(("create", made.id))
        return made

    def plant_other(self, collection: str, members: Document, *, tenant: Tenant) -> Document:
        """Put a flow or a source connection into the world, as it is."""
        document = self._versioned({**self._server_members(tenant), **members})
        self._others.setdefault((tenant, collection), []).append(document)
        return document

    def edit(
        self, connection_id: str, changes: Document, *, author: Author = connections.PERSON
    ) -> Connection:
        """Change a connection of any tenant as somebody else would: merged in, null removes."""
        found = self._anywhere(connection_id)
        after = patches.merged(found.whole(), changes)
        return self._write(found, after, author=author, verb="edit")

    def touch(self, connection_id: str) -> None:
        """Move the connection's etag as the service does by itself; gone is fine."""
        found = self._shelves.find(connection_id)
        if found is not None:
            self._write(found, found.whole())

    def uproot(self, connection_id: str) -> None:
        """Remove a connection of any tenant; nothing is checked."""
        self._anywhere(connection_id)
        self._forget(connection_id)

    # --- keeping ---------------------------------------------------------------------------

    def _check_auth(self, spec: Spec, auth: Document) -> None:
        spec.check(auth)
        if self.switches.validate_credentials and not self._works(spec, auth):
            raise RefusedError(1308, reason=UNAUTHORIZED)

    def _works(self, spec: Spec, auth: Document) -> bool:
        return spec.id != ZOHO or self._vet(auth.get("params", {}))

    def _spec_of(self, found: Connection) -> Spec:
        return self.specs[found.document["connectionSpec"]["id"]]

    def _forget(self, connection_id: str) -> None:
        found = self._shelves.find(connection_id)
        if found is not None:
            self._shelves.remove(found)
            self.writes.append(("delete", connection_id))

    def _write(
        self,
        found: Connection,
        after: Document,
        *,
        author: Author | None = None,
        verb: str = "touch",
    ) -> Connection:
        """Put the successor in the place of the connection; nobody's write keeps the author."""
        auth, secrets = connections.without_secrets(after.get("auth", {}), self._spec_of(found))
        document = {**after, "auth": auth, "updatedAt": int(self.agenda.now() * 1000)}
        if author is not None:
            document |= {"updatedBy": author.by, "updatedClient": author.client}
        changed = replace(found, document=self._versioned(document), secrets=secrets)
        self._shelves.replace(changed)
        self.writes.append((verb, found.id))
        return changed

    def _versioned(self, document: Document, *, etag: str | None = None) -> Document:
        chance, second = self.chance.getrandbits(32), int(self.agenda.now()) & 0xFFFFFFFF
        tag = etag or connections.etag(chance=chance, second=second)
        return {**document, "version": tag, "etag": tag}

    def _move_later(self, connection_id: str) -> None:
        after = self.switches.etag_moves_after
        if after is not None:
            self.agenda.add(lambda: self.touch(connection_id), after=after)

    def _enable(self, connection_id: str) -> None:
        found = self._shelves.find(connection_id)
        if found is not None and found.state == "initializing":
            self._write(found, {**found.whole(), "state": "enabled"})

    def _anywhere(self, connection_id: str) -> Connection:
        found = self._shelves.find(connection_id)
        if found is None:
            raise RefusedError(1439, type="connections", id=connection_id)
        return found

    def _server_members(self, tenant: Tenant) -> Document:
        moment = int(self.agenda.now() * 1000)
        return {
            "id": str(uuid.UUID(int=self.chance.getrandbits(128), version=4)),
            "createdAt": moment,
            "updatedAt": moment,
            "sandboxId": str(uuid.uuid5(uuid.NAMESPACE_OID, tenant.sandbox)),
            "sandboxName": tenant.sandbox,
            "imsOrgId": tenant.organization,
            "state": "enabled",
        }
