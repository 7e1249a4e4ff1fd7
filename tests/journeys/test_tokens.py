"""``zoho:refresh``: a fresh access token made of the other credentials, where they are sent.

Zoho's accounts servers are the simulator's, one origin for each data centre.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.simulator.effects import Garbage, Redirect, Reset, Status
from reconciler.simulator.journal import Entry
from reconciler.simulator.zoho import ZohoClient
from tests.journeys import worlds
from tests.journeys.worlds import QUIET, SECRETS, SETTINGS, VISIBLE, Hours, World, crm

CLIENT = ZohoClient(
    id=VISIBLE["clientId"],
    secret=SECRETS["ZOHO_CLIENT_SECRET"],
    data_centres=("eu",),
    refresh_tokens=(SECRETS["ZOHO_REFRESH_TOKEN"],),
)
FRESH = {"secret": "zoho:refresh"}


@contextmanager
def opened(folder: Path) -> Iterator[World]:
    """Provide a world with one of Zoho's clients, registered in Europe, its servers allowed."""
    with worlds.opened(folder, Hours(), replace(SETTINGS, zoho_clients=(CLIENT,))) as made:
        allow(made)
        yield made


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened(tmp_path) as made:
        yield made


def allow(world: World, *more: str) -> None:
    hosts = [world.service.accounts(code).removeprefix("http://") for code in ("eu", "us")]
    world.configure(policy={"allowed_hosts": [*hosts, *more]})


def fresh(world: World, name: str = "crm", /, *, data_centre: str = "eu", **changes: Any) -> str:
    accounts = {"accountsUrl": world.service.accounts(data_centre), "accessToken": FRESH}
    return crm(name, **{**changes, "params": {**accounts, **changes.get("params", {})}})


def asked(world: World) -> list[Entry]:
    """Return the requests to Zoho so far."""
    return [entry for entry in world.service.log if entry.kind == "zoho"]


def issued(world: World) -> list[str]:
    """Return the digest of each access token that the simulator has made, and see none leak."""
    tokens = world.service.issued(SECRETS["ZOHO_REFRESH_TOKEN"], "eu")
    world.secrets += tokens
    return [hashlib.sha256(token.encode()).hexdigest() for token in tokens]


# --- made where it is sent ----------------------------------------------------------------------


def test_a_create_sends_a_token_made_just_before(world: World) -> None:
    world.applied(fresh(world))
    assert world.connection()["secrets"]["accessToken"] == issued(world)[0]
    assert [entry.path for entry in asked(world)] == ["/oauth/v2/token"]
    assert world.plan().code == 0
    assert len(asked(world)) == 1


def test_neither_validate_nor_plan_asks_for_a_token(world: World) -> None:
    world.declare(fresh(world))
    assert world.run("validate").code == 0
    assert world.plan("-out=plan.json").code == 2
    assert world.run("show", "plan.json").code == 0
    assert asked(world) == []


def test_a_saved_plan_has_its_token_made_when_it_is_applied(world: World) -> None:
    world.declare(fresh(world))
    assert world.plan("-out=plan.json").code == 2
    assert world.run("apply", "plan.json").code == 0
    assert world.connection()["secrets"]["accessToken"] == issued(world)[0]


def test_an_update_makes_a_token_only_where_credentials_are_sent(world: World) -> None:
    world.applied(fresh(world))
    world.applied(fresh(world, description="new"))
    assert len(asked(world)) == 1
    world.applied(fresh(world, metadata={"credentialsVersion": "2"}))
    assert len(asked(world)) == 2
    assert world.connection()["secrets"]["accessToken"] == issued(world)[1]


def test_connections_of_the_same_credentials_share_one_token(world: World) -> None:
    world.applied(*(fresh(world, f"crm-{number}") for number in range(12)))
    assert len(asked(world)) == 1
    assert {one["secrets"]["accessToken"] for one in world.connections()} == {*issued(world)}


def test_with_a_key_the_made_token_leaves_no_fingerprint(world: World) -> None:
    world.environ |= {"RECONCILER_KEY": "ab" * 32}
    world.applied(fresh(world))
    (record,) = world.document["resources"].values()
    assert sorted(record["fingerprints"]) == [
        "/auth/params/clientSecret",
        "/auth/params/refreshToken",
    ]
    assert world.plan().code == 0


# --- and where there is none --------------------------------------------------------------------


def refused(world: World, *words: str) -> None:
    """See that an apply makes nothing, and says why."""
    ended = world.apply()
    assert ended.code == 3
    assert "Error: No token" in ended.err
    assert "connections/1.yaml" in ended.err
    for each in (*words, "Nothing was sent."):
        assert each in ended.told
    assert world.connections() == []


def test_another_data_centre_is_said_to_be_one(world: World) -> None:
    world.declare(fresh(world, data_centre="us"))
    refused(world, "does not know this client id", "is the accounts URL that of its data centre")


