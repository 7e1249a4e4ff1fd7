"""An examination as JUnit's XML: a case for each manifest, and one for the project itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as Xml

from reconciler.core.escaping import escape
from reconciler.model.examinations import Examination
from reconciler.model.findings import Finding, Severity
from reconciler.render import findings as findings_renderer

_PROJECT = "reconciler.yaml"

Case = tuple[str, str]
"""The file and the address, which is empty for what is about no one manifest."""


def render(examination: Examination) -> str:
    """Return the report: an error fails the case that it is about, a warning is its output."""
    cases = _cases(examination)
    failed = [
        case
        for case, found in cases.items()
        if any(each.severity is Severity.ERROR for each in found)
    ]
    suite = Xml.Element(
        "testsuite", name="reconciler", tests=f"{len(cases)}", failures=f"{len(failed)}"
    )
    for case, found in cases.items():
        suite.append(_case(case, found))
    suites = Xml.Element("testsuites")
    suites.append(suite)
    Xml.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(suites, encoding="unicode")}\n'


def _cases(examination: Examination) -> Mapping[Case, list[Finding]]:
    sound: list[Case] = [(path, str(address)) for path, address in examination.manifests]
    cases: dict[Case, list[Finding]] = {case: [] for case in [(_PROJECT, ""), *sound]}
    for finding in sorted(examination.findings, key=lambda each: each.order):
        path = _PROJECT if finding.span is None else finding.span.path
        address = "" if finding.address is None else str(finding.address)
        cases.setdefault((path, address), []).append(finding)
    return cases


def _case(case: Case, found: Iterable[Finding]) -> Xml.Element:
    path, address = case
    element = Xml.Element("testcase", classname=escape(path), name=escape(address or path))
    for finding in found:
        text = findings_renderer.render([finding])
        if finding.severity is Severity.ERROR:
            failure = Xml.SubElement(element, "failure", message=escape(finding.summary))
            failure.text = text
        else:
            Xml.SubElement(element, "system-out").text = text
    return element
