"""Libraries that only some states need: imported late, and missed in words."""

from __future__ import annotations

import importlib
from types import ModuleType

from reconciler.errors import RejectedError
from reconciler.model.findings import Finding


def load(module: str, *, extra: str, display: str) -> ModuleType:
    """Return a library that an extra brings; raise ``RejectedError`` where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        detail = (
            f"The state is kept at {display}, and {module}, by which it is reached, is not "
            "installed. Install it with:"
        )
        line = f"pip install 'flow-reconciler[{extra}]'"
        finding = Finding(summary="Missing driver", detail=detail, lines=(line,))
        raise RejectedError([finding]) from error
