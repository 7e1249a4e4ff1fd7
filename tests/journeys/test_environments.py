"""Several environments at a glance: ``-e all`` plans each of them and shows them side by side."""

from __future__ import annotations

import json

import pytest

from tests.journeys.worlds import World, crm

EVERYWHERE = ("plan", "-e", "all", "-detailed-exitcode")


@pytest.fixture
def two(world: World) -> World:
    """Provide two environments: one that is as declared, and one that has nothing yet."""
    world.configure(
        environments={
            "dev": {
                "sandbox": "dev",
                "state": "state/dev.json",
                "variables": {"endpoint": "https://www.zohoapis.eu"},
            },
            "prod": {
                "sandbox": "prod",
                "state": "state/prod.json",
                "variables": {"endpoint": "https://crm.zoho.eu"},
            },
        }
    )
    only_dev = {"environments": ["dev"]}
    world.declare(
        crm("sales", title="Sales", params={"endpoint": {"var": "endpoint"}}),
        crm("trial", title="Trial", metadata=only_dev),
    )
    assert world.apply("-e", "dev").code == 0
    return world


def test_each_environment_is_planned_and_the_worst_decides(two: World) -> None:
    ended = two.run(*EVERYWHERE)
    assert ended.code == 2
    assert "Environment: journey / dev\n\nNo changes." in ended.out
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in ended.out


def test_they_stand_side_by_side(two: World) -> None:
    lines = [" ".join(line.split()) for line in two.run(*EVERYWHERE).out.splitlines()]
    assert "ZohoCrmConnection.sales unchanged create" in lines
    assert "ZohoCrmConnection.trial unchanged -" in lines


def test_what_is_not_declared_alike_is_shown(two: World) -> None:
    told = two.run(*EVERYWHERE).told
    assert "# ZohoCrmConnection.sales is not declared alike" in told
    assert 'auth.params.endpoint = "https://www.zohoapis.eu" # journey / dev' in told
    assert 'auth.params.endpoint = "https://crm.zoho.eu" # journey / prod' in told


def test_a_comment_has_the_environments_side_by_side_and_one_after_the_other(two: World) -> None:
    said = two.run(*EVERYWHERE, "-format=markdown").out
    row = "| <code>ZohoCrmConnection.sales</code> | unchanged | create |"
    assert said.startswith("### Side by side\n")
    assert row in said
    assert said.index(row) < said.index("### Plan for <code>journey / dev</code>")


def test_a_merge_request_is_told_the_counts_of_all(two: World) -> None:
    counts = json.loads(two.run(*EVERYWHERE, "-format=gitlab").out)
    assert counts == {"create": 1, "update": 0, "delete": 0}


def test_programs_get_the_plan_of_each(two: World) -> None:
    plans = json.loads(two.run(*EVERYWHERE, "-format=json").out)["plans"]
    assert {title: plan["applyable"] for title, plan in plans.items()} == {
        "journey / dev": False,
        "journey / prod": True,
    }


@pytest.mark.parametrize("form", ["text", "markdown", "json", "gitlab"])
def test_one_that_fails_stops_no_other_and_is_not_hidden(two: World, form: str) -> None:
    two.write("state/prod.json", "no state")
    ended = two.run(*EVERYWHERE, f"-format={form}")
    assert ended.code == 1
    assert "journey / prod:" in ended.err
    assert "Error: " in ended.err
    shown = {
        "text": "Planning failed. There is no plan.",
        "markdown": "**Planning failed. There is no plan.**",
        "json": '"journey / prod": null',
        "gitlab": '"create": 0',
    }
    assert shown[form] in ended.out


def test_all_may_be_asked_for_by_the_variable(two: World) -> None:
    ended = two.run("plan", env={"RECONCILER_ENVIRONMENT": "all"})
    assert ended.code == 0
    assert "Environment: journey / prod" in ended.out


def test_nothing_is_asked_of_the_service_without_refresh(two: World) -> None:
    ended = two.run(*EVERYWHERE, "-refresh=false", env={"AEP_CLIENT_SECRET": None})
    assert ended.code == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("plan", "-e", "all", "-out=all.json"), "Several plans, one file"),
        (("apply", "-e", "all", "-auto-approve"), "One environment at a time"),
        (("import", "-e", "all", "-matching"), "One environment at a time"),
        (("show", "-e", "all"), "One environment at a time"),
    ],
    ids=lambda words: words[0] if isinstance(words, tuple) else "",
)
def test_what_is_done_is_done_to_one(two: World, words: tuple[str, ...], told: str) -> None:
    ended = two.run(*words)
    assert ended.code == 1
    assert told in ended.err
    assert not (two.folder / "all.json").exists()


def test_a_stream_is_of_one_environment_and_nobody_is_asked_in_vain(two: World) -> None:
    asked = len(two.service.log)
    ended = two.run("plan", "-e", "all", "-json")
    assert ended.code == 1
    assert "Several plans, one stream" in ended.out
    assert len(two.service.log) == asked
