"""Findings on the lines of manifests, as GitHub shows them: a few, and never more than meant."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.findings import Finding, Severity, Span
from reconciler.render import workflow_commands
from tests.hostile import SAYABLE

COMMAND = re.compile(r"::(?P<kind>error|warning) (?P<properties>[^:]*)::(?P<data>.*)")


def finding(line: int = 1, **changes: Any) -> Finding:
    given = Finding(summary="Unknown kind", detail="Mend it.", span=Span("a.yaml", line, 3))
    return replace(given, **changes)


def test_an_error_stands_on_its_line() -> None:
    said = workflow_commands.render([finding(7, lines=("import: {id: 1}",))])
    assert said == (
        "::error file=a.yaml,line=7,col=3,title=Unknown kind::Mend it.%0A  import: {id: 1}\n"
    )


def test_a_path_is_told_from_the_root_of_the_repository() -> None:
    said = workflow_commands.render([finding()], folder="aep/crm")
    assert said.startswith("::error file=aep/crm/a.yaml,line=1,")


def test_what_has_no_place_has_none() -> None:
    said = workflow_commands.render([finding(span=None)])
    assert said == "::error title=Unknown kind::Mend it.\n"


@pytest.mark.parametrize("severity", Severity)
def test_what_github_would_not_show_is_counted(severity: Severity) -> None:
    said = workflow_commands.render(finding(line, severity=severity) for line in range(1, 31))
    assert len(said.splitlines()) == 10
    assert said.endswith(f"::{severity.value} title=More::21 more like these are in the log.\n")


def test_errors_leave_room_for_warnings() -> None:
    warnings = [finding(line, severity=Severity.WARNING) for line in range(1, 11)]
    errors = [finding(line) for line in range(1, 31)]
    kinds = [
        found["kind"]
        for line in workflow_commands.render([*errors, *warnings]).splitlines()
        if (found := COMMAND.fullmatch(line))
    ]
    assert kinds == ["error"] * 10 + ["warning"] * 10


@pytest.mark.parametrize("hostile", [*(one[:300] for one in SAYABLE), "a,line=9::b%0A%3A%"])
def test_no_name_can_be_more_than_a_name(hostile: str) -> None:
    said = workflow_commands.render(
        [finding(summary=hostile, detail=hostile, span=Span(hostile, 1, 2), lines=(hostile,))]
    )
    (line,) = said.splitlines()
    found = COMMAND.fullmatch(line)
    assert found is not None
    assert [part.partition("=")[0] for part in found["properties"].split(",")] == [
        "file",
        "line",
        "col",
        "title",
    ]
    assert line.isprintable()
