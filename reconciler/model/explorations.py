"""What lies behind a connection: tables, and the columns of one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, or whatever else the source calls an entry of its root."""

    name: str
    path: str
    """What the service wants to be asked for."""
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table."""

    name: str
    type: str
    format: str = ""
    """What the type leaves open, such as ``date-time``; empty where the service says nothing."""
