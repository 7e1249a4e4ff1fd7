"""Which operation a request asks for; all of one origin, told apart by path and host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from reconciler.simulator.exchanges import Request

FLOW_SERVICE = "/data/foundation/flowservice"
IMS = "/ims/token/"
ZOHO = "/zoho/"
CONTROL = "/_simulator"

KINDS: Mapping[tuple[str, str], str] = {
    ("GET", "connections"): "list",
    ("POST", "connections"): "create",
    ("GET", "connections/*"): "get",
    ("PATCH", "connections/*"): "patch",
    ("DELETE", "connections/*"): "delete",
    ("GET", "connections/*/test"): "test",
    ("GET", "connections/*/explore"): "explore",
    ("GET", "connectionSpecs"): "specs",
    ("GET", "connectionSpecs/*"): "spec",
    ("GET", "sourceConnections"): "sourceConnections",
    ("GET", "sourceConnections/*"): "sourceConnection",
    ("GET", "flows"): "flows",
    ("GET", "flows/*"): "flow",
}
"""The part of the Flow Service API that we play; its paths with or without a final slash."""

SHAPES = frozenset(shape for _, shape in KINDS)


@dataclass(frozen=True, slots=True)
class Route:
    """An operation, and the id of the object that it is about."""

    kind: str
    """One of ``KINDS``, or ``token``, ``zoho``, ``control``, ``method``, ``other``."""
    target: str | None = None


def route(request: Request) -> Route:
    """Return what the request asks for."""
    path = request.path
    if path.startswith(FLOW_SERVICE + "/"):
        return _flow_service(request.method, path.removeprefix(FLOW_SERVICE))
    if path.startswith(IMS):
        return Route("token")
    if path == CONTROL or path.startswith(CONTROL + "/"):
        return Route("control")
    if path.startswith(ZOHO) or request.headers.get("host", "").startswith("accounts.zoho"):
        return Route("zoho")
    return Route("other")


def _flow_service(method: str, path: str) -> Route:
    steps = path.strip("/").split("/")
    shape = "/".join("*" if place == 1 else step for place, step in enumerate(steps))
    target = unquote(steps[1]) if len(steps) > 1 else None
    if (method, shape) in KINDS:
        return Route(KINDS[method, shape], target)
    return Route("method" if shape in SHAPES else "other", target)
