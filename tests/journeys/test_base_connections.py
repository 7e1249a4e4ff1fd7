"""A connection of any source, by a kind that knows none of its parameters and hides them all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.simulator import sources
from reconciler.simulator.specs import Spec
from tests.journeys.worlds import ZOHO, World

TOKEN = {"secret": "env:ZOHO_ACCESS_TOKEN"}
KEY = {"secret": "env:ZOHO_CLIENT_SECRET"}
PARAMS = {
    "host": {"secret": "env:REST_HOST"},
    "accessToken": TOKEN,
    "requestParameterOverride": {"accessTokenField": {"secret": "env:REST_FIELD"}},
}
ENVIRON = {"REST_HOST": "canary9b1f.api.example.com", "REST_FIELD": "canary9b1f-field"}


@pytest.fixture(autouse=True)
def secret(world: World) -> None:
    world.environ |= ENVIRON
    world.secrets += ENVIRON.values()
    allowed(world)


def allowed(world: World, *more: str) -> None:
    """Have policy allow the hosts that references lead to."""
    world.configure(policy={"allowed_hosts": [ENVIRON["REST_HOST"], "api.example.com", *more]})


def base(
    name: str = "rest", *, title: str = "REST", params: Any = PARAMS, **changes: object
) -> str:
    spec = {
        "name": title,
        "auth": {"specName": "oAuth2RefreshCode", "params": params},
        "connectionSpec": {"id": sources.GENERIC_REST, "version": "1.0"},
        **changes,
    }
    metadata = {"name": name}
    document = {
        "apiVersion": "reconciler/v1",
        "kind": "BaseConnection",
        "metadata": metadata,
        "spec": {key: value for key, value in spec.items() if value is not None},
    }
    return json.dumps(document, indent=2)


@pytest.mark.parametrize("mode", ["omit", "mask", "clear"])
def test_a_connection_of_a_source_that_nobody_described_lives_as_any_other(
    world: World, mode: str
) -> None:
    """Although the service shows, of parameters that it takes for public, every value."""
    world.service.switch(secrets_on_read=mode)
    world.applied(base())
    (live,) = world.connections()
    assert live["auth"]["params"]["host"] == ENVIRON["REST_HOST"]
    assert live["auth"]["params"]["requestParameterOverride"] == {
        "accessTokenField": ENVIRON["REST_FIELD"]
    }
    (record,) = world.document["resources"].values()
    assert record["spec"]["auth"]["params"] == {
        "host": None,
        "accessToken": None,
        "requestParameterOverride": {"accessTokenField": None},
    }
    assert world.plan().code == 0
    assert world.plan("-format=json").code == 0

    world.applied(base(title="Renamed"))
    assert world.titles == ["Renamed"]
    assert world.plan().code == 0

    world.applied(base(title="Renamed", params={**PARAMS, "clientSecret": KEY}))
    assert "clientSecret" in world.connection("rest")["secrets"]
    assert world.plan().code == 0

    assert world.run("destroy", "-auto-approve", "-allow-destroy=1").code == 0
    assert world.connections() == []


def test_an_adopted_connection_is_sent_what_is_declared_and_shows_nothing(world: World) -> None:
    planted = world.plant(
        "REST",
        auth={"specName": "oAuth2RefreshCode", "params": {"host": ENVIRON["REST_HOST"]}},
        connectionSpec={"id": sources.GENERIC_REST, "version": "1.0"},
    )
    world.declare(base())
    ended = world.run("import", "BaseConnection.rest", planted)
    assert ended.code == 0, ended
    assert world.plan().code in {0, 2}
    assert world.apply().code == 0
    assert world.plan().code == 0


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"accessToken": "canary9b1f-literal"}, id="text"),
        pytest.param({"accessToken": 12_345_678}, id="number"),
        pytest.param({"accessToken": ["canary9b1f-literal"]}, id="list"),
        pytest.param({"deep": {"er": "canary9b1f-literal"}}, id="nested"),
    ],
)
def test_a_literal_is_refused_and_not_shown(world: World, params: dict[str, Any]) -> None:
    world.secrets += ["canary9b1f-literal"]
    world.declare(base(params={**PARAMS, **params}))
    ended = world.run("validate")
    assert ended.code == 1
    assert "Literal secret" in ended.err
    assert "12345678" not in ended.told


def test_a_variable_that_is_text_is_as_good_as_a_literal(world: World) -> None:
    world.configure(variables={"host": "api.example.com"})
    world.declare(base(params={**PARAMS, "host": {"var": "host"}}))
    ended = world.run("validate")
    assert ended.code == 1
    assert "Literal secret" in ended.err
    assert "api.example.com" not in ended.told
    world.configure(variables={"host": {"secret": "env:REST_HOST"}})
    assert world.run("validate").code == 0


def test_numbers_and_switches_are_no_secrets_and_drift(world: World) -> None:
    world.applied(base(params={**PARAMS, "port": 443, "strict": True}))
    live = world.connection("rest")
    assert live["auth"]["params"]["port"] == 443
    assert world.plan().code == 0
    world.service.edit(live["id"], auth={"params": {"port": 8443}})
    ended = world.plan()
    assert ended.code == 2
    assert "8443 -> 443" in ended.out
    assert world.apply().code == 0
    assert world.connection("rest")["auth"]["params"]["port"] == 443


@pytest.mark.parametrize("shown", ["no-params", "none"])
def test_a_service_that_shows_no_parameters_makes_no_drift(world: World, shown: str) -> None:
    world.service.switch(auth_on_read=shown)
    world.applied(base(params={**PARAMS, "port": 443}))
    assert world.plan().code == 0


def test_a_connection_gets_a_kind_of_its_own_without_being_made_anew(world: World) -> None:
    world.environ["REST_HOST"] = "api.example.com"
    world.applied(base())
    remote_id = world.ids["rest"]
    assert world.run("spec", "pull", sources.GENERIC_REST).code == 0
    hosts = {"allowed_hosts": ["api.example.com"]}
    world.configure(policy=hosts, removed=[{"from": "BaseConnection.rest", "destroy": False}])
    world.declare()
    assert world.apply().code == 0
    pulled = {
        "apiVersion": "reconciler/v1",
        "kind": "GenericRestConnection",
        "metadata": {"name": "rest"},
        "import": {"id": remote_id},
        "spec": {
            "name": "REST",
            "auth": {"params": {"host": "api.example.com", "accessToken": TOKEN}},
        },
    }
    world.applied(json.dumps(pulled))
    assert world.ids == {"rest": remote_id}
    assert world.plan().code == 0
    assert [one["id"] for one in world.connections()] == [remote_id]


def test_a_changed_secret_shows_by_its_fingerprint(world: World) -> None:
    world.environ["RECONCILER_KEY"] = "ab" * 32
    world.secrets.append("ab" * 32)
    world.applied(base())
    assert world.plan().code == 0
    other = "canary9b1f.other.example.com"
    world.secrets.append(other)
    world.environ["REST_HOST"] = other
    allowed(world, other)
    ended = world.plan()
    assert ended.code == 2
    assert "host" in ended.out
    assert world.apply().code == 0
    assert world.connection("rest")["auth"]["params"]["host"] == other


def test_a_secret_of_it_cannot_be_ignored(world: World) -> None:
    document = json.loads(base())
    document["lifecycle"] = {"ignore_changes": ["auth.params.host"]}
    world.declare(json.dumps(document))
    assert "Secret cannot be ignored" in world.run("validate").err


def test_a_state_that_was_edited_to_hold_one_is_refused(world: World) -> None:
    world.applied(base())
    text = (world.state or b"").replace(b'"host": null', b'"host": "api.example.com"')
    world.write("state/dev.json", text)
    ended = world.plan()
    assert ended.code == 1
    assert "Secret in the state" in ended.err
    assert "api.example.com" not in ended.told


def test_the_connection_spec_must_be_named_by_its_id(world: World) -> None:
    world.declare(base(connectionSpec={"id": "generic-rest"}))
    ended = world.run("validate")
    assert ended.code == 1
    assert "The UUID of the connection spec, in small letters." in ended.told
    world.declare(base(connectionSpec=None))
    assert world.run("validate").code == 1


@pytest.mark.parametrize(
    ("host", "code"),
    [
        pytest.param("canary9b1f.evil.example", 3, id="a-host"),
        pytest.param("https://canary9b1f.evil.example/x", 3, id="a-url"),
        pytest.param("canary9b1f no host", 3, id="no-host"),
        pytest.param(ENVIRON["REST_HOST"], 0, id="allowed"),
    ],
)
def test_no_credentials_go_to_a_host_that_only_a_reference_tells_and_policy_does_not_allow(
    world: World, host: str, code: int
) -> None:
    world.secrets.append(host)
    world.environ["REST_HOST"] = host
    world.declare(base())
    ended = world.apply()
    assert (ended.code, len(world.connections())) == (code, int(code == 0)), ended
    assert ("env:REST_HOST leads to a host that no policy allows" in ended.told) == (code == 3)


def test_a_url_is_a_host_whatever_its_member_is_called(world: World) -> None:
    world.secrets.append("https://canary9b1f.evil.example")
    world.environ["EVIL"] = "https://canary9b1f.evil.example"
    world.declare(base(params={**PARAMS, "grant": {"secret": "env:EVIL"}}))
    ended = world.apply()
    assert (ended.code, "Name the host in policy.allowed_hosts" in ended.told) == (3, True)


@pytest.mark.parametrize("spec_id", [ZOHO, sources.GENERIC_REST])
def test_what_another_kind_describes_is_declared_as_that_kind(world: World, spec_id: str) -> None:
    """That one checks hosts before anything is reviewed, and this one hides them."""
    assert world.run("spec", "pull", sources.GENERIC_REST).code == 0
    world.declare(base(connectionSpec={"id": spec_id, "version": "1.0"}))
    ended = world.run("validate")
    assert ended.code == 1
    assert "Connection spec of another kind" in ended.err


def test_a_source_that_needs_no_credentials_has_none(world: World) -> None:
    bare = {"id": sources.SALESFORCE, "name": "bare", "version": "1.0"}
    world.service.world.specs[sources.SALESFORCE] = Spec(bare)
    document = base(auth=None, connectionSpec={"id": sources.SALESFORCE, "version": "1.0"})
    world.applied(document)
    assert world.plan().code == 0
