"""The tables behind a connection.

Shapes: Adobe's page ``tutorials/api/explore/tabular.md``; codes 1330, 1358 and 1359:
``sources-errors.md``. Zoho's tables are documented nowhere: those shown are modules of Zoho CRM.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.simulator.refusals import RefusedError

PARAMETERS = frozenset({
    "objectType", "object", "fileType", "compressionType", "columnDelimiter", "preview",
    "determineProperties", "sourceParams", "filterParams",
})  # fmt: skip

TABLES: Mapping[str, Sequence[str]] = {
    "Accounts": ("id", "Account_Name", "Website", "Created_Time"),
    "Contacts": ("id", "First_Name", "Last_Name", "Email", "Created_Time"),
    "Deals": ("id", "Deal_Name", "Stage", "Created_Time"),
    "Leads": ("id", "Last_Name", "Company", "Email", "Created_Time"),
}


def explore(parameters: Mapping[str, str]) -> Any:
    """Return the tables for ``objectType=root``, a table's columns for ``objectType=table``."""
    object_type = parameters.get("objectType")
    if not object_type:
        raise RefusedError(1359, field="objectType")
    # Tutorials write these values in lower case, the Flow Service API in upper case.
    match object_type.lower():
        case "root":
            return [_entry(name) for name in TABLES]
        case "table":
            return _table(parameters.get("object"))
        case _:
            raise RefusedError(1358)


def _entry(name: str) -> Mapping[str, Any]:
    return {
        "type": "table",
        "name": name,
        "path": name,
        "canPreview": True,
        "canFetchSchema": True,
    }


def _table(name: str | None) -> Mapping[str, Any]:
    if not name:
        raise RefusedError(1359, field="object")
    if name not in TABLES:
        raise RefusedError(1330, table=name)
    return {"format": "flat", "schema": {"columns": [_column(one) for one in TABLES[name]]}}


def _column(name: str) -> Mapping[str, Any]:
    if name.endswith("_Time"):
        xdm = {"type": "string", "format": "date-time"}
        return {"name": name, "type": "string", "meta:xdmType": "date-time", "xdm": xdm}
    return {"name": name, "type": "string", "xdm": {"type": "string"}}
