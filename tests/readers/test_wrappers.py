"""tfcmt and Atlantis find in our plans what they find in Terraform's: in every golden one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden" / "plans"
CONNECTIONS = "CrmConnection"

# tfcmt, pkg/terraform/parser.go
PASSES = re.compile(r"(?m)^(Plan: \d|No changes\.)")
DESTROYS = re.compile(r"([1-9][0-9]* to destroy.)")
MOVED = re.compile(r"(?m)^ *# (.*?) has moved to (.*?)$")
LISTED = {
    "create": re.compile(r"(?m)^ *# (.*) will be created$"),
    "update": re.compile(r"(?m)^ *# (.*) will be updated in-place$"),
    "delete": re.compile(r"(?m)^ *# (.*) will be destroyed$"),
    "replace": re.compile(r"(?m)^ *# (.*?)(?: is tainted, so)? must be replaced$"),
    "adopt": re.compile(r"(?m)^ *# (.*?) will be imported$"),
}
# Atlantis, server/events/models/models.go
COUNTS = re.compile(
    r"Plan: (?:(\d+) to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy"
    r"(?:, (\d+) to forget)?\."
)
UNCHANGED = re.compile(
    r"No changes. (Infrastructure is up-to-date|Your infrastructure matches the configuration)."
)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the two make of one plan."""

    create: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    counts: tuple[tuple[str, ...], ...] = ()
    """To import, to add, to change, to destroy and to forget; once a plan."""
    unchanged: bool = False


PLANS: Mapping[str, Seen] = {
    "nothing": Seen(unchanged=True),
    "create": Seen(create=("crm-eu", "crm-us"), counts=(("", "2", "0", "0", ""),)),
    "update_with_drift": Seen(update=("crm",), counts=(("", "0", "1", "0", ""),)),
    "credentials": Seen(update=("crm", "key"), counts=(("", "0", "2", "0", ""),)),
    "delete": Seen(delete=("asked", "goes"), counts=(("", "0", "0", "2", ""),)),
    "forget": Seen(counts=(("", "0", "0", "0", "2"),)),
    "adopt": Seen(update=("differs",), adopt=("same",), counts=(("2", "0", "1", "0", ""),)),
    "moved": Seen(
        update=("both",), moved=(("old-only", "only"),), counts=(("", "0", "1", "0", ""),)
    ),
    "vanished": Seen(create=("crm",), counts=(("", "1", "0", "0", ""),)),
    "refusals": Seen(delete=("old", "other")),
    "in_doubt": Seen(adopt=("one",), counts=(("1", "0", "0", "0", ""),)),
    "hostile": Seen(create=("a",), update=("b",)),
    # Of a replacement that was asked for, tfcmt knows Terraform's own words as little as ours.
    "replaced": Seen(
        delete=("left (deposed object 00000000-0000-4000-8000-000000000003)",),
        counts=(("", "1", "0", "2", ""),),
    ),
    "followed": Seen(counts=(("", "0", "0", "0", "1"),)),
    "part": Seen(delete=("goes", "used")),
    "two_environments": Seen(
        create=("crm-eu", "crm-us"),
        update=("crm",),
        counts=(("", "0", "1", "0", ""), ("", "2", "0", "0", "")),
    ),
    "failure": Seen(),
}


def shown(case: str) -> str:
    return (GOLDEN / f"{case}.txt").read_text()


def named(address: str) -> str:
    """Return the name in an address, which is ours if anything is."""
    kind, _, name = address.partition(".")
    assert kind == CONNECTIONS
    return name


def seen(text: str) -> Seen:
    listed = {name: tuple(map(named, pattern.findall(text))) for name, pattern in LISTED.items()}
    return Seen(
        **listed,
        moved=tuple((named(one), named(other)) for one, other in MOVED.findall(text)),
        counts=tuple(COUNTS.findall(text)),
        unchanged=UNCHANGED.search(text) is not None,
    )


def test_no_golden_plan_is_left_out() -> None:
    found = {path.stem for path in GOLDEN.glob("*.txt") if not path.stem.endswith(".github")}
    assert found == PLANS.keys()


@pytest.mark.parametrize("case", PLANS)
def test_tfcmt_and_atlantis_see_what_is_planned(case: str) -> None:
    assert seen(shown(case)) == PLANS[case]


@pytest.mark.parametrize("case", PLANS)
def test_tfcmt_takes_a_plan_for_one_unless_it_failed(case: str) -> None:
    expected = PLANS[case]
    assert bool(PASSES.search(shown(case))) is bool(expected.counts or expected.unchanged)


@pytest.mark.parametrize("case", PLANS)
def test_tfcmt_warns_of_what_is_destroyed_and_of_nothing_else(case: str) -> None:
    destroyed = sum(int(counts[3]) for counts in PLANS[case].counts)
    assert DESTROYS.findall(shown(case)) == ([f"{destroyed} to destroy."] if destroyed else [])
