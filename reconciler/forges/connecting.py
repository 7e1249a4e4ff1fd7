"""The door of this room."""

from __future__ import annotations

from reconciler.forges import github, gitlab
from reconciler.forges.places import Host, Place
from reconciler.http.sockets import Trust
from reconciler.http.wire import Wire
from reconciler.ports import Clock, Forge


def connect(place: Place, *, clock: Clock) -> Forge:
    """Return the request that is meant; raises ``ForgeError`` where it has to be looked for."""
    trust = Trust(place.ca_bundle, variable="CI_SERVER_TLS_CA_FILE", beside_known=True)
    wire = Wire(clock=clock, trust=trust)
    match place.host:
        case Host.GITHUB:
            return github.connect(place, wire=wire, clock=clock)
        case Host.GITLAB:
            return gitlab.connect(place, wire=wire, clock=clock)
