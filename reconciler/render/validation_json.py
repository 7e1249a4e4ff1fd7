"""An examination as Terraform's ``validate -json`` (internal/command/views/validate.go)."""

from __future__ import annotations

from typing import Any

from reconciler.core import canonical
from reconciler.model.examinations import Examination
from reconciler.model.findings import Finding, Severity, Span


def render(examination: Examination) -> str:
    """Return the document; it quotes no line of any file, since one may hold a secret."""
    ordered = sorted(examination.findings, key=lambda finding: finding.order)
    return canonical.pretty(
        {
            "format_version": "1.0",
            "valid": examination.valid,
            "error_count": examination.count(Severity.ERROR),
            "warning_count": examination.count(Severity.WARNING),
            "diagnostics": [diagnostic(each, examination) for each in ordered],
        }
    )


def diagnostic(finding: Finding, examination: Examination) -> dict[str, Any]:
    """Return one finding as Terraform spells a diagnostic."""
    found: dict[str, Any] = {
        "severity": finding.severity.value,
        "summary": finding.summary,
        "detail": "\n".join([finding.detail, *finding.lines]),
    }
    if finding.address is not None:
        found["address"] = str(finding.address)
    if finding.span is not None:
        place = {
            "line": finding.span.line,
            "column": finding.span.column,
            "byte": _byte(finding.span, examination.texts.get(finding.span.path, b"")),
        }
        found["range"] = {"filename": finding.span.path, "start": place, "end": place}
    return found


def _byte(span: Span, text: bytes) -> int:
    """Return how many bytes stand before that place; 0 where the file could not be read."""
    lines = text.splitlines(keepends=True)
    before = sum(map(len, lines[: span.line - 1]))
    line = lines[span.line - 1] if span.line <= len(lines) else b""
    head = line.decode(errors="replace")[: span.column - 1]
    return before + len(head.encode())
