"""Whether a connection works and what lies behind it.

The Flow Service API (flow-service.yaml, ``/connections/{id}/test`` and ``/explore``), and for the
shapes of what is found AdobeDocs/experience-platform.en, help/sources/tutorials/api/explore/
tabular.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from reconciler.errors import ProtocolError
from reconciler.model.explorations import Column, Table


def works(document: Any) -> bool:
    """Return what the answer to a test says; raise ``ProtocolError`` where it says nothing."""
    result = document.get("result") if isinstance(document, dict) else None
    if not isinstance(result, bool):
        raise ProtocolError("Flow Service was asked to test a connection and showed no result.")
    return result


def query(table: str | None) -> str:
    """Return the query that asks for the columns of a table, or for all tables."""
    if table is None:
        return urlencode({"objectType": "root"})
    return urlencode({"objectType": "table", "object": table})


def tables(document: Any) -> tuple[Table, ...]:
    """Return the tables that an answer lists, in its own order."""
    return tuple(_table(item) for item in _mappings(document))


def columns(document: Any) -> tuple[Column, ...]:
    """Return the columns of the table that an answer shows, in its own order."""
    schema = document.get("schema") if isinstance(document, dict) else None
    listed = schema.get("columns") if isinstance(schema, dict) else None
    return tuple(_column(item) for item in _mappings(listed))


def _mappings(listed: Any) -> list[dict[str, Any]]:
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise ProtocolError(
            "Flow Service was asked what is behind a connection and showed nothing."
        )
    return listed


def _table(item: Mapping[str, Any]) -> Table:
    path = item.get("path", item.get("name"))
    if not isinstance(path, str):
        raise ProtocolError("Flow Service shows a table without a name.")
    name = item.get("name")
    return Table(name=name if isinstance(name, str) else path, path=path, type=_text(item, "type"))


def _column(item: Mapping[str, Any]) -> Column:
    name = item.get("name")
    if not isinstance(name, str):
        raise ProtocolError("Flow Service shows a column without a name.")
    xdm = item.get("xdm")
    return Column(
        name=name,
        type=_text(item, "type"),
        format=_text(xdm, "format") if isinstance(xdm, dict) else "",
    )


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""
