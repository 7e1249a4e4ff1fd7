"""Connections of other sources: a kind is pulled, a manifest of it written, and off it goes.

Three sources, each told apart by what is special about it: one signed in to by OAuth, one by a key,
and one with parameters within a parameter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest

from reconciler.simulator import sources
from reconciler.simulator.specs import Spec
from tests.journeys.worlds import World

TOKEN = {"secret": "env:ZOHO_ACCESS_TOKEN"}
KEY = {"secret": "env:ZOHO_CLIENT_SECRET"}
RENEWAL = {"secret": "env:ZOHO_REFRESH_TOKEN"}


@dataclass(frozen=True)
class Source:
    """A source, and a sound declaration of a connection to it."""

    spec: str
    kind: str
    params: Mapping[str, Any]
    secret: str
    """A required parameter that is a secret."""
    visible: tuple[str, ...]
    """One that may be edited by anybody, below ``auth.params``."""
    auth: tuple[str, ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Each parameter that names a host, with the host to allow."""


MAILCHIMP = Source(
    spec=sources.MAILCHIMP_MEMBERS,
    kind="MailchimpMembersOAuth2RefreshCodeConnection",
    params={
        "authorizationTestUrl": "https://login.mailchimp.com/oauth2/metadata",
        "accessToken": TOKEN,
    },
    secret="accessToken",
    visible=("authorizationTestUrl",),
    auth=("-auth-spec", "oAuth2RefreshCode"),
    hosts={"authorizationTestUrl": "login.mailchimp.com"},
)
GOOGLE = Source(
    spec=sources.GOOGLE_CLOUD_STORAGE,
    kind="GoogleCloudConnection",
    params={"accessKeyId": "GOOG1EXAMPLE", "secretAccessKey": KEY, "bucketName": "crm"},
    secret="secretAccessKey",
    visible=("bucketName",),
)
REST = Source(
    spec=sources.GENERIC_REST,
    kind="GenericRestConnection",
    params={
        "host": "api.example.com",
        "accessTokenUrl": "https://login.example.com/token",
        "clientId": "ours",
        "clientSecret": KEY,
        "accessToken": TOKEN,
        "refreshToken": RENEWAL,
        "requestParameterOverride": {"accessTokenField": "token", "authenticationMethod": "POST"},
    },
    secret="accessToken",
    visible=("requestParameterOverride", "accessTokenField"),
    hosts={"host": "api.example.com", "accessTokenUrl": "login.example.com"},
)
SOURCES = [
    pytest.param(MAILCHIMP, id="oauth"),
    pytest.param(GOOGLE, id="key"),
    pytest.param(REST, id="nested"),
]


def manifest(source: Source, *, title: str = "Ours", **changes: Any) -> str:
    """Return a manifest; ``params`` replaces parameters, ``None`` takes one out."""
    params = {**deepcopy(dict(source.params)), **changes.get("params", {})}
    document = {
        "apiVersion": "reconciler/v1",
        "kind": changes.get("kind", source.kind),
        "metadata": {"name": "ours", **changes.get("metadata", {})},
        "spec": {
            "name": title,
            "auth": {"params": {key: one for key, one in params.items() if one is not None}},
        },
    }
    return json.dumps(document, indent=2)


def pulled(world: World, source: Source) -> None:
    ended = world.run("spec", "pull", source.spec, *source.auth)
    assert ended.code == 0, ended
    assert ended.err == ""
    assert f"kind: {source.kind}" in ended.out
    world.configure(policy={"allowed_hosts": sorted(source.hosts.values())})


