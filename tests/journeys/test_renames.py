"""Ten of many connections get other addresses: by ``moved:``, and by hand."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest

from tests.journeys.test_rows import AT, settled
from tests.journeys.worlds import World, crm

ALL = [f"crm-{number:02}" for number in range(40)]
OLD, KEPT = ALL[:10], ALL[10:]
NEW = {name: f"eu-{name}" for name in OLD}
ENTRIES = [
    {"from": f"ZohoCrmConnection.{old}", "to": f"ZohoCrmConnection.{new}"}
    for old, new in NEW.items()
]
MOVED = re.compile(r"(?m)^  # (\S+) has moved to (\S+)$")


@pytest.fixture
def many(world: World) -> World:
    """Forty connections are applied, and the manifests of ten have new names since."""
    world.applied(*map(crm, ALL))
    world.declare(
        *(crm(new, title=f"CRM {old}") for old, new in NEW.items()),
        *map(crm, KEPT),
    )
    return world


def renamed(world: World, before: dict[str, str]) -> None:
    """Claim that every connection is what it was, ten of them under their new addresses."""
    assert world.ids == {NEW.get(name, name): one for name, one in before.items()}
    assert len(world.writes) == len(ALL)
    settled(world)


def test_ten_are_renamed_by_entries_that_fall_silent(many: World) -> None:
    before = many.ids
    many.configure(moved=ENTRIES)
    planned = many.plan("-out=crm.plan")
    assert planned.code == 2
    assert [{"from": old, "to": new} for old, new in MOVED.findall(planned.out)] == ENTRIES
    assert planned.out.count("  # Zoho") == len(ENTRIES)
    assert "Plan: 0 to add, 0 to change, 0 to destroy." in planned.out
    assert many.run("apply", "crm.plan").code == 0
    renamed(many, before)
    many.configure()
    renamed(many, before)


def test_ten_are_renamed_by_hand(many: World) -> None:
    before = many.ids
    for entry in ENTRIES:
        assert many.run("state", "mv", entry["from"], entry["to"]).code == 0
    renamed(many, before)


def test_without_either_nothing_is_done_and_every_entry_is_there_to_paste(many: World) -> None:
    before = many.state
    planned = many.plan()
    pasted = re.findall(r"- \{from: (\S+), to: (\S+)\}", planned.told)
    assert planned.code == 1
    assert [{"from": old, "to": new} for old, new in sorted(pasted)] == ENTRIES
    assert many.apply().code == 1
    assert (many.state, len(many.writes)) == (before, len(ALL))


def test_a_rename_of_a_rename_is_followed_from_wherever_a_state_is(world: World) -> None:
    steps = ("a", "b", "c")
    names = ("dev", "stage", "prod")
    environments = {one: {"sandbox": one, "state": f"state/{one}.json"} for one in names}
    world.configure(environments=environments)
    for environment, step in zip(names, steps, strict=True):
        world.declare(crm(step, title="CRM"))
        assert world.apply(f"-e={environment}").code == 0
    chain = [
        {"from": f"ZohoCrmConnection.{old}", "to": f"ZohoCrmConnection.{new}"}
        for old, new in pairwise(steps)
    ]
    world.configure(environments=environments, moved=chain)
    for environment, code in zip(names, (2, 2, 0), strict=True):
        assert world.plan(f"-e={environment}").code == code
        assert world.apply(f"-e={environment}").code == 0
        listed = world.run("state", "list", f"-e={environment}")
        assert listed.out == "ZohoCrmConnection.c\n"
    assert len(world.writes) == len(names)


def test_a_move_to_an_address_that_is_taken_is_warned_of_before_anything_is_deleted(
    world: World,
) -> None:
    world.applied(crm("a"), crm("b"))
    world.configure(moved=[{"from": "ZohoCrmConnection.a", "to": "ZohoCrmConnection.b"}])
    world.declare(crm("b"))
    planned = world.plan("-out=crm.plan")
    assert (planned.code, "Warning: Move not followed" in planned.err) == (2, True)
    assert "says that ZohoCrmConnection.a became ZohoCrmConnection.b" in planned.told
    assert "ZohoCrmConnection.a will be destroyed" in planned.out
    assert "Move not followed" in world.plan("-format=markdown").out
    assert world.run("apply", "crm.plan").code == 0
    settled(world)


def test_a_circle_is_an_error_of_validation_at_every_entry(world: World) -> None:
    a, b, c = (f"ZohoCrmConnection.{name}" for name in "abc")
    circle = [{"from": a, "to": b}, {"from": b, "to": c}, {"from": c, "to": a}]
    world.configure(moved=circle)
    world.declare(crm())
    for command in ("validate", "plan"):
        ended = world.run(command)
        assert (ended.code, ended.err.count("Error: Move in a circle")) == (1, len(circle))
    lines = (world.folder / "reconciler.yaml").read_text().splitlines()
    places = [at for at, line in enumerate(lines, start=1) if line.strip() == "{"][-3:]
    for at, entry in zip(places, circle, strict=True):
        assert f"reconciler.yaml:{at}:" in ended.err
        assert f"Following moved: from {entry['from']} leads back to it." in ended.told


@pytest.mark.parametrize("form", ["text", "markdown", "github", "html", "json"])
@pytest.mark.parametrize("refresh", [(), ("-refresh=false",)])
def test_what_looks_like_a_rename_is_told_with_the_entry_in_every_format(
    world: World, form: str, refresh: tuple[str, ...]
) -> None:
    world.applied(crm())
    world.declare(crm("new", title="CRM crm"))
    ended = world.plan(f"-format={form}", *refresh)
    assert ended.code == 1
    if form == "json":
        (refusal,) = json.loads(ended.out)["reconciler"]["refusals"]
        told = refusal["topic"], refusal["other"], refusal["address"]
        assert told == ("name-recorded", AT, "ZohoCrmConnection.new")
    entry = f"- {{from: {AT}, to: ZohoCrmConnection.new}}"
    assert entry in (ended.told if form == "json" else ended.out + ended.err)
    if form in {"markdown", "html"}:
        assert entry in ended.out


def test_a_deletion_and_a_create_that_differ_in_their_names_alone_are_hinted_at(
    world: World,
) -> None:
    world.applied(crm(), crm("z", params={"clientId": "1000.Z"}))
    other = crm("z", params={"clientId": "1000.Z"})
    world.declare(crm("crm-eu", title="CRM Europe", description="theirs"), other)
    ended = world.plan()
    assert (ended.code, "look like a rename" in ended.told) == (2, True)
    assert f"moved: - {{from: {AT}, to: ZohoCrmConnection.crm-eu}}" in ended.told
    world.declare(crm("crm-eu", title="CRM Europe", params={"clientId": "1000.NEW"}), other)
    assert "look like a rename" not in world.plan().told


def test_where_several_could_be_meant_no_rename_is_guessed(world: World) -> None:
    world.applied(crm(), crm("z"))
    world.declare(crm("crm-eu", title="CRM Europe"))
    ended = world.plan("-allow-destroy=2")
    assert (ended.code, "look like a rename" in ended.told) == (2, False)
