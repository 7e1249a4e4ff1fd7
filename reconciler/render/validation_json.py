"""An examination as Terraform's ``validate -json`` (internal/command/views/validate.go)."""

from __future__ import annotations

import re
from typing import Any

from reconciler.core import canonical
from reconciler.model.examinations import Examination
from reconciler.model.findings import Finding, Severity, Span
from reconciler.render import diagnostics

_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""Where YAML ends a line, and so where the lines of a place are counted."""


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
    rest = text.decode(errors="surrogateescape")
    begins = [0, *(found.end() for found in _BREAK.finditer(rest))]
    if span.line > len(begins):
        return len(text)
    head = rest[: begins[span.line - 1] + span.column - 1]
    return len(head.encode(errors="surrogateescape"))
