"""What stands below a pull or merge request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One comment, as its host shows it."""

    id: int
    """Rises with time: of two comments, the older one has the lower id."""
    author: str
    """The name of an account, in whatever case."""
    body: str
