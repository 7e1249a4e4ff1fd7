"""One changed manifest changes its own block of a saved plan, whatever else the plan holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import canonical, plan_document, plan_reader, planner
from reconciler.model.plans import Plan
from tests.builders import address, declaration, observation, record, recorded, situation, spec

NAMES = ("a", "b", "c", "d", "e")
MATES = ("create", "update", "same", "delete", "vanished", "drift", "adopt")
SUMS = ("digest", "checksum", "mac")
WORDS = st.text(alphabet='ab\u00e9\n"\\ ,{}', max_size=6)


def planned(mates: Mapping[str, str], changed: str, description: str, label: str) -> Plan:
    """Plan for a few connections, of which one is declared with this description and label."""
    declared, records, live = [], {}, []
    for number, (name, mate) in enumerate(sorted(mates.items()), start=1):
        members: dict[str, Any] = {"description": "as it is"}
        body = spec(name, description=description if name == changed else "declared")
        more: dict[str, Any] = {"labels": {"team": label}} if name == changed else {}
        if mate == "adopt":
            more["adopt"] = observation(number).id
        if mate != "delete":
            declared.append(
                declaration(name, spec(name, **members) if mate == "same" else body, **more)
            )
        if mate not in ("create", "adopt"):
            records[name] = record(number, spec(name, **members))
        if mate not in ("create", "vanished"):
            seen = {"description": "theirs"} if mate == "drift" else members
            live.append(observation(number, spec(name, secret=False, **seen)))
    return planner.plan(situation(declared=declared, state=recorded(records), live=live))


def document(plan: Plan) -> dict[str, Any]:
    return plan_reader.seal(plan_document.encode(plan), key=b"k" * 32)


def without(found: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a saved plan without what it says of one address, its digest and its seals."""
    at = str(address(name))
    ours = {key: held for key, held in found["reconciler"].items() if key not in SUMS}
    ours["changes"] = {key: held for key, held in ours["changes"].items() if key != at}
    changes = [change for change in found["resource_changes"] if change["address"] != at]
    return {**found, "resource_changes": changes, "reconciler": ours}


@given(
    mates=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(MATES), min_size=1),
    data=st.data(),
)
def test_one_changed_manifest_changes_nothing_but_its_own_block(
    mates: dict[str, str], data: st.DataObject
) -> None:
    changed = data.draw(st.sampled_from(NAMES))
    mates = {**mates, changed: data.draw(st.sampled_from(("create", "update", "drift", "adopt")))}
    one, other = (
        document(planned(mates, changed, data.draw(WORDS), data.draw(st.sampled_from("xy"))))
        for _ in range(2)
    )
    assert without(one, changed) == without(other, changed)


@given(mates=st.dictionaries(st.sampled_from(NAMES[1:]), st.sampled_from(MATES)))
def test_no_other_line_of_the_file_differs(mates: dict[str, str]) -> None:
    mates = {**mates, "a": "create"}
    texts = [
        canonical.pretty(document(planned(mates, "a", description, "x"))).splitlines()
        for description in ("one", "other")
    ]
    assert len(texts[0]) == len(texts[1])
    differing = [pair for pair in zip(*texts, strict=True) if pair[0] != pair[1]]
    names = sorted(line.split(":")[0].strip() for line, _ in differing)
    assert names == ['"checksum"', '"description"', '"digest"', '"mac"']
