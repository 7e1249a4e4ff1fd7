"""JSON Pointers (RFC 6901): a path as one text that no member's name can be mistaken in."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from reconciler.model.values import UNSET, Path

_POINTER = re.compile(r"(?:/(?:[^/~]|~[01])*)+")

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)

_FIELDS = 1024
"""More than a project's kinds have: ten thousand connections name the same few over and over."""


@lru_cache(_FIELDS)
def spell(path: Path) -> str:
    """Return the pointer of a path: ``/auth/params/endpoint``, and no two paths have the same."""
    return "".join([f"/{name.replace('~', '~0').replace('/', '~1')}" for name in path])


@lru_cache(_FIELDS)
def read(text: str) -> Path:
    """Return the path that a pointer spells.

    Raises ``ValueError`` for what is no pointer, and for the empty one, which names no member.
    """
    if not _POINTER.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is no JSON Pointer to a member")
    return tuple([name.replace("~1", "/").replace("~0", "~") for name in text.split("/")[1:]])


def follow(value: Any, path: Path) -> Any:
    """Return what a path leads to in JSON, ``UNSET`` where that is nothing."""
    for name in path:
        if isinstance(value, dict):
            value = value.get(name, UNSET)
        elif isinstance(value, list) and _INDEX.fullmatch(name) and int(name) < len(value):
            value = value[int(name)]
        else:
            return UNSET
    return value
