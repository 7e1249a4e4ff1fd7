"""Plans as other people's programs get them."""

from __future__ import annotations

import json
from typing import Any

from reconciler.app import plan_files
from tests.render.plans import made


def document(case: str, *, endpoint: str | None = None) -> dict[str, Any]:
    """Return the JSON plan of a case, with another endpoint if one is given."""
    text = plan_files.document(made(case), key=None)
    if endpoint is not None:
        text = text.replace("www.zohoapis.eu", endpoint)
    found: dict[str, Any] = json.loads(text)
    return found
