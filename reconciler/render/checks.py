"""What came of trying credentials: a table, findings for what failed, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from reconciler.core.escaping import escape
from reconciler.model.findings import Finding
from reconciler.model.tokens import Check

_HEAD = ("ADDRESS", "ACCOUNTS SERVER", "RESULT")
_GOOD = "good"


def table(checks: Sequence[Check]) -> str:
    """Return a line for each connection."""
    lines = [_HEAD, *(_cells(one) for one in checks)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
    return "\n".join(rows) + "\n"


def summary(checks: Sequence[Check]) -> str:
    """Return how many were tried, and with what success."""
    failed = sum(one.trouble is not None for one in checks)
    noun = "connection" if len(checks) == 1 else "connections"
    return f"{len(checks)} {noun} checked, {failed or 'none'} failed."


def findings(checks: Iterable[Check]) -> Iterator[Finding]:
    """Yield what is wrong with each that failed, and what to do."""
    for one in checks:
        if one.trouble is not None:
            yield Finding(
                summary=f"Credentials: {one.trouble}",
                detail=one.detail,
                address=one.address,
                span=one.span,
            )


def document(checks: Sequence[Check]) -> str:
    """Return the same for programs."""
    spelled = {
        "valid": all(one.trouble is None for one in checks),
        "checks": [
            {
                "address": str(one.address),
                "accounts_url": one.accounts_url,
                "result": _result(one),
                "detail": one.detail or None,
            }
            for one in checks
        ],
    }
    return json.dumps(spelled, indent=2, ensure_ascii=False) + "\n"


def _cells(check: Check) -> tuple[str, str, str]:
    return str(check.address), escape(check.accounts_url), _result(check)


def _result(check: Check) -> str:
    return _GOOD if check.trouble is None else str(check.trouble)
