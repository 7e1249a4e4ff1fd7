"""A plan in every format: when it is made, and when a saved one is shown."""

from __future__ import annotations

import json

import pytest

from tests.journeys.worlds import SECRETS, World, crm

FORMATS = ("text", "json", "markdown", "gitlab")
PLAN = "crm.plan.json"


def changed(world: World) -> None:
    """Have one connection to create and one to update."""
    world.applied(crm("sales", title="Sales"))
    world.declare(crm("sales", title="Sales", description="new"), crm("support", title="Support"))


@pytest.mark.parametrize("form", FORMATS)
def test_a_saved_plan_is_shown_as_it_was_when_it_was_made(world: World, form: str) -> None:
    changed(world)
    made = world.run("plan", f"-out={PLAN}", f"-format={form}")
    shown = world.run("show", PLAN, f"-format={form}")
    assert (made.code, shown.code) == (0, 0)
    assert (
        shown.out.splitlines()[1:]
        in (
            made.out.splitlines()[1:],  # the title of a saved plan is its sandbox
            made.out.partition("\nSaved the plan")[0].splitlines()[1:],
        )
    )


def test_a_merge_request_is_told_the_counts(world: World) -> None:
    changed(world)
    ended = world.run("plan", "-format=gitlab")
    assert json.loads(ended.out) == {"create": 1, "update": 1, "delete": 0}


def test_a_comment_names_the_project_and_the_environment(world: World) -> None:
    changed(world)
    ended = world.run("plan", "-format=markdown")
    assert ended.out.startswith("### Plan for <code>journey / dev</code>\n")


def test_a_refused_plan_is_shown_and_ends_with_1(world: World) -> None:
    world.applied(crm())
    world.declare()
    for form in FORMATS:
        ended = world.run("plan", f"-format={form}")
        assert (ended.code, bool(ended.out)) == (1, True)


@pytest.mark.parametrize("form", ["markdown", "gitlab"])
@pytest.mark.parametrize("secret", SECRETS.values())
def test_a_secret_that_the_service_shows_is_masked(world: World, form: str, secret: str) -> None:
    world.applied(crm())
    world.service.edit(world.ids["crm"], description=f"It is {secret}, they say")
    ended = world.run("plan", f"-format={form}")
    assert ended.code == 0
    if form == "markdown":
        assert "It is (sensitive value), they say" in ended.out
