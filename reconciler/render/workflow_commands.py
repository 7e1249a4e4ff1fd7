"""Findings as annotations of GitHub: each on the line of the manifest that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.core.escaping import escape
from reconciler.model.findings import Finding, Severity

_MOST = 10
"""Errors, and as many warnings, that GitHub shows of one step."""


def render(findings: Iterable[Finding], *, folder: str = "") -> str:
    """Return a workflow command for each finding that GitHub would show, and count the rest.

    ``folder`` leads from the repository's root to the project, with forward slashes; it is empty
    where they are the same.
    """
    ordered = sorted(findings, key=lambda finding: finding.order)
    return "".join(f"{line}\n" for line in _lines(ordered, folder))


def _lines(ordered: list[Finding], folder: str) -> Iterator[str]:
    for severity in Severity:
        found = [finding for finding in ordered if finding.severity is severity]
        shown = found if len(found) <= _MOST else found[: _MOST - 1]
        for finding in shown:
            yield _command(finding, folder)
        if left := len(found) - len(shown):
            yield f"::{severity.value} title=More::{left} more like these are in the log."


def _command(finding: Finding, folder: str) -> str:
    properties = {"title": finding.summary}
    if (span := finding.span) is not None:
        path = f"{folder}/{span.path}" if folder else span.path
        properties = {"file": path, "line": f"{span.line}", "col": f"{span.column}", **properties}
    head = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    about = [] if finding.address is None else [str(finding.address)]
    lines = [*about, finding.detail, *(f"  {line}" for line in finding.lines)]
    return f"::{finding.severity.value} {head}::{_data(lines)}"


def _data(lines: Iterable[str]) -> str:
    """Return lines as one; GitHub takes the escapes of line breaks back, and nothing else."""
    return "%0A".join(escape(line).replace("%", "%25") for line in lines)


def _property(said: str) -> str:
    return escape(said).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
