"""Each reason for which a saved plan is refused, in the words that a person reads.

``pytest --accept tests/journeys/test_refused_plans.py`` writes the words anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from reconciler.core import plan_reader
from tests.journeys.worlds import World, crm

PLAN = "crm.plan.json"
KEY: Mapping[str, str | None] = {"RECONCILER_KEY": "ab" * 32}
OTHER_KEY: Mapping[str, str | None] = {"RECONCILER_KEY": "cd" * 32}
NOTHING: Mapping[str, str | None] = {}
Spoil = Callable[[World], object]

REASONS: dict[str, tuple[Spoil, Mapping[str, str | None]]] = {}
"""What happens to the plan or around it, and the variables with which it is then applied."""


def reason(
    env: Mapping[str, str | None] = NOTHING,
) -> Callable[[Spoil], Spoil]:
    def keep(spoil: Spoil) -> Spoil:
        REASONS[spoil.__name__] = (spoil, env)
        return spoil

    return keep


def elsewhere(world: World, **members: object) -> None:
    world.configure(environments={"dev": {"sandbox": "dev", "state": "state/dev.json", **members}})


def edit(world: World, change: Callable[[dict[str, Any]], object], *, seal: bool = False) -> None:
    document = json.loads((world.folder / PLAN).read_text())
    change(document)
    if seal:
        document = plan_reader.seal(document, key=None)
    (world.folder / PLAN).write_text(json.dumps(document))


@reason()
def organization(world: World) -> None:
    """Others than ours cannot log in here, so the plan says that it is theirs."""
    theirs = "FEDCBA9876543210FEDCBA98@AdobeOrg"
    edit(world, lambda plan: plan["reconciler"].update(organization=theirs), seal=True)


@reason()
def sandbox(world: World) -> None:
    elsewhere(world, sandbox="prod", state="state/prod.json")


@reason()
def base_url(world: World) -> None:
    other = "https://platform.adobe.io"
    edit(world, lambda plan: plan["reconciler"].update(base_url=other), seal=True)


@reason()
def lineage(world: World) -> None:
    elsewhere(world, state="state/other.json")
    world.applied(crm("other", title="Other"))


@reason()
def no_state_any_more(world: World) -> None:
    elsewhere(world, state="state/other.json")


@reason()
def first_state(world: World) -> None:
    elsewhere(world, state="state/other.json")
    world.declare(crm("other", title="Other"))
    assert world.run("plan", f"-out={PLAN}").code == 0
    assert world.apply().code == 0


@reason()
def serial(world: World) -> None:
    world.applied(crm(), crm("other", title="Other"))


@reason()
def edited(world: World) -> None:
    edit(world, lambda plan: plan["resource_changes"].clear())


@reason()
def contradictory(world: World) -> None:
    edit(world, lambda plan: plan.update(applyable=False), seal=True)


@reason(KEY)
def without_mac(world: World) -> None:
    """It was saved without a key."""


@reason(KEY)
def mac_of_another_key(world: World) -> None:
    assert world.run("plan", f"-out={PLAN}", env=OTHER_KEY).code == 0


@reason(KEY)
def edited_with_mac(world: World) -> None:
    assert world.run("plan", f"-out={PLAN}", env=KEY).code == 0
    edit(world, lambda plan: plan["reconciler"].update(mac="0" * 64))


@reason()
def not_refreshed(world: World) -> None:
    assert world.run("plan", f"-out={PLAN}", "-refresh=false").code == 0


@reason()
def refused(world: World) -> None:
    world.plant("New")
    world.declare(crm(), crm("new", title="New"))
    assert world.run("plan", f"-out={PLAN}").code == 1


@reason()
def newer_format(world: World) -> None:
    edit(world, lambda plan: plan.update(format_version="2.0"))


@reason()
def cut_short(world: World) -> None:
    text = (world.folder / PLAN).read_text()
    (world.folder / PLAN).write_text(text[: len(text) // 2])


@reason()
def not_ours(world: World) -> None:
    (world.folder / PLAN).write_text('{"format_version": "1.2"}')


@reason()
def wrong_types(world: World) -> None:
    edit(world, lambda plan: plan["reconciler"].update(lineage=7), seal=True)


@reason()
def not_strict(world: World) -> None:
    (world.folder / PLAN).write_text('{"a": 1, "a": 2}')


@reason()
def missing(world: World) -> None:
    (world.folder / PLAN).unlink()


@reason()
def no_file(world: World) -> None:
    (world.folder / PLAN).unlink()
    os.mkfifo(world.folder / PLAN)


def words(world: World, text: str) -> str:
    """Return what was said, without what every run says otherwise."""
    text = text.replace(str(world.folder), "PROJECT").replace(world.service.url, "https://SERVICE")
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)


@pytest.mark.parametrize("name", REASONS)
def test_it_is_said_why_a_plan_is_refused_and_what_to_do(
    world: World, name: str, golden: Callable[[str, str], None]
) -> None:
    world.applied(crm())
    world.declare(crm(description="new"))
    assert world.run("plan", f"-out={PLAN}").code == 0
    spoil, env = REASONS[name]
    spoil(world)
    before, writes = world.state, len(world.writes)
    ended = world.run("apply", PLAN, env=env)
    assert (ended.code, ended.out) == (1, "")
    assert (world.state, len(world.writes)) == (before, writes)
    assert "`reconciler " in ended.err, "there is no way out"
    golden(f"errors/saved-plan-{name.replace('_', '-')}.txt", words(world, ended.err))
