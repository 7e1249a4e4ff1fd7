"""A finding as Terraform spells a diagnostic (internal/command/views/json/diagnostic.go)."""

from __future__ import annotations

from typing import Any

from reconciler.model.findings import Finding


def spell(finding: Finding, *, byte: int | None = None) -> dict[str, Any]:
    """Return the diagnostic; it quotes no line of any file, since one may hold a secret.

    ``byte`` says how many bytes of the file stand before the place, where somebody has counted.
    """
    spelled: dict[str, Any] = {
        "severity": finding.severity.value,
        "summary": finding.summary,
        "detail": "\n".join([finding.detail, *finding.lines]),
    }
    if finding.address is not None:
        spelled["address"] = str(finding.address)
    if (span := finding.span) is not None:
        place = {"line": span.line, "column": span.column}
        if byte is not None:
            place["byte"] = byte
        spelled["range"] = {"filename": span.path, "start": place, "end": place}
    return spelled