def test_a_wrong_secret_is_said_to_be_one(world: World) -> None:
    world.environ["ZOHO_CLIENT_SECRET"] = "canary9b1f-another"
    world.secrets.append("canary9b1f-another")
    world.declare(fresh(world))
    refused(world, "the client secret is not its own")
    world.service.switch(zoho_legacy_errors=True)
    refused(world, "or with a secret of its own in each")


def test_a_revoked_token_is_said_to_be_one(world: World) -> None:
    world.service.withdraw(SECRETS["ZOHO_REFRESH_TOKEN"])
    world.declare(fresh(world))
    refused(world, "It was revoked", "reconciler credentials exchange")


@pytest.mark.parametrize("localized", [False, True])
def test_throttling_is_waited_for_and_not_met_with_more_requests(
    world: World, *, localized: bool
) -> None:
    world.service.switch(localized_throttling=localized)
    world.service.spend(SECRETS["ZOHO_REFRESH_TOKEN"], "eu")
    world.environ["OTHER"] = "canary9b1f-other-refresh"
    world.secrets.append("canary9b1f-other-refresh")
    other = {"refreshToken": {"secret": "env:OTHER"}}
    world.declare(fresh(world, "a"), fresh(world, "b"), fresh(world, "c", params=other))
    refused(world, "ten for a refresh token within ten minutes", "Try again in ten minutes")
    assert len(asked(world)) == 1
    world.hours.slept += 601
    world.declare(fresh(world))
    assert world.apply().code == 0


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (Status(status=502), "answered 502 Bad Gateway"),
        (Reset(), "the connection broke"),
        (Garbage(), "nothing that a token server would"),
    ],
    ids=["bad gateway", "reset", "garbage"],
)
def test_what_is_no_answer_is_said_to_be_none(world: World, effect: Any, words: str) -> None:
    world.service.fault(effect, kind="zoho")
    world.declare(fresh(world))
    refused(world, words)
    assert world.apply().code == 0


def test_a_redirect_is_not_followed(world: World) -> None:
    world.service.fault(Redirect(to=world.service.accounts("us"), status=307), kind="zoho")
    world.declare(fresh(world))
    refused(world, "answered 307")
    assert len(asked(world)) == 1


def test_an_unset_secret_is_told_without_asking_for_a_token(world: World) -> None:
    world.declare(fresh(world))
    ended = world.apply(env={"ZOHO_REFRESH_TOKEN": None})
    assert ended.code == 3
    assert "env:ZOHO_REFRESH_TOKEN is not set" in ended.told
    assert asked(world) == []


# --- to whom ------------------------------------------------------------------------------------


def test_a_host_that_policy_does_not_allow_is_never_asked(world: World) -> None:
    world.configure()
    world.declare(fresh(world))
    ended = world.apply()
    assert (ended.code, asked(world)) == (1, [])
    assert "Insecure URL" in ended.err


def test_a_host_that_somebody_else_wrote_on_the_service_is_never_asked(world: World) -> None:
    ignoring: dict[str, Any] = {"lifecycle": {"ignore_changes": ["auth.params.accountsUrl"]}}
    world.applied(fresh(world, **ignoring))
    theirs = {"params": {**VISIBLE, "accountsUrl": world.service.accounts("in")}}
    world.service.edit(world.ids["crm"], auth=theirs)
    world.declare(fresh(world, metadata={"credentialsVersion": "2"}, **ignoring))
    before = len(asked(world))
    ended = world.apply()
    assert ended.code == 3
    assert "Error: No token" in ended.err
    assert len(asked(world)) == before


# --- in manifests -------------------------------------------------------------------------------


def test_it_makes_access_tokens_alone(world: World) -> None:
    world.declare(fresh(world, params={"clientSecret": FRESH}))
    ended = world.run("validate")
    assert ended.code == 1
    assert "Error: Misplaced reference" in ended.err
    assert "may stand in spec.auth.params.accessToken alone" in ended.told


@pytest.mark.parametrize("reference", ["zoho:refesh", "zoho:", "zoho:REFRESH", "other:refresh"])
def test_another_key_of_it_is_explained(world: World, reference: str) -> None:
    world.declare(fresh(world, params={"accessToken": {"secret": reference}}))
    ended = world.run("validate")
    assert ended.code == 1
    assert "Error: Unknown secret scheme" in ended.err
    assert re.search("is not env:.* or .*followed by where it leads, nor zoho:refresh", ended.told)


def test_it_is_no_value_of_a_variable(world: World) -> None:
    world.configure(policy={"silence": QUIET}, variables={"token": FRESH})
    world.declare(fresh(world, params={"accessToken": {"var": "token"}}))
    ended = world.run("validate")
    assert (ended.code, "reconciler.yaml" in ended.err) == (1, True)
