"""An examination as Terraform's ``validate -json`` (internal/command/views/validate.go)."""

from __future__ import annotations

from typing import Any

from reconciler.core import canonical
from reconciler.model.examinations import Examination
from reconciler.model.findings import Finding, Severity, Span
from reconciler.render import diagnostics


def render(examination: Examination) -> str:
    """Return the document."""
    ordered = sorted(examination.findings, key=lambda finding: finding.order)
    return canonical.pretty(
        {
            "format_version": "1.0",
            "valid": examination.valid,
            "error_count": examination.count(Severity.ERROR),
            "warning_count": examination.count(Severity.WARNING),
            "diagnostics": [_diagnostic(each, examination) for each in ordered],
        }
    )


def _diagnostic(finding: Finding, examination: Examination) -> dict[str, Any]:
    if (span := finding.span) is None:
        return diagnostics.spell(finding)
    return diagnostics.spell(finding, byte=_byte(span, examination.texts.get(span.path, b"")))


def _byte(span: Span, text: bytes) -> int:
    """Return how many bytes stand before that place; 0 where the file could not be read."""
    lines = text.splitlines(keepends=True)
    before = sum(map(len, lines[: span.line - 1]))
    line = lines[span.line - 1] if span.line <= len(lines) else b""
    head = line.decode(errors="replace")[: span.column - 1]
    return before + len(head.encode())
