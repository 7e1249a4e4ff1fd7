"""What becomes of each thing that a connection spec may say of a parameter."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.catalog import interpreter, translator
from reconciler.core import hints
from reconciler.core.shapes import Shape
from reconciler.errors import RejectedError
from reconciler.model.kinds import Kind
from reconciler.model.specs import Authentication, ConnectionSpec

ID = "11111111-2222-4333-8444-555555555555"


def spec(*schemas: Any, name: str = "any source", version: str = "1.0") -> ConnectionSpec:
    return ConnectionSpec(
        id=ID,
        name=name,
        version=version,
        authentications=tuple(
            Authentication(name=f"Auth {number}", type="KeyBased", schema=schema)
            for number, schema in enumerate(schemas, start=1)
        ),
    )


def params(schema: dict[str, Any]) -> dict[str, Any]:
    document = json.loads(translator.translate(spec(schema)).document)
    auth = document["properties"]["spec"]["properties"]["auth"]
    made: dict[str, Any] = auth["properties"]["params"]
    return made


def kind(schema: dict[str, Any]) -> Kind:
    return interpreter.interpret(json.loads(translator.translate(spec(schema)).document))


def defaults(schema: dict[str, Any]) -> Any:
    return kind(schema).defaults


def one(schema: Any, *, name: str = "field", required: bool = False) -> Any:
    whole = {"type": "object", "properties": {name: schema}}
    made = params(whole | ({"required": [name]} if required else {}))["properties"].get(name)
    if made is not None:
        assert made.pop("description")
    return made


TEXT = {"$ref": "#/$defs/text"}
SECRET = {"$ref": "#/$defs/secret", "writeOnly": True}


@pytest.mark.parametrize(
    ("schema", "made"),
    [
        pytest.param({"type": "string"}, TEXT, id="text"),
        pytest.param({"type": ["string", "null"]}, TEXT, id="text-or-null"),
        pytest.param({"type": "string", "pattern": "(a+)+$"}, TEXT, id="no-pattern"),
        pytest.param({"type": "string", "maxLength": 9}, TEXT | {"maxLength": 9}, id="length"),
        pytest.param({"type": "string", "maxLength": -1}, TEXT, id="no-length"),
        pytest.param({"type": "string", "default": "x"}, TEXT | {"default": "x"}, id="default"),
        pytest.param({"type": "string", "default": "\x1b"}, TEXT, id="unprintable-default"),
        pytest.param({"type": "string", "format": "password"}, SECRET, id="password"),
        pytest.param({"type": "string", "writeOnly": True}, SECRET, id="write-only"),
        pytest.param(
            {"type": "string", "format": "Password", "default": "x"}, SECRET, id="no-default"
        ),
        pytest.param({}, SECRET, id="undescribed"),
        pytest.param(
            {"type": "integer", "minimum": 1, "default": 2},
            {"type": "integer", "minimum": 1, "default": 2},
            id="number",
        ),
        pytest.param({"type": "integer", "default": True}, {"type": "integer"}, id="no-number"),
        pytest.param(
            {"type": "boolean", "default": False}, {"type": "boolean", "default": False}, id="bool"
        ),
        pytest.param(
            {"enum": ["a", "b"], "default": "b"},
            {
                "anyOf": [{"type": "string", "enum": ["a", "b"]}, {"$ref": "#/$defs/reference"}],
                "default": "b",
            },
            id="choice",
        ),
        pytest.param(
            {"type": "array", "items": {"type": "string"}},
            {"type": "array", "maxItems": 250, "items": TEXT},
            id="list",
        ),
        pytest.param({"type": "array", "items": {"type": "object"}}, None, id="list-of-mappings"),
        pytest.param(
            {"type": "array", "items": {"type": "string", "format": "password"}},
            None,
            id="list-of-secrets",
        ),
        pytest.param({"type": "integer", "format": "password"}, None, id="secret-number"),
    ],
)
def test_a_parameter_is_translated(schema: Any, made: Any) -> None:
    assert one(schema) == made


def test_a_required_parameter_with_a_default_may_be_left_out() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string", "default": "x"}, "b": {"type": "string"}},
        "required": ["a", "b"],
    }
    assert params(schema)["required"] == ["b"]
    assert defaults(schema)["auth"]["params"] == {"a": "x"}


def test_a_default_never_brings_an_optional_mapping_into_being() -> None:
    inside = {"type": "object", "properties": {"a": {"type": "string", "default": "x"}}}
    schema: dict[str, Any] = {"type": "object", "properties": {"deep": inside}}
    assert "params" not in defaults(schema)["auth"]
    schema["required"] = ["deep"]
    assert defaults(schema)["auth"]["params"] == {"deep": {"a": "x"}}


def test_references_and_branches_are_followed_and_only_what_always_holds_is_required() -> None:
    schema = {
        "type": "object",
        "definitions": {"pass": {"type": "string", "format": "password"}},
        "properties": {"a": {"$ref": "#/definitions/pass"}},
        "allOf": [{"required": ["a"]}],
        "oneOf": [
            {"properties": {"b": {"type": "string"}}, "required": ["b"]},
            {"properties": {"c": {"type": "string"}}},
        ],
    }
    made = params(schema)
    assert sorted(made["properties"]) == ["a", "b", "c"]
    assert made["required"] == ["a"]
    assert kind(schema).write_only == {("auth", "params", "a")}


def test_a_mapping_of_anything_takes_references_only() -> None:
    free = {"type": "object", "additionalProperties": {"type": "string"}}
    made = kind({"type": "object", "properties": {"headers": free}})
    assert made.sealed == {("auth", "params", "headers"): frozenset()}
    assert made.seals(("auth", "params", "headers", "x"))
    assert not made.seals(("auth", "params", "headers"))


def test_an_authentication_without_parameters_takes_any_reference() -> None:
    assert list(kind({"type": "object"}).sealed) == [("auth", "params")]


def test_described_members_beside_free_ones_are_as_described() -> None:
    schema = {
        "type": "object",
        "properties": {"user": {"type": "string"}},
        "additionalProperties": True,
    }
    made = kind(schema)
    assert not made.seals(("auth", "params", "user"))
    assert made.seals(("auth", "params", "other"))
    assert made.holds_secrets(("auth", "params"))
    assert made.holds_secrets(("auth", "params", "other", "deeper"))
    assert not made.holds_secrets(("auth", "params", "user"))


@pytest.mark.parametrize("name", ["var", "secret", "a.b", "0", "", "a" * 65, "\x1b"])
def test_a_parameter_that_no_manifest_can_hold_is_left_out_or_forbids_the_kind(name: str) -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {name: {"type": "string"}, "b": {}}}
    assert translator.translate(spec(schema)).missed == (("auth", "params", name),)
    schema["required"] = [name]
    with pytest.raises(RejectedError) as caught:
        translator.translate(spec(schema))
    assert "no manifest can hold" in caught.value.findings[0].detail


def test_an_optional_mapping_that_cannot_be_written_is_left_out_as_a_whole() -> None:
    inside = {
        "type": "object",
        "required": ["secret"],
        "properties": {"host": {"type": "string"}},
    }
    schema = {"type": "object", "properties": {"deep": inside, "b": {"type": "string"}}}
    made = translator.translate(spec(schema))
    assert made.missed == (("auth", "params", "deep"),)
    assert made.hosts == ()
    assert list(params(schema)["properties"]) == ["b"]


def test_a_secret_is_not_hidden_behind_a_hundred_other_sayings() -> None:
    much = {"allOf": [{"type": "string"}] + [{"title": str(each)} for each in range(200)]}
    much["allOf"].append({"format": "password"})
    with pytest.raises(RejectedError):
        params({"type": "object", "properties": {"a": much}})


def test_the_hosts_are_the_fields_that_may_name_one() -> None:
    schema = {
        "type": "object",
        "properties": {
            "server": {"type": "string"},
            "where": {"type": "string", "format": "uri"},
            "brokers": {"type": "array", "items": {"type": "string"}},
            "sasUrl": {"type": "string"},
            "port": {"type": "integer"},
            "deep": {"type": "object", "properties": {"baseUrl": {"type": "string"}}},
        },
    }
    made = translator.translate(spec(schema))
    assert sorted(path[2:] for path in made.hosts) == [
        ("brokers",),
        ("deep", "baseUrl"),
        ("server",),
        ("where",),
    ]


@pytest.mark.parametrize(
    ("name", "mark"),
    [("field", {"format": "password"}), ("field", {"writeOnly": True}), ("credentials", {})],
)
def test_whatever_text_lies_in_a_secret_is_one_but_for_hosts(name: str, mark: Any) -> None:
    members = {
        "user": {"type": "string"},
        "deep": {"type": "object", "properties": {"word": {"type": "string"}}},
        "words": {"type": "array", "items": {"type": "string"}},
        "server": {"type": "string"},
    }
    schema = {"properties": {name: {"type": "object", **mark, "properties": members}}}
    made = translator.translate(spec(schema))
    sealed = kind(schema).write_only
    at = ("auth", "params", name)
    assert sealed == {(*at, "user"), (*at, "deep", "word")}
    assert made.hosts == ((*at, "server"),)
    assert made.missed == ((*at, "words"),)


@pytest.mark.parametrize(
    "said",
    [
        {"default": "https://evil.example/collect"},
        {"default": "evil.example"},
        {"default": "evil.example:443"},
        {"enum": ["plain", "evil.example"]},
        {"const": "tcp://evil.example"},
    ],
)
def test_what_is_given_a_host_to_begin_with_is_judged_as_one(said: dict[str, str]) -> None:
    schema = {"properties": {"authority": {"type": "string", **said}}}
    assert translator.translate(spec(schema)).hosts == (("auth", "params", "authority"),)
    assert "authority" not in str(defaults(schema))


@pytest.mark.parametrize("default", ["1.0", "utf-8", "a b", "public", "3.14.15"])
def test_a_default_that_is_no_host_is_kept(default: str) -> None:
    assert one({"type": "string", "default": default})["default"] == default


def test_each_host_of_a_list_is_judged() -> None:
    from reconciler.core import hosts  # noqa: PLC0415 -- the only test that needs it

    schema = {"type": "object", "properties": {"brokers": {"type": "array", "items": {}}}}
    declared = {"auth": {"params": {"brokers": ("a.example.com:9092", "b.example.com")}}}
    made = kind(schema)
    assert len(hosts.problems(declared, made, ())) == 2
    assert hosts.problems(declared, made, ("a.example.com:9092", "b.example.com")) == ()


@pytest.mark.parametrize(
    "name",
    [
        *(
            "password",
            "clientSecret",
            "access_token",
            "API-KEY",
            "apiKey",
            "authKey1",
            "s3SecretKey",
        ),
        *(
            "connectionString",
            "ConnectionString",
            "sasUri",
            "privateKey",
            "accountKey",
            "passphrase",
        ),
        *("apikey", "APIKEY", "clientsecret", "accesstoken", "userpassword", "privatekey", "key"),
        *("authCode", "authorization_code"),
    ],
)
def test_a_name_that_sounds_secret_makes_a_secret(name: str) -> None:
    assert one({"type": "string"}, name=name) == SECRET


@pytest.mark.parametrize(
    "name",
    [
        *("username", "accessKeyId", "clientId", "tokenUrl", "accessTokenField", "bucketName"),
        *("passwordExpiry", "keyspace", "secretName", "compass"),
        *("keyType", "countryCode", "secretary", "turkey"),
    ],
)
def test_a_name_that_speaks_of_a_secret_makes_none(name: str) -> None:
    assert one({"type": "string"}, name=name) == TEXT


@pytest.mark.parametrize(
    "name",
    [
        *("host", "hostname", "serverName", "endpoint", "accountsUrl", "baseurl", "SERVICE_URI"),
        *("domain", "ipAddress", "brokers", "instanceUrl", "site", "proxy"),
    ],
)
def test_a_name_that_sounds_like_a_host_makes_a_host(name: str) -> None:
    assert hints.sounds_like_host(name)


@pytest.mark.parametrize("name", ["username", "hostKeyFingerprint", "emailAddress", "siteId", ""])
def test_a_name_that_speaks_of_a_host_makes_none(name: str) -> None:
    assert not hints.sounds_like_host(name)


@pytest.mark.parametrize(
    ("words", "name", "file"),
    [
        (("zoho-crm",), "ZohoCrmConnection", "zoho-crm-connection.schema.json"),
        (("Amazon S3",), "AmazonS3Connection", "amazon-s3-connection.schema.json"),
        (
            ("rest", "oAuth2RefreshCode"),
            "RestOAuth2RefreshCodeConnection",
            "rest-o-auth2-refresh-code-connection.schema.json",
        ),
    ],
)
def test_a_kind_is_called_by_its_source(words: tuple[str, ...], name: str, file: str) -> None:
    assert hints.kind_name(*words) == name
    assert hints.file_name(name) == file


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param(spec(), "no authentication", id="no-authentication"),
        pytest.param(spec({}, {}), '"Auth 1" or "Auth 2"', id="several"),
        pytest.param(spec({}, name="7 zips"), "-kind", id="digit-first"),
        pytest.param(spec({}, name="日本"), "-kind", id="no-latin-letter"),
        pytest.param(spec({}, name="a" * 80), "-kind", id="long"),
        pytest.param(spec({}, version="\x1b[2J"), "no version", id="version"),
    ],
)
def test_what_cannot_be_a_kind_is_refused(given: ConnectionSpec, told: str) -> None:
    with pytest.raises(RejectedError) as caught:
        translator.translate(given)
    assert told in caught.value.findings[0].detail


def test_text_where_a_secret_belongs_is_refused_wherever_it_stands() -> None:
    free = {"type": "object", "additionalProperties": True}
    shape = Shape.of(kind({"type": "object", "properties": {"headers": free}}))
    written = {"headers": {"x": "canary"}}
    violations = shape.violations(
        {
            "apiVersion": "reconciler/v1",
            "kind": "AnySourceConnection",
            "metadata": {"name": "a"},
            "spec": {"name": "a", "auth": {"params": written}},
        }
    )
    assert [one.summary for one in violations] == ["Literal secret"]
