"""How a bug is told: what and where it is, and nothing of the values that were at hand."""

from __future__ import annotations

from types import TracebackType
from typing import Final

from reconciler import __version__

SUMMARY: Final = "This is a bug in reconciler"


def describe(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Return the type of an exception and where it was raised.

    What it says is left out, for that may be anything.
    """
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = (
        "" if trace is None else f" at {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"
    )
    return f"{kind.__name__}{where}, in version {__version__}. Please report this."
