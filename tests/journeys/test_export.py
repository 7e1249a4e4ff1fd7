"""Connections that somebody made by hand get manifests, and a plan of them shows imports alone.

What cannot be declared as it is gets no manifest and is told of, so that nothing is lost in silence
and what was written can be planned at once.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.simulator.effects import Reset
from tests.journeys.worlds import VISIBLE, ZOHO, Ended, Hours, QuickClock, World, crm, opened

SALESFORCE = "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5"
TWO = {name: {"sandbox": name, "state": f"state/{name}.json"} for name in ("dev", "stage")}
EXPORTED = """\
# yaml-language-server: $schema=../schemas/zoho-crm-connection.schema.json
apiVersion: reconciler/v1
kind: ZohoCrmConnection
metadata:
  name: crm-eu
import: {{id: {id}}}
spec:
  name: CRM EU
  description: "Made: by hand"
  auth:
    params:
      endpoint: https://www.zohoapis.eu
      accountsUrl: https://accounts.zoho.eu
      clientId: 1000.ABCDEF
      clientSecret: {{secret: "env:CRM_EU_CLIENT_SECRET"}}
      accessToken: {{secret: "env:CRM_EU_ACCESS_TOKEN"}}
      refreshToken: {{secret: "env:CRM_EU_REFRESH_TOKEN"}}
"""


def params(**changes: object) -> dict[str, Any]:
    """Return an ``auth`` of Zoho's with other parameters."""
    merged = {**VISIBLE, **changes}
    held = {name: value for name, value in merged.items() if value is not None}
    return {"specName": "Basic Authentication", "params": held}


def files(world: World, folder: str = "connections") -> dict[str, str]:
    """Return what lies in a folder of the project."""
    path = world.folder / folder
    return {file.name: file.read_text() for file in path.iterdir()} if path.exists() else {}


def exported(world: World, *flags: str) -> Ended:
    """Export everything that there is and see that nothing is left out."""
    ended = world.run("export", "-out=connections", *flags)
    assert ended.code == 0, ended
    return ended


def imports_alone(world: World, number: int, *flags: str) -> None:
    """See that a plan shows so many imports and nothing else, and that one after it is empty."""
    planned = world.plan(*flags)
    assert planned.code == 2, planned
    assert f"Plan: {number} to import, 0 to add, 0 to change, 0 to destroy." in planned.out
    assert world.apply(*flags).code == 0
    assert world.plan(*flags).code == 0
    assert world.writes == []


def test_two_hundred_connections_made_by_hand_are_adopted_in_a_few_requests(world: World) -> None:
    ids = {f"crm-{number:03}": world.plant(f"CRM {number:03}") for number in range(200)}
    assert "200 connections exported." in exported(world).out
    assert sorted(entry.kind for entry in world.service.log) == ["list", "list", "token"]
    before = len(world.service.log)
    assert world.plan().code == 2
    assert len(world.service.log) == before + 3
    imports_alone(world, 200)
    assert world.ids == ids
    asked = {entry.kind for entry in world.service.log}
    assert asked == {"list", "token"}


def test_a_manifest_is_written_as_a_person_would_write_it(world: World) -> None:
    made = world.plant("CRM EU", description="Made: by hand")
    said = exported(world).out
    assert files(world) == {"crm-eu.yaml": EXPORTED.format(id=made)}
    assert (
        f"ZohoCrmConnection.crm-eu: Written to connections/crm-eu.yaml [id={made}]\n\n"
        "1 connection exported. The next plan shows what is imported."
    ) in said
    imports_alone(world, 1)


def test_a_manifest_says_its_environment_where_the_project_has_several(world: World) -> None:
    world.configure(environments=TWO)
    ids = {name: world.plant("CRM EU", sandboxName=name) for name in TWO}
    for name in TWO:
        exported(world, "-e", name)
    written = {name: yaml.safe_load(text) for name, text in files(world).items()}
    assert sorted(written) == ["crm-eu-stage.yaml", "crm-eu.yaml"]
    for name, file in (("dev", "crm-eu.yaml"), ("stage", "crm-eu-stage.yaml")):
        assert written[file]["metadata"]["environments"] == [name]
        assert written[file]["import"] == {"id": ids[name], "environment": name}
        imports_alone(world, 1, "-e", name)


@pytest.mark.parametrize("shown", ["omit", "mask", "clear"])
def test_no_secret_is_written_however_much_the_service_shows(world: World, shown: str) -> None:
    secret = "canary9b1f-somebody-elses"
    world.secrets.append(secret)
    world.service.switch(secrets_on_read=shown)
    world.plant("CRM", auth=params(clientSecret=secret))
    exported(world)
    assert "canary" not in files(world)["crm.yaml"]
    imports_alone(world, 1)


