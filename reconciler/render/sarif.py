"""An examination as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from reconciler import __version__
from reconciler.core import canonical
from reconciler.model.examinations import Examination
from reconciler.model.findings import Finding

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_WORD = re.compile(r"[^a-z0-9]+")


def render(examination: Examination, *, folder: str = "") -> str:
    """Return one run with a rule for each kind of finding.

    ``folder`` leads from the repository's root to the project, with forward slashes; it is empty
    where they are the same.
    """
    ordered = sorted(examination.findings, key=lambda finding: finding.order)
    rules = sorted({finding.summary for finding in ordered})
    driver = {
        "name": "reconciler",
        "version": __version__,
        "rules": [{"id": _id(one), "shortDescription": {"text": one}} for one in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": list(_results(ordered, rules, folder)),
    }
    return canonical.pretty({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _results(
    findings: Iterable[Finding], rules: list[str], folder: str
) -> Iterator[dict[str, Any]]:
    seen: Counter[tuple[str, ...]] = Counter()
    for finding in findings:
        path = "reconciler.yaml" if finding.span is None else finding.span.path
        address = "" if finding.address is None else str(finding.address)
        about = (_id(finding.summary), path, address)
        seen[about] += 1
        result = {
            "ruleId": about[0],
            "ruleIndex": rules.index(finding.summary),
            "level": finding.severity.value,
            "message": {"text": "\n".join([finding.detail, *finding.lines])},
            "locations": [_location(finding, f"{folder}/{path}" if folder else path)],
            # Lines move with every change; what is wrong with what stays the same finding.
            "partialFingerprints": {
                "finding/v1": canonical.digest([*about, seen[about]]),
            },
        }
        yield result


def _location(finding: Finding, path: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(path)}}
    if finding.span is not None:
        place["region"] = {"startLine": finding.span.line, "startColumn": finding.span.column}
    return {"physicalLocation": place}


def _id(summary: str) -> str:
    return _WORD.sub("-", summary.lower()).strip("-")
