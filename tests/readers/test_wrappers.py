"""tfcmt and Atlantis find in our plans what they find in Terraform's."""

from __future__ import annotations

import re

import pytest

from reconciler.render import text
from tests.render.plans import made

READERS = {
    # tfcmt, pkg/terraform/parser.go
    "pass": r"(?m)^(Plan: \d|No changes\.)",
    "create": r"(?m)^ *# (.*) will be created$",
    "update": r"(?m)^ *# (.*) will be updated in-place$",
    "delete": r"(?m)^ *# (.*) will be destroyed$",
    "move": r"(?m)^ *# (.*?) has moved to (.*?)$",
    "import": r"(?m)^ *# (.*?) will be imported$",
    "destroys": r"([1-9][0-9]* to destroy.)",
    # Atlantis, server/events/models/models.go
    "counts": (
        r"Plan: (?:(\d+) to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy"
        r"(?:, (\d+) to forget)?\."
    ),
    "none": (
        r"No changes. (Infrastructure is up-to-date|Your infrastructure matches the configuration)."
    ),
}

SEEN = [
    ("nothing", {"pass", "none"}),
    ("create", {"pass", "create", "counts"}),
    ("update_with_drift", {"pass", "update", "counts"}),
    ("credentials", {"pass", "update", "counts"}),
    ("delete", {"pass", "delete", "destroys", "counts"}),
    ("forget", {"pass", "counts"}),
    ("adopt", {"pass", "update", "import", "counts"}),
    ("moved", {"pass", "update", "move", "counts"}),
    ("vanished", {"pass", "create", "counts"}),
    ("refusals", {"delete"}),
]


@pytest.mark.parametrize(("case", "seen"), SEEN, ids=[case for case, _ in SEEN])
def test_what_tfcmt_and_atlantis_look_for_is_there(case: str, seen: set[str]) -> None:
    shown = text.render(made(case))
    assert {name for name, pattern in READERS.items() if re.search(pattern, shown)} == seen


def test_programs_read_the_right_addresses_and_counts() -> None:
    assert re.findall(READERS["create"], text.render(made("create"))) == [
        "CrmConnection.crm-eu",
        "CrmConnection.crm-us",
    ]
    assert re.findall(READERS["counts"], text.render(made("adopt"))) == [("2", "0", "1", "0", "")]
    assert re.findall(READERS["counts"], text.render(made("forget"))) == [("", "0", "0", "0", "2")]