def assigned(params: Mapping[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any]:
    changed = deepcopy(dict(params))
    holder = changed
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    return changed


def found(params: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = params
    for name in path:
        value = value[name]
    return value


@pytest.mark.parametrize("source", SOURCES)
def test_a_connection_of_a_pulled_kind_lives_as_any_other(world: World, source: Source) -> None:
    """Created, in no need of change, drifted and put back, changed, and deleted."""
    pulled(world, source)
    world.applied(manifest(source))
    (live,) = world.connections()
    assert live["connectionSpec"] == {"id": source.spec, "version": "1.0"}
    assert source.secret in live["secrets"]
    assert source.secret not in live["auth"]["params"]
    assert world.plan().code == 0

    theirs = assigned(live["auth"]["params"], source.visible, "theirs.example.com")
    world.service.edit(live["id"], auth={"params": theirs})
    drifted = world.plan()
    assert drifted.code == 2
    assert f"{source.visible[-1]} " in drifted.out
    assert "theirs.example.com" in drifted.out
    assert world.apply().code == 0
    assert found(world.connection("ours")["auth"]["params"], source.visible) == found(
        source.params, source.visible
    )

    world.applied(manifest(source, title="Renamed", metadata={"credentialsVersion": "2"}))
    assert world.titles == ["Renamed"]
    assert world.plan().code == 0

    world.declare()
    ended = world.run("destroy", "-auto-approve", "-allow-destroy=1")
    assert ended.code == 0, ended
    assert world.connections() == []


@pytest.mark.parametrize("secrets", ["mask", "clear"])
@pytest.mark.parametrize("source", SOURCES)
def test_secrets_that_the_service_shows_are_never_compared_nor_shown(
    world: World, source: Source, secrets: str
) -> None:
    pulled(world, source)
    world.service.switch(secrets_on_read=secrets)
    world.applied(manifest(source))
    assert world.plan().code == 0
    ended = world.plan("-format=json")
    assert ended.code == 0
    world.declare(manifest(source, title="Renamed"))
    assert world.plan("-format=json").code == 2


@pytest.mark.parametrize("source", SOURCES)
def test_a_literal_in_a_secret_of_a_pulled_kind_is_refused_and_not_shown(
    world: World, source: Source
) -> None:
    pulled(world, source)
    world.declare(manifest(source, params={source.secret: "canary9b1f-literal"}))
    world.secrets.append("canary9b1f-literal")
    ended = world.run("validate")
    assert ended.code == 1
    assert "Literal secret" in ended.err


@pytest.mark.parametrize("source", SOURCES)
def test_a_missing_and_an_unknown_parameter_of_a_pulled_kind_are_refused_offline(
    world: World, source: Source
) -> None:
    pulled(world, source)
    world.declare(manifest(source, params={source.secret: None, "acessTok": "x"}))
    ended = world.run("validate")
    assert ended.code == 1
    assert "auth.params" in ended.told
    assert "Missing field" in ended.err or "Did you mean" in ended.told
    assert "Unknown field" in ended.err


@pytest.mark.parametrize("source", [MAILCHIMP, REST], ids=["oauth", "nested"])
def test_a_host_of_a_pulled_kind_is_refused_until_policy_allows_it(
    world: World, source: Source
) -> None:
    pulled(world, source)
    world.declare(manifest(source))
    assert world.run("validate").code == 0
    world.configure()
    ended = world.run("validate")
    assert ended.code == 1
    for name, host in source.hosts.items():
        assert f'auth.params.{name} names "{host}", which no policy allows.' in ended.told
        assert f"allowed_hosts: [{host}]" in ended.told
    assert world.plan().code == 1
    assert world.writes == []


def test_one_of_a_few_texts_is_held_to_them_and_may_be_a_variable(world: World) -> None:
    pulled(world, REST)
    override: dict[str, Any] = {"authenticationMethod": "PUT"}
    world.declare(manifest(REST, params={"requestParameterOverride": override}))
    ended = world.run("validate")
    assert '"GET" or "POST"' in ended.told
    override = {"authenticationMethod": {"var": "method"}}
    world.declare(manifest(REST, params={"requestParameterOverride": override}))
    policy = {"allowed_hosts": sorted(REST.hosts.values())}
    world.configure(policy=policy, variables={"method": "PATCH"})
    assert '"GET" or "POST"' in world.run("validate").told
    world.configure(policy=policy, variables={"method": "GET"})
    assert world.run("validate").code == 0


# --- pulling --------------------------------------------------------------------------------------


def test_the_same_spec_gives_the_same_bytes_and_a_second_pull_writes_nothing(world: World) -> None:
    pulled(world, GOOGLE)
    path = world.folder / "schemas" / "google-cloud-connection.schema.json"
    first = path.stat()
    ended = world.run("spec", "pull", GOOGLE.spec)
    assert ended.code == 0
    assert "is up to date" in ended.out
    assert path.stat() == first


def test_what_a_person_edited_is_replaced_only_by_force(world: World) -> None:
    pulled(world, GOOGLE)
    path = world.folder / "schemas" / "google-cloud-connection.schema.json"
    theirs = path.read_bytes().replace(b"access key id", b"the id of the key")
    path.write_bytes(theirs)
    ended = world.run("spec", "pull", GOOGLE.spec)
    assert ended.code == 1
    assert "-force replaces it" in ended.told
    assert path.read_bytes() == theirs
    assert world.run("spec", "pull", GOOGLE.spec, "-force").code == 0
    assert path.read_bytes() != theirs
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_spec_with_several_authentications_asks_for_one(world: World) -> None:
    ended = world.run("spec", "pull", MAILCHIMP.spec)
    assert ended.code == 1
    assert '"Basic Authentication" or "oAuth2RefreshCode"' in ended.told
    ended = world.run("spec", "pull", MAILCHIMP.spec, "-auth-spec=Nothing")
    assert ended.code == 1
    assert 'no authentication "Nothing"' in ended.told
    ended = world.run("spec", "pull", MAILCHIMP.spec, "-auth-spec=Basic Authentication")
    assert "kind: MailchimpMembersBasicAuthenticationConnection" in ended.out


def test_a_kind_may_be_named_and_put_elsewhere(world: World) -> None:
    ended = world.run("spec", "pull", GOOGLE.spec, "-kind=Bucket", "-out=schemas/b.schema.json")
    assert ended.code == 0
    assert (world.folder / "schemas" / "b.schema.json").is_file()
    again = world.run("spec", "pull", GOOGLE.spec, "-kind=Bucket")
    assert again.code == 1
    assert "describes Bucket already" in again.told
    aside = world.run("spec", "pull", GOOGLE.spec, "-kind=Pail", "-out=other/p.schema.json")
    assert aside.code == 0
    assert "Kind not in use" in aside.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param((sources.ZOHO,), "-kind", id="built-in"),
        pytest.param((GOOGLE.spec, "-kind=BaseConnection"), "never replaces", id="generic"),
        pytest.param((GOOGLE.spec, "-kind=Project"), "cannot name a kind", id="project"),
        pytest.param((GOOGLE.spec, "-kind=bucket"), "the first of them a capital", id="small"),
        pytest.param((GOOGLE.spec, "-kind=" + "B" * 64), "at most 63", id="long"),
        pytest.param((GOOGLE.spec, "-out=reconciler.yaml"), ".schema.json", id="no-schema"),
        pytest.param((GOOGLE.spec, "-out=schemas/plan.schema.json"), "something else", id="ours"),
        pytest.param(("../flows",), "lists no connection spec", id="no-id"),
        pytest.param(
            ("11111111-2222-4333-8444-555555555555",), "lists no connection spec", id="unknown"
        ),
    ],
)
def test_a_pull_that_cannot_be_is_refused_in_words(
    world: World, words: tuple[str, ...], told: str
) -> None:
    before = sorted(world.folder.rglob("*"))
    ended = world.run("spec", "pull", *words)
    assert ended.code == 1
    assert told in ended.told
    assert sorted(world.folder.rglob("*")) == before