def test_a_secret_that_stands_where_none_belongs_is_not_written_either(world: World) -> None:
    secret = "canary9b1f-somebody-elses"
    world.secrets.append(secret)
    world.service.switch(secrets_on_read="clear")
    world.plant("CRM", description=f"use {secret}", auth=params(clientSecret=secret))
    world.plant("Other")
    ended = world.run("export", "-out=connections")
    assert (ended.code, sorted(files(world))) == (4, ["other.yaml"])
    assert "A member that is no secret holds one" in ended.told


def test_what_only_the_service_knows_is_not_written_and_told_of_once(world: World) -> None:
    world.service.switch(
        extra_members={"providerId": "x"}, extra_params={"privateEndpointId": "a", "inletId": "b"}
    )
    for name in ("a", "b"):
        world.plant(name)
    ended = exported(world)
    assert ended.err.count("Warning: Unknown member") == 2
    assert 'Of 2 exported connections the service shows "auth.params.inletId"' in ended.told
    assert not any("inletId" in text or "providerId" in text for text in files(world).values())
    imports_alone(world, 2)


def test_what_somebody_speaks_for_is_not_written_again(world: World) -> None:
    world.applied(crm("ours"))
    world.plant("Theirs")
    exported(world)
    again = exported(world)
    assert again.out == "No connections to export. 2 declared or recorded already.\n"
    assert sorted(files(world)) == ["1.yaml", "theirs.yaml"]


def test_a_second_export_writes_only_what_is_new(world: World) -> None:
    for name in ("a", "b"):
        world.plant(name)
        exported(world)
    assert sorted(files(world)) == ["a.yaml", "b.yaml"]
    imports_alone(world, 2)


def test_what_a_manifest_declares_by_name_is_left_to_import_matching(world: World) -> None:
    world.declare(crm("ours", title="CRM"))
    made = world.plant("CRM", description="ours")
    ended = world.run("export", "-out=connections")
    assert (ended.code, sorted(files(world))) == (4, ["1.yaml"])
    assert "import -matching records it as ZohoCrmConnection.ours" in ended.told
    assert world.run("import", "-matching").code == 0
    assert world.ids == {"ours": made}
    exported(world)


def test_what_has_the_name_of_a_recorded_connection_is_left_to_a_person(world: World) -> None:
    world.applied(crm("ours", title="CRM"))
    world.plant("CRM")
    ended = world.run("export", "-out=connections")
    assert ended.code == 4
    assert f"records {world.ids['ours']}; no two connections" in ended.told


def test_what_an_unanswered_create_may_have_made_is_left_to_the_next_apply(world: World) -> None:
    world.declare(crm("ours", title="CRM"))
    world.configure(policy={"quarantine": 3600})
    world.service.fault(Reset(), kind="create")
    assert world.apply().code == 4
    world.plant("CRM")
    assert world.intents == ["ours"]
    world.declare()
    ended = world.run("export", "-out=connections")
    assert (ended.code, files(world)) == (4, {})
    assert "A create of ZohoCrmConnection.ours may have made it" in ended.told


def test_of_two_with_one_name_an_id_singles_one_out(world: World) -> None:
    first, second = world.plant("CRM"), world.plant("CRM")
    world.plant("Other")
    ended = world.run("export", "-out=connections")
    assert (ended.code, sorted(files(world))) == (4, ["other.yaml"])
    assert ended.err.count("Warning: Connection not exported") == 2
    assert first in ended.err
    assert second in ended.err
    exported(world, f"-id={second.upper()}")
    assert f"import: {{id: {second}}}" in files(world)["crm.yaml"]
    imports_alone(world, 2)


def test_names_that_are_spelled_alike_get_manifests_of_their_own(world: World) -> None:
    ids = {title: world.plant(title) for title in ("CRM EU", "crm-eu", "CRM: EU", "日本語")}
    exported(world)
    assert len(files(world)) == 4
    assert f"connection-{ids['日本語'][:8]}.yaml" in files(world)
    imports_alone(world, 4)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"title": " CRM"}, "spec.name cannot be"),
        ({"title": ""}, "spec.name"),
        ({"auth": params(endpoint="crm.example")}, "allowed_hosts: [crm.example]"),
        ({"auth": params(endpoint="www.zohoapis.com")}, "both must lie in the same"),
        ({"auth": params(clientId=None)}, 'needs a field "clientId"'),
        ({"auth": params(clientId={"var": "accounts"})}, "neither text nor"),
        ({"auth": params(clientId={"secret": "env:HOME"})}, "neither text nor"),
        ({"auth": params(clientId=5)}, "spec.auth.params.clientId"),
        ({"auth": {"specName": "Basic Authentication"}}, "needs a field"),
        ({"auth": {**params(), "specName": {"a": ["b"]}}}, "spec.auth.specName"),
        ({"auth": {**params(), "specName": "OAuth"}}, "spec.auth.specName"),
        ({"auth": {"specName": "OAuth", "params": dict(VISIBLE)}}, "spec.auth.specName"),
        ({"connectionSpec": {"id": ZOHO, "version": "2.0"}}, "spec.connectionSpec.version"),
    ],
)
def test_what_no_manifest_can_declare_is_left_out_in_words(
    world: World, members: Mapping[str, Any], said: str
) -> None:
    world.configure(variables={"accounts": "1000.ABCDEF"})
    made = world.plant(**{"title": "Odd", **members})
    world.plant("Fine")
    ended = world.run("export", "-out=connections")
    assert (ended.code, sorted(files(world))) == (4, ["fine.yaml"])
    assert said in ended.told
    assert made in ended.err
    imports_alone(world, 1)


