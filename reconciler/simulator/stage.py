"""One simulation, put together from its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType
from typing import Any

from reconciler.simulator import connections, seeds, sources
from reconciler.simulator.agenda import Agenda
from reconciler.simulator.connections import Author, Connection, Tenant
from reconciler.simulator.faults import Faults
from reconciler.simulator.flowservice import FlowService
from reconciler.simulator.ims import Ims
from reconciler.simulator.journal import Journal
from reconciler.simulator.seeds import Settings
from reconciler.simulator.shapes import shape
from reconciler.simulator.switches import Switches
from reconciler.simulator.world import World
from reconciler.simulator.zoho import Zoho

Document = Mapping[str, Any]


class Stage:
    """The services, the world behind them, and what a person may do to it."""

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], float],
        chance: Random,
        accounts: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """``accounts`` has the data centre of each origin that is an accounts server alone."""
        self.settings = settings
        self.chance = chance
        self.agenda = Agenda(now)
        self.faults = Faults(settings.faults)
        self.journal = Journal()
        switches = settings.switches
        self.ims = Ims(settings.clients, agenda=self.agenda, chance=chance, switches=switches)
        self.zoho = Zoho(
            settings.zoho_clients,
            agenda=self.agenda,
            chance=chance,
            switches=switches,
            origins=accounts,
        )
        self.world = World(
            specs=[*sources.KNOWN, *settings.connection_specs],
            switches=switches,
            agenda=self.agenda,
            chance=chance,
            vet=self.zoho.accepts,
        )
        self.flow_service = FlowService(
            world=self.world, ims=self.ims, sandboxes=settings.sandboxes
        )
        self.switch(switches)
        self._plant_all()

    @property
    def switches(self) -> Switches:
        """The switches as they are set now."""
        return self.world.switches

    def switch(self, switches: Switches) -> None:
        """Set the switches."""
        self.world.switches = self.ims.switches = self.zoho.switches = switches
        self.agenda.offset = switches.clock_offset

    def switch_by(self, changes: object) -> None:
        """Change the switches that the JSON object names."""
        known = {name: getattr(self.switches, name) for name in Switches.__slots__}
        self.switch(shape(Switches, changes, at="$", known=known))

    def plant(self, document: object, *, at: str = "$") -> Connection:
        """Create a connection by hand; it is somebody else's unless it says otherwise."""
        members = seeds.connection(document, at)
        seeds.check_place(members, self.settings, spec_ids=self.world.specs, at=at)
        return self.world.plant(members, tenant=self._tenant(members))

    def plant_other(self, collection: str, document: object, *, at: str = "$") -> Document:
        """Create a flow or a source connection by hand."""
        members = seeds.other(document, at)
        return self.world.plant_other(collection, members, tenant=self._tenant(members))

    def edit(self, connection_id: str, changes: object) -> Connection:
        """Change a connection as somebody else; ``updatedBy`` and ``updatedClient`` may say who."""
        members = seeds.edit(changes, "$")
        author = Author(
            by=members.pop("updatedBy", connections.PERSON.by),
            client=members.pop("updatedClient", connections.PERSON.client),
        )
        return self.world.edit(connection_id, members, author=author)

    def token(self, client_id: str | None = None) -> str:
        """Return an access token of that client, of the first one by default."""
        return self.ims.issue(self.ims.clients[client_id or self.settings.clients[0].id])

    def _tenant(self, members: Document) -> Tenant:
        return Tenant(
            organization=members.get("imsOrgId", self.settings.clients[0].organization),
            sandbox=members.get("sandboxName", self.settings.sandboxes[0]),
        )

    def _plant_all(self) -> None:
        for index, one in enumerate(self.settings.connections):
            self.plant(one, at=f"$.connections[{index}]")
        for index, one in enumerate(self.settings.source_connections):
            self.plant_other("sourceConnections", one, at=f"$.sourceConnections[{index}]")
        for index, one in enumerate(self.settings.flows):
            self.plant_other("flows", one, at=f"$.flows[{index}]")