def test_the_specs_are_listed_for_people_and_for_programs(world: World) -> None:
    ended = world.run("spec", "list")
    assert ended.code == 0
    line = next(line for line in ended.out.splitlines() if MAILCHIMP.spec in line)
    assert line.split(maxsplit=2)[1:] == [
        "mailchimp-members",
        "oAuth2RefreshCode, Basic Authentication",
    ]
    listed = json.loads(world.run("spec", "list", "-json").out)
    assert {one["id"] for one in listed} == {one["id"] for one in sources.KNOWN}


@pytest.mark.parametrize("form", [{}, {"spec": None}, {"spec": ["odd"]}])
def test_an_authentication_without_a_form_hides_no_other_and_takes_references(
    world: World, form: dict[str, Any]
) -> None:
    bare = deepcopy(dict(sources.KNOWN[2]))
    bare["authSpec"] = [{"name": "Bare", "type": "KeyBased", **form}, {"type": "nameless"}]
    world.service.world.specs[GOOGLE.spec] = Spec(bare)
    ended = world.run("spec", "list")
    assert ended.code == 0
    assert "Bare" in ended.out
    assert MAILCHIMP.spec in ended.out
    assert world.run("spec", "pull", GOOGLE.spec).code == 0
    world.declare(manifest(GOOGLE, params={"accessKeyId": KEY, "bucketName": KEY}))
    assert world.run("validate").code == 0


def test_what_a_hostile_spec_says_does_nothing_to_a_terminal(world: World) -> None:
    evil = deepcopy(dict(sources.KNOWN[2]))
    evil["name"] = "\x1b[2J\x9b2Jgoogle ::error::\u202e cloud"
    (auth,) = evil["authSpec"]
    auth["spec"]["properties"]["folderPath"] |= {
        "description": "\x1b]0;x\x07\n::error::",
        "pattern": "(a+)+$",
    }
    auth["spec"]["properties"]["\x1b[2J"] = {"type": "string"}
    world.service.world.specs[GOOGLE.spec] = Spec(evil)
    for words in (("list",), ("list", "-json")):
        listed = world.run("spec", *words)
        assert listed.code == 0
        assert not {"\x1b", "\x9b", "\u202e"} & set(listed.told)
    ended = world.run("spec", "pull", GOOGLE.spec, "-kind=GoogleCloudConnection")
    assert ended.code == 0
    assert "Parameters left out" in ended.err
    schema = (world.folder / "schemas" / "google-cloud-connection.schema.json").read_text()
    assert "(a+)+" not in schema
    world.applied(manifest(GOOGLE))
    assert world.plan().code == 0


def test_what_nobody_describes_is_exported_as_a_reference(world: World) -> None:
    """A spec that leaves a mapping open, and a connection that somebody made of it."""
    (auth,) = deepcopy(sources.KNOWN[2]["authSpec"])
    auth["spec"]["properties"]["headers"] = {"type": "object", "additionalProperties": True}
    spec = {**sources.KNOWN[2], "authSpec": [auth]}
    world.service.world.specs[GOOGLE.spec] = Spec(spec)
    pulled(world, GOOGLE)
    shown = {"accessKeyId": "GOOG1EXAMPLE", "headers": {"x-token": "canary9b1f-header"}}
    world.secrets.append("canary9b1f-header")
    world.plant(
        "Theirs",
        auth={"specName": auth["name"], "params": {**shown, "secretAccessKey": "theirs"}},
        connectionSpec={"id": GOOGLE.spec, "version": "1.0"},
    )
    ended = world.run("export", "-out=connections")
    assert ended.code == 0, ended
    (file,) = (world.folder / "connections").iterdir()
    assert "x-token: {secret: " in file.read_text()
