"""The two hidden lines at the top of a plan comment: which plan it is about, and its digest.

They count at the very top alone. What stands further down may have been written by anybody: it may
be the name of a connection.
"""

from __future__ import annotations

import re
from urllib.parse import quote


def marker(project: str, environment: str) -> str:
    """Return the line by which the comment of an environment is known; no name can end it early."""
    return f"<!-- reconciler:plan:{_named(project)}:{_named(environment)} -->"


def head(mark: str, digest: str) -> str:
    """Return what a plan comment begins with, and what ``digest_of`` reads."""
    return f"{mark}\n<!-- reconciler:digest:{digest} -->\n\n"


def is_marked(body: str, mark: str) -> bool:
    """Tell whether a comment begins with that marker, as the whole of its first line."""
    return body.replace("\r\n", "\n").startswith(f"{mark}\n")


def digest_of(body: str, mark: str) -> str | None:
    """Return the digest that a comment with that marker names in its second line, if it does."""
    lines = body.replace("\r\n", "\n").split("\n", 2)
    if lines[0] != mark or len(lines) == 1:
        return None
    found = _DIGEST.fullmatch(lines[1])
    return found["digest"] if found else None


_DIGEST = re.compile(r"<!-- reconciler:digest:(?P<digest>[0-9a-f]{64}) -->")


def _named(name: str) -> str:
    # Two hyphens in a row are not allowed in a comment by every reader of HTML.
    return quote(name, safe="", errors="surrogatepass").replace("--", "-%2D")