def test_a_host_that_is_allowed_later_is_exported_then(world: World) -> None:
    world.plant("Odd", auth=params(endpoint="crm.example"))
    assert world.run("export", "-out=connections").code == 4
    world.configure(policy={"allowed_hosts": ["crm.example"]})
    exported(world)
    imports_alone(world, 1)


def test_a_partial_view_of_every_connection_loses_none_in_silence(world: World) -> None:
    world.service.switch(auth_on_read="none")
    made = [world.plant("a"), world.plant("b")]
    ended = world.run("export", "-out=connections")
    assert (ended.code, files(world)) == (4, {})
    assert all(each in ended.err for each in made)


@pytest.mark.parametrize(
    ("flags", "written"),
    [
        (("-name=CRM *",), ["crm-a.yaml", "crm-b.yaml"]),
        (("-name=CRM a", "-name=Other"), ["crm-a.yaml", "other.yaml"]),
        (("-name=crm *",), []),
        (("-kind=ZohoCrmConnection",), ["crm-a.yaml", "crm-b.yaml", "other.yaml"]),
    ],
)
def test_filters_choose_what_is_exported(
    world: World, flags: tuple[str, ...], written: list[str]
) -> None:
    for title in ("CRM a", "CRM b", "Other"):
        world.plant(title)
    exported(world, *flags)
    assert sorted(files(world)) == written


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("-kind=ZohoCrmConection",), 'Did you mean "ZohoCrmConnection"?'),
        ((f"-id={'0' * 8}-0000-0000-0000-{'0' * 12}",), "Connection to export not found"),
        (("-id=nothing",), "a UUID"),
        ((), "Missing option"),
    ],
)
def test_what_is_asked_for_and_not_there_is_an_error(
    world: World, flags: tuple[str, ...], said: str
) -> None:
    world.plant("CRM")
    out = ("-out=connections",) if flags else ()
    ended = world.run("export", *out, *flags)
    assert (ended.code, files(world)) == (1, {})
    assert said in ended.told


def test_an_id_that_somebody_speaks_for_is_said_to_need_no_manifest(world: World) -> None:
    world.applied(crm("ours"))
    ended = world.run("export", "-out=connections", f"-id={world.ids['ours']}")
    assert ended.code == 1
    assert "The state records it as ZohoCrmConnection.ours." in ended.told


def test_lost_manifests_are_written_again_under_their_addresses(world: World) -> None:
    world.applied(crm("a", title="One"), crm("b", title="Two"))
    world.declare()
    assert exported(world).out.startswith("No connections to export. 2 ")
    exported(world, "-all")
    assert sorted(files(world)) == ["a.yaml", "b.yaml"]
    before = world.state
    assert world.plan().code == 0
    assert world.apply().code == 0
    assert world.state == before


def test_a_connection_spec_that_no_kind_describes_is_none_of_ours(world: World) -> None:
    world.plant("Salesforce", connectionSpec={"id": SALESFORCE, "version": "1.0"}, auth={})
    assert exported(world).out == "No connections to export.\n"
    assert files(world) == {}


def salesforce(world: World, *, required: list[str]) -> None:
    """Add a kind of connections whose secrets may be left out."""
    written = Path("schemas/zoho-crm-connection.schema.json").read_text()
    schema = json.loads(written.replace(ZOHO, SALESFORCE))
    del schema["deprecated"]
    schema["properties"]["kind"]["const"] = "SalesforceConnection"
    secret = {"$ref": "#/$defs/secret", "writeOnly": True, "description": "A secret."}
    held = schema["properties"]["spec"]["properties"]["auth"]["properties"]["params"]
    held["required"] = required
    held["properties"] = {
        "username": {"$ref": "#/$defs/text", "description": "Who signs in."},
        "password": secret,
        "securityToken": secret,
    }
    schema["x-reconciler"] = {"collection": "connections", "replacedWhole": ["auth.params"]}
    world.write("schemas/salesforce.schema.json", json.dumps(schema))


