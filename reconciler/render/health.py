"""Whether connections work and what lies behind them, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.core import canonical
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.explorations import Column, Table
from reconciler.model.trials import Health, Trial
from reconciler.render.tables import table

FORMAT = "1.0"


def trials(tried: Sequence[Trial]) -> str:
    """Return a line for each connection and, below, how many of them work."""
    rows = [(str(each.address), each.health.value, each.message) for each in tried]
    fine = sum(each.health is Health.OK for each in tried)
    noun = "connection works" if len(tried) == 1 else "connections work"
    return f"{table(('ADDRESS', 'STATE', 'MESSAGE'), rows)}\n\n{fine} of {len(tried)} {noun}."


def trials_json(tried: Sequence[Trial]) -> str:
    """Return the same as one JSON document."""
    results = [
        {
            "address": str(each.address),
            "id": each.id,
            "state": each.health.value,
            "message": each.message,
        }
        for each in tried
    ]
    return canonical.pretty({"format_version": FORMAT, "results": results})


def tables(found: Sequence[Table]) -> str:
    """Return a line for each table."""
    if not found:
        return "The service shows no tables."
    return table(("NAME", "PATH", "TYPE"), [(each.name, each.path, each.type) for each in found])


def columns(found: Sequence[Column]) -> str:
    """Return a line for each column."""
    if not found:
        return "The service shows no columns."
    rows = [(each.name, each.type, each.format) for each in found]
    return table(("NAME", "TYPE", "FORMAT"), rows)


def tables_json(address: Address, remote_id: RemoteId, found: Sequence[Table]) -> str:
    """Return the tables behind a connection as one JSON document."""
    listed = [{"name": each.name, "path": each.path, "type": each.type} for each in found]
    return _document(address, remote_id, {"tables": listed})


def columns_json(address: Address, remote_id: RemoteId, path: str, found: Sequence[Column]) -> str:
    """Return the columns of a table as one JSON document."""
    listed = [{"name": each.name, "type": each.type, "format": each.format} for each in found]
    return _document(address, remote_id, {"path": path, "columns": listed})


def _document(address: Address, remote_id: RemoteId, members: dict[str, object]) -> str:
    about = {"format_version": FORMAT, "address": str(address), "id": remote_id}
    return canonical.pretty({**about, **members})
