"""The words for how much of what is live is managed."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.escaping import escape
from reconciler.model.plans import Coverage


def sentence(coverage: Coverage | None) -> str:
    """Return the share in a sentence; nothing where all is managed and nobody asked."""
    if coverage is None or not (coverage.unmanaged or coverage.listed is not None):
        return ""
    total = coverage.managed + coverage.unmanaged
    more = " -unmanaged lists the others." if coverage.listed is None else ""
    return (
        f"Coverage: {coverage.managed} of {total} live connections are managed here "
        f"({coverage.percent} %).{more}"
    )


def listing(coverage: Coverage | None) -> Iterator[str]:
    """Yield a line for each connection that nobody manages, where they were asked for."""
    for stranger in (coverage.listed or ()) if coverage else ():
        yield f'  {escape(stranger.id)}  "{escape(stranger.name)}"'