def planted(world: World, **held: str) -> str:
    """Plant a connection of that kind."""
    auth = {"specName": "Basic Authentication", "params": {"username": "no", **held}}
    spec = {"id": SALESFORCE, "version": "1.0"}
    return world.plant("CRM", connectionSpec=spec, auth=auth)


def test_every_kind_of_the_project_is_exported(world: World) -> None:
    salesforce(world, required=["username", "password"])
    made = planted(world, password="theirs")
    world.plant("CRM")
    ended = exported(world)
    assert len(files(world)) == 2
    (sales,) = (text for text in files(world).values() if made in text)
    assert "$schema=../schemas/salesforce.schema.json" in sales
    assert 'username: "no"' in sales
    assert "securityToken" not in sales
    assert 'whether "auth.params.securityToken" is set' in ended.told
    imports_alone(world, 2)


def test_a_secret_that_a_kind_can_do_without_is_referenced_where_it_is_shown_to_be_set(
    world: World,
) -> None:
    world.service.switch(secrets_on_read="mask")
    salesforce(world, required=["username"])
    planted(world, securityToken="theirs")
    ended = exported(world)
    assert 'securityToken: {secret: "env:CRM_SECURITY_TOKEN"}' in files(world)["crm.yaml"]
    assert 'whether "auth.params.password" is set' in ended.told
    assert "securityToken" not in ended.told


def test_a_file_that_exists_stops_everything_before_anything_is_written(world: World) -> None:
    for title in ("a", "b"):
        world.plant(title)
    world.write("out/b.yaml", "mine")
    ended = world.run("export", "-out=out")
    assert (ended.code, files(world, "out")) == (1, {"b.yaml": "mine"})
    assert "File exists already" in ended.err


def test_a_link_to_nothing_counts_as_a_file(world: World) -> None:
    world.plant("a")
    world.write("out/x", "x")
    (world.folder / "out" / "a.yaml").symlink_to("nowhere")
    assert world.run("export", "-out=out").code == 1
    assert not (world.folder / "out" / "nowhere").exists()


@pytest.mark.parametrize("out", ["out", "../out-of-it", "connections/.hidden"])
def test_a_folder_that_no_plan_reads_is_said_to_be_one(world: World, out: str) -> None:
    world.plant("CRM")
    ended = world.run("export", f"-out={out}")
    assert ended.code == 0
    assert "Warning: Folder is not read" in ended.err
    assert (world.folder / out / "crm.yaml").exists()


def test_a_folder_below_the_manifests_is_read(world: World) -> None:
    world.plant("CRM")
    ended = world.run("export", "-out=connections/by-hand")
    assert (ended.code, ended.err) == (0, "")
    written = (world.folder / "connections/by-hand/crm.yaml").read_text()
    assert "$schema=../../schemas/zoho-crm-connection.schema.json" in written
    imports_alone(world, 1)


def test_a_file_in_the_place_of_the_folder_is_said_to_be_in_the_way(world: World) -> None:
    world.plant("CRM")
    world.write("out", "a file")
    ended = world.run("export", "-out=out")
    assert ended.code == 1
    assert "Manifests not written" in ended.err


def test_a_wrong_project_is_refused_before_anything_is_written(world: World) -> None:
    world.plant("CRM")
    world.declare("kind: Nothing")
    ended = world.run("export", "-out=out")
    assert (ended.code, files(world, "out")) == (1, {})
    assert "Unknown kind" in ended.err


TITLES = st.one_of(
    st.sampled_from(
        ["CRM", "crm", "no", "1e5", "2026-11-26", "a: b", "- a", "#a", "'", '"', "\x07"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
)
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "clientId": st.one_of(TITLES, st.integers(-9, 2**40), st.none(), st.booleans()),
        "endpoint": st.sampled_from(["www.zohoapis.eu", "crm.zoho.eu/crm/private", "no", ""]),
        "another": TITLES,
    },
)
LIVE = st.lists(st.tuples(TITLES, st.none() | TITLES, PARAMS), max_size=6)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LIVE)
def test_whatever_lives_is_exported_as_an_import_or_told_of(live: list[Any]) -> None:
    hours = Hours()
    clock = mock.patch("reconciler.app.machines.SystemClock", lambda stop: QuickClock(stop, hours))
    with clock, tempfile.TemporaryDirectory() as folder, opened(Path(folder), hours) as world:
        for title, description, changes in live:
            auth = {"auth": params(**changes)}
            world.plant(title, **({"description": description} if description else {}), **auth)
        ended = world.run("export", "-out=connections")
        left_out = ended.err.count("Warning: Connection not exported")
        written = len(files(world))
        assert written + left_out == len(live)
        assert ended.code == (4 if left_out else 0)
        if written:
            imports_alone(world, written)
