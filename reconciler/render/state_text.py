"""A state for people."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.records import Intent, Record, Recorded
from reconciler.render.blocks import Body


def render(recorded: Recorded) -> str:
    """Return what is recorded, connection by connection."""
    if not recorded.records and not recorded.intents and not recorded.deposed:
        return "The state records no connections."
    blocks = ["\n".join(_record(str(at), recorded.records[at])) for at in sorted(recorded.records)]
    blocks += [
        "\n".join(_record(str(at), one, note=f" (deposed object {one.id})"))
        for at in sorted(recorded.deposed)
        for one in recorded.deposed[at]
    ]
    blocks += ["\n".join(_intent(str(at), recorded.intents[at])) for at in sorted(recorded.intents)]
    return "\n\n".join(blocks)


def _record(address: str, record: Record, *, note: str = "") -> Iterator[str]:
    yield f"# {address}:{note}"
    yield from _resource(address)
    yield from Body.plain({"id": record.id, "etag": record.etag or "", **record.spec})
    yield "}"


def _intent(address: str, intent: Intent) -> Iterator[str]:
    yield f"# {address}: a create in doubt"
    yield from _resource(address)
    yield from Body.plain(intent.spec)
    yield "}"


def _resource(address: str) -> Iterator[str]:
    kind, _, name = address.partition(".")
    yield f'resource "{kind}" "{name}" {{'
