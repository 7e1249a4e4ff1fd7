"""``credentials check``: the declared credentials tried where they belong, and told in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import test_tokens
from tests.journeys.test_tokens import CLIENT, asked, fresh, issued
from tests.journeys.worlds import SECRETS, World, crm

WRONG = {"OTHER": "canary9b1f-another"}
OTHER = {"secret": "env:OTHER"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with test_tokens.opened(tmp_path) as made:
        made.environ |= WRONG
        made.secrets += WRONG.values()
        yield made


def test_good_credentials_are_said_to_be_good_and_nothing_of_them_is_shown(world: World) -> None:
    world.declare(fresh(world))
    ended = world.run("credentials", "check")
    assert (ended.code, ended.err) == (0, "")
    assert "ZohoCrmConnection.crm" in ended.out
    assert "1 connection checked, none failed." in ended.out
    assert "ten for a refresh token within ten minutes" in ended.out
    (digest,) = issued(world)
    assert digest not in ended.out
    assert world.secrets[-1] not in ended.out


def test_neither_adobe_nor_the_state_is_asked(world: World) -> None:
    world.declare(fresh(world))
    adobes = {name: None for name in world.environ if name.startswith("AEP_")}
    assert world.run("credentials", "check", env=adobes).code == 0
    assert {entry.kind for entry in world.service.log} == {"zoho"}
    assert world.state is None


def test_each_failure_is_told_by_its_own_words_and_place(world: World) -> None:
    world.declare(
        fresh(world, "far", data_centre="us"),
        fresh(world, "good"),
        fresh(world, "secret", params={"clientSecret": OTHER}),
        fresh(world, "token", params={"refreshToken": OTHER}),
        fresh(world, "unset", params={"refreshToken": {"secret": "env:UNSET"}}),
    )
    ended = world.run("credentials", "check")
    assert ended.code == 1
    assert "5 connections checked, 4 failed." in ended.out
    for summary, place in (
        ("wrong data centre or client", "connections/1.yaml"),
        ("wrong client secret", "connections/3.yaml"),
        ("refresh token refused", "connections/4.yaml"),
        ("secret not available", "connections/5.yaml"),
    ):
        assert summary in ended.out
        assert f"Error: Credentials: {summary} {place}" in ended.told
    assert "env:UNSET is not set" in ended.told


def test_those_who_ask_too_often_are_told_to_wait(world: World) -> None:
    world.service.spend(SECRETS["ZOHO_REFRESH_TOKEN"], "eu")
    world.declare(fresh(world, "a"), fresh(world, "b", params={"refreshToken": OTHER}))
    ended = world.run("credentials", "check")
    assert ended.code == 1
    assert ended.out.count("throttled") == 2
    assert "Try again in ten minutes" in ended.told
    assert len(asked(world)) == 1


def test_a_server_that_does_not_answer_is_said_to_be_unreachable(world: World) -> None:
    world.declare(fresh(world, params={"accountsUrl": "http://127.0.0.1:1"}))
    test_tokens.allow(world, "127.0.0.1:1")
    ended = world.run("credentials", "check")
    assert ended.code == 1
    assert "unreachable" in ended.out
    assert "127.0.0.1 cannot be reached" in ended.told


def test_the_same_credentials_are_tried_once(world: World) -> None:
    world.declare(*(fresh(world, f"crm-{number}") for number in range(12)))
    assert world.run("credentials", "check").code == 0
    assert len(asked(world)) == 1


def test_named_connections_are_checked_alone(world: World) -> None:
    world.declare(fresh(world, "a"), fresh(world, "b", params={"refreshToken": OTHER}))
    assert world.run("credentials", "check", "ZohoCrmConnection.a").code == 0
    ended = world.run("credentials", "check", "ZohoCrmConnection.c")
    assert (ended.code, ended.out) == (1, "")
    assert "Error: Unknown address" in ended.err
    assert 'Did you mean "ZohoCrmConnection.' in ended.told
    assert world.run("credentials", "check", "nothing").code == 1


def test_an_access_token_need_not_be_made_for_its_credentials_to_be_tried(world: World) -> None:
    world.declare(crm(params={"accountsUrl": world.service.accounts("eu")}))
    assert world.run("credentials", "check").code == 0


def test_for_programs_it_is_a_document(world: World) -> None:
    world.declare(fresh(world, "a"), fresh(world, "b", data_centre="us"))
    ended = world.run("credentials", "check", "-json")
    assert (ended.code, ended.err) == (1, "")
    document = json.loads(ended.out)
    assert document["valid"] is False
    good, bad = document["checks"]
    assert good == {
        "address": "ZohoCrmConnection.a",
        "accounts_url": world.service.accounts("eu"),
        "result": "good",
        "detail": None,
    }
    assert (bad["result"], CLIENT.id in bad["detail"]) == ("wrong data centre or client", False)


def test_manifests_that_are_wrong_are_told_before_anything_is_tried(world: World) -> None:
    world.declare(fresh(world, params={"clientSecret": "canary9b1f-literal"}))
    ended = world.run("credentials", "check")
    assert (ended.code, asked(world)) == (1, [])
    assert "Error: Literal secret" in ended.err
