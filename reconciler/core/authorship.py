"""Who changed a connection, and when, in words."""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.core.escaping import escape
from reconciler.model.observations import Observation
from reconciler.model.remarks import Author


def author(observed: Observation | None) -> Author:
    """Return who changed the connection last; nobody knows of one that is gone."""
    if observed is None:
        return Author(by=None, client=None, at=None)
    return Author(by=observed.updated_by, client=observed.updated_client, at=observed.updated_at)


def by(author: Author | None) -> str:
    """Return ``WHO with CLIENT at WHEN``, as far as it is known."""
    if author is None or (author.by is None and author.client is None):
        return "somebody unknown"
    client = f" with {escape(author.client)}" if author.client else ""
    return f"{escape(author.by or 'somebody')}{client} at {moment(author.at)}"


def moment(milliseconds: int | None) -> str:
    """Return a time of the service's as ISO 8601 in UTC, to the second."""
    if milliseconds is None:
        return "an unknown time"
    try:
        return datetime.fromtimestamp(milliseconds // 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError, ValueError):
        return "an unknown time"
