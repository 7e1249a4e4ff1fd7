"""Each entry for a secret manager is one that a project may hold, and its reference leads there."""

from __future__ import annotations

import re

import pytest
import yaml

from reconciler.core import references
from reconciler.core.references import Bounds
from reconciler.core.shapes import Shape
from reconciler.manifests import projects
from tests.docs.pages import ROOT, Page

PAGE = Page(ROOT / "docs" / "secret-managers.md")
ROWS = re.findall(r"^\| [^|]+ \| `(exec:(\w+)[^`]*)` \|", PAGE.text, re.M)
RUN = {"sops", "aws"}
"""What ``make beyond`` runs as it stands in the page."""


def test_every_manager_has_a_row_and_an_entry() -> None:
    assert sorted(name for _, name in ROWS) == sorted(PAGE.entries)
    assert len(ROWS) == 7


@pytest.mark.parametrize(("text", "name"), ROWS)
def test_a_reference_leads_to_its_entry(text: str, name: str) -> None:
    reference = references.parse(text)
    assert reference is not None
    assert references.refusal(reference, Bounds(commands={name})) is None


@pytest.mark.parametrize("name", sorted(PAGE.entries))
def test_an_entry_is_one_that_a_project_may_hold(name: str) -> None:
    project = yaml.safe_load((ROOT / "examples" / "tutorial" / "reconciler.yaml").read_text())
    project |= {"secrets": {"exec": {name: PAGE.entries[name]}}}
    assert Shape(projects._schema()).violations(project) == ()


@pytest.mark.parametrize("section", re.split(r"^## ", PAGE.text, flags=re.M)[1:])
def test_a_section_says_so_where_its_entry_was_not_run(section: str) -> None:
    (name,) = (name for name in PAGE.entries if f"\n    {name}:\n" in section)
    assert ("Not run." in section) is (name not in RUN)
