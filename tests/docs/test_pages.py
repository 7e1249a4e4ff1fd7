"""The pages hold true: links lead somewhere, what is named exists, and nothing is missing."""

from __future__ import annotations

import pkgutil
import re
import tomllib
from collections.abc import Iterator

import pytest

import reconciler
from docs import generate
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.exit_codes import ExitCode
from reconciler.model.plans import Plan, Scope
from reconciler.model.remarks import Author, Remark, Topic
from reconciler.render import phrases
from reconciler.simulator.faults import EFFECTS
from reconciler.simulator.switches import Switches
from tests.docs.pages import ROOT, Page, named, pages

DECISIONS = [one for one in pages() if one.path.parent.name == "decisions"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOMS = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
_NAME = re.compile(r"(?:{})(?:\.\w+)+".format("|".join(re.findall(r"\w+", " ".join(ROOMS)))))
_FIELD = "secrets.exec"
"""A member of the project file, of the same name as a room."""


def page(name: str) -> Page:
    return Page(ROOT / "docs" / name)


@pytest.mark.parametrize("each", pages(), ids=named)
def test_every_link_to_a_file_or_heading_leads_there(each: Page) -> None:
    for link in each.links:
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (each.path.parent / path).resolve() if path else each.path
        assert target.exists(), link
        assert not anchor or anchor in Page(target).anchors, link


@pytest.mark.parametrize("each", pages(), ids=named)
def test_every_part_of_the_program_that_a_page_names_exists(each: Page) -> None:
    for span in each.spans:
        if _NAME.fullmatch(span) and not span.startswith(_FIELD):
            pkgutil.resolve_name(f"reconciler.{span}")


def test_the_manifest_reference_is_that_of_the_schemas() -> None:
    assert generate.PAGE.read_text() == generate.page(), "stale: run `make docs`"


def test_the_changelog_begins_with_this_version() -> None:
    versions = re.findall(
        r"^## \[(.*)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.M
    )
    assert versions[0] == reconciler.__version__


def test_the_architecture_goes_through_the_layers_of_the_contract_in_order() -> None:
    layers = [" ".join(re.findall(r"\w+", layer)) for layer in ROOMS]
    headings = [
        " ".join(re.findall(r"\w+", heading)) for heading in page("architecture.md").headings
    ]
    assert [heading for heading in headings if heading in layers] == layers


def requirements() -> Iterator[str]:
    wanted = [*PROJECT["project"]["dependencies"]]
    wanted += [
        line
        for line in (ROOT / "requirements" / "dev.in").read_text().splitlines()
        if not line.startswith("#")
    ]
    yield from (re.split(r"[<>=~! ]", each)[0] for each in wanted)


@pytest.mark.parametrize("name", sorted(requirements()))
def test_every_dependency_has_its_reason(name: str) -> None:
    assert re.search(rf"^\| `{re.escape(name)}` \| .+ \|", page("dependencies.md").text, re.M)


@pytest.mark.parametrize("topic", Topic)
def test_every_refusal_and_warning_of_a_plan_is_explained(topic: Topic) -> None:
    address = Address("ZohoCrmConnection", "crm")
    remark = Remark(
        topic=topic,
        address=address,
        other=address,
        ids=(RemoteId("a"), RemoteId("b")),
        author=Author(by=None, client=None, at=None),
    )
    scope = Scope(organization="", sandbox="", base_url="", lineage="", serial=0)
    (finding,) = phrases.warnings(Plan(scope=scope, warnings=(remark,)))
    assert f"**{finding.summary}**" in page("planning.md").text


@pytest.mark.parametrize("name", [*Switches.__slots__, *EFFECTS])
def test_every_switch_and_fault_of_the_simulator_is_explained(name: str) -> None:
    assert f"| `{name}` |" in page("simulator.md").text


def test_every_exit_code_is_explained() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \|", page("messages.md").text, re.M)
    assert sorted(int(code) for row in rows for code in row.split(", ")) == sorted(ExitCode)


@pytest.mark.parametrize(
    "each", [one for one in pages() if one.path.parent.name == "decisions"], ids=named
)
def test_a_decision_says_context_decision_and_cost(each: Page) -> None:
    assert each.headings[1:] == ["Context", "Decision", "What it costs"]
