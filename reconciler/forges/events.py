"""Which pull request a workflow runs for, as GitHub tells it: by its event, else by its ref."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_LARGEST: Final = 32 << 20
"""Bytes; an event has 25 MB at most."""
_REF = re.compile(r"refs/pull/([0-9]+)/(?:merge|head)")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


def pull_request(environ: Mapping[str, str]) -> int | None:
    """Return the number of the pull request, ``None`` where the run is not for one."""
    found = _REF.fullmatch(environ.get("GITHUB_REF", ""))
    return _in_event(_event(environ.get("GITHUB_EVENT_PATH", ""))) or (
        positive(found[1]) if found else None
    )


def positive(text: str) -> int | None:
    """Return a number from 1 on, ``None`` for anything else."""
    return int(text) if _NUMBER.fullmatch(text) else None


def _event(path: str) -> Any:
    try:
        with Path(path).open("rb") as file:
            return json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return None


def _in_event(event: Any) -> int | None:
    """Return the pull request that an event is about; an issue that is none does not count."""
    for name, mark in (("pull_request", "number"), ("issue", "pull_request")):
        about = event.get(name) if isinstance(event, dict) else None
        if isinstance(about, dict) and about.get(mark):
            return positive(str(about.get("number")))
    return None
