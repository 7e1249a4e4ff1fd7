"""Findings as Terraform prints its diagnostics."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from reconciler.core.escaping import escape
from reconciler.model.findings import Finding


def render(findings: Iterable[Finding], *, width: int | None = None) -> str:
    """Return the findings in order of place, each in a box open to the right.

    Details are folded at ``width`` columns where one is given; lines to paste never are.
    """
    ordered = sorted(findings, key=lambda finding: finding.order)
    return "\n".join(_box(finding, width) for finding in ordered)


def _box(finding: Finding, width: int | None) -> str:
    lines = [f"{finding.severity.value.capitalize()}: {escape(finding.summary)}", *_place(finding)]
    lines += ["", *_folded(escape(finding.detail), width)]
    if finding.lines:
        lines += ["", *(f"  {escape(line)}" for line in finding.lines)]
    return "\n".join(["╷", *(f"│ {line}".rstrip() for line in lines), "╵"])


def _place(finding: Finding) -> list[str]:
    parts = [str(part) for part in (finding.span, finding.address) if part is not None]
    return [f"  {escape('  '.join(parts))}"] if parts else []


def _folded(text: str, width: int | None) -> list[str]:
    if width is None:
        return [text]
    return textwrap.wrap(
        text, width=max(width - 2, 20), break_long_words=False, break_on_hyphens=False
    )
