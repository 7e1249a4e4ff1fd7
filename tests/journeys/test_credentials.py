"""Credentials: sent when asked to, never shown, and their rotation noticed where there is a key."""

from __future__ import annotations

import hashlib
import json

from tests.journeys.test_rows import AT, settled
from tests.journeys.worlds import SECRETS, World, crm

KEY = {"RECONCILER_KEY": "ab" * 32}
OTHER_KEY = {"RECONCILER_KEY": "cd" * 32}
NEW = {"ZOHO_CLIENT_SECRET": "canary9b1f-rotated-client"}


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_new_version_sends_the_credentials_and_nothing_else(world: World) -> None:
    world.applied(crm(metadata={"credentialsVersion": "1"}))
    world.secrets += NEW.values()
    world.declare(crm(metadata={"credentialsVersion": "2"}))
    planned = world.plan()
    assert planned.code == 2
    assert '~ credentialsVersion = "1" -> "2"' in planned.out
    assert "# all credentials are sent again" in planned.out
    assert world.apply(env=NEW).code == 0
    assert world.writes[-1].body == ("replace /auth/params",)
    assert world.connection()["secrets"]["clientSecret"] == sha(NEW["ZOHO_CLIENT_SECRET"])
    assert world.document["resources"][AT]["credentials_version"] == "2"
    settled(world)


def test_taking_the_version_out_of_the_manifest_is_no_change(world: World) -> None:
    world.applied(crm(metadata={"credentialsVersion": "1"}))
    world.declare(crm())
    assert world.plan().code == 0


def test_with_a_key_a_rotated_secret_shows_up_by_itself(world: World) -> None:
    world.environ |= KEY
    world.applied(crm())
    marks = world.document["resources"][AT]["fingerprints"]
    assert sorted(marks) == ["/auth/params/clientSecret", "/auth/params/refreshToken"]
    settled(world)
    world.secrets += NEW.values()
    world.environ |= NEW
    planned = world.plan()
    assert planned.code == 2
    assert "~ clientSecret = (sensitive value)" in planned.out
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in planned.out
    assert world.apply().code == 0
    assert world.connection()["secrets"]["clientSecret"] == sha(NEW["ZOHO_CLIENT_SECRET"])
    settled(world)


def test_with_a_key_a_new_access_token_is_nothing_to_send(world: World) -> None:
    world.environ |= KEY
    world.applied(crm())
    world.environ["ZOHO_ACCESS_TOKEN"] = "canary9b1f-fresh-access"
    world.secrets.append("canary9b1f-fresh-access")
    settled(world)


def test_what_cannot_be_compared_is_no_change(world: World) -> None:
    world.applied(crm())
    assert world.plan(env=KEY).code == 0
    assert world.document["resources"][AT]["fingerprints"] == {}
    world.environ |= KEY
    world.applied(crm(description="new", params={"clientId": "1000.NEW"}))
    assert world.document["resources"][AT]["fingerprints"] != {}
    assert world.plan(env={**OTHER_KEY, **NEW}).code == 0
    assert world.plan(env={"RECONCILER_KEY": None, **NEW}).code == 0
    assert world.plan(env={"ZOHO_CLIENT_SECRET": None}).code == 0


def test_a_key_makes_marks_of_its_own_for_each_address(world: World) -> None:
    world.environ |= KEY
    world.applied(crm("a"), crm("b"))
    first, second = world.document["resources"].values()
    shared = set(first["fingerprints"].values()) & set(second["fingerprints"].values())
    assert shared == set()


def test_planning_needs_no_secret_at_all(world: World) -> None:
    world.declare(crm())
    unset = {name: None for name in SECRETS if name.startswith("ZOHO_")}
    assert world.plan(env=unset).code == 2


def test_credentials_that_somebody_else_changed_are_warned_about_with_who_and_when(
    world: World,
) -> None:
    world.applied(crm())
    world.service.edit(world.ids["crm"], auth={"params": {"clientSecret": "theirs"}})
    ended = world.plan()
    assert ended.code == 0
    assert "credentials may have been changed by 0A1B2C3D4E5F60718293A4B5@AdobeID" in ended.told
    world.applied(crm(metadata={"credentialsVersion": "2"}))
    assert world.connection()["secrets"]["clientSecret"] == sha(SECRETS["ZOHO_CLIENT_SECRET"])
    settled(world)


def test_secrets_come_from_files_and_from_variables_too(world: World) -> None:
    secret = "canary9b1f-in-a-file"
    world.secrets.append(secret)
    world.write("secrets/client", f"{secret}\n")
    world.configure(variables={"client": {"secret": "file:secrets/client"}})
    world.applied(crm(params={"clientSecret": {"var": "client"}}))
    assert world.connection()["secrets"]["clientSecret"] == sha(secret)
    settled(world)


def test_a_token_of_ones_own_is_used_as_it_is(world: World) -> None:
    token = world.service.token()
    world.secrets.append(token)
    world.declare(crm())
    given = {"AEP_ACCESS_TOKEN": token, "AEP_CLIENT_SECRET": None}
    assert world.apply(env=given).code == 0
    assert "token" not in {entry.kind for entry in world.service.log}


def test_a_token_that_was_revoked_is_renewed_once(world: World) -> None:
    world.applied(crm())
    world.service.revoke_tokens()
    settled(world)


def test_a_log_tells_every_request_and_no_secret(world: World) -> None:
    world.declare(crm())
    ended = world.apply(env={"RECONCILER_LOG": "debug"})
    assert ended.code == 0
    assert "POST /data/foundation/flowservice/connections -> 201" in ended.err


def test_a_plan_holds_references_where_values_would_be(world: World) -> None:
    world.declare(crm())
    document = json.loads(world.run("plan", "-format=json").out)
    (change,) = document["resource_changes"]
    params = change["change"]["after"]["auth"]["params"]
    assert params["clientSecret"] is None
    assert change["change"]["after_sensitive"]["auth"]["params"]["clientSecret"] is True
    notes = document["reconciler"]["changes"][AT]
    assert notes["secrets"]["/auth/params/clientSecret"] == "env:ZOHO_CLIENT_SECRET"
