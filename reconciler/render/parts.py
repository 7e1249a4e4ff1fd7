"""Parts of sentences about remarks, escaped."""

from __future__ import annotations

from reconciler.core.escaping import escape
from reconciler.core.wording import quoted
from reconciler.model.remarks import Remark
from reconciler.model.values import dotted

_MOST = 10
"""Objects that are named one by one."""


def ids(remark: Remark) -> str:
    """Return the ids that a remark names."""
    return ", ".join(escape(each) for each in remark.ids)


def named(remark: Remark) -> str:
    """Return the ids, each with the name that the service has for it; of many, the first."""
    names = remark.names or ("",) * len(remark.ids)
    told = [
        f"{escape(each)} {quoted(name)}" if name else escape(each)
        for each, name in zip(remark.ids, names, strict=True)
    ]
    more = len(told) - _MOST
    return ", ".join(told[:_MOST]) + (f" and {more} more" if more > 0 else "")


def fields(remark: Remark) -> str:
    """Return the fields that a remark names."""
    return ", ".join(escape(dotted(path)) for path in remark.paths)


def connections(count: int) -> str:
    """Return so many connections, in words."""
    return "1 connection" if count == 1 else f"{count} connections"


def name(remark: Remark) -> str:
    """Return the text of a remark, quoted."""
    return f'"{escape(remark.text)}"'
