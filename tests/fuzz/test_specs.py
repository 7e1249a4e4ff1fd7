"""Whatever a service calls a connection spec, it gives a sound kind, or is refused in words."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.catalog import inspector, interpreter, schemas, translator
from reconciler.core import strict_json
from reconciler.core.shapes import Shape
from reconciler.errors import ProtocolError, RejectedError
from reconciler.flowservice import sources as received
from reconciler.model.findings import Finding
from reconciler.model.specs import ConnectionSpec
from reconciler.render import findings
from reconciler.simulator import sources
from tests.fuzz.examples import HOSTILE, bounded, in_time, spelled, spoiled
from tests.hostile import offences

RICH: dict[str, Any] = {
    "type": "object",
    "definitions": {"key": {"type": "string", "format": "password", "maxLength": 9}},
    "properties": {
        "key": {"$ref": "#/definitions/key"},
        "mode": {"enum": ["a", "b"], "default": "a"},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": 22},
        "ratio": {"type": ["number", "null"], "exclusiveMinimum": 0},
        "tls": {"type": "boolean", "default": True},
        "servers": {"type": "array", "items": {"type": "string", "format": "hostname"}},
        "more": {"type": "object", "additionalProperties": {"type": "string"}},
        "deep": {
            "type": "object",
            "required": ["er"],
            "properties": {"er": {"type": "object", "properties": {"password": {}}}},
        },
    },
    "allOf": [{"required": ["key"]}],
    "oneOf": [
        {"properties": {"user": {"type": "string", "pattern": "(a+)+$"}}, "required": ["user"]},
        {"properties": {"token": {"type": "string", "const": "x"}}},
    ],
    "required": ["mode"],
}


def spec_of(schema: Any) -> dict[str, Any]:
    auth = {"name": "Basic", "type": "BasicAuthentication", "spec": schema}
    return {"id": sources.SALESFORCE, "name": "any", "version": "1.0", "authSpec": [auth]}


DOCUMENTS = [*map(dict, sources.KNOWN), spec_of(RICH)]
KEYWORDS = (
    *("type", "properties", "required", "format", "enum", "const", "default", "items", "$ref"),
    *("additionalProperties", "allOf", "anyOf", "oneOf", "then", "else", "dependencies"),
    *("description", "title", "pattern", "minLength", "maximum", "writeOnly", "definitions"),
)
WORDS = (
    *("object", "string", "array", "integer", "boolean", "password", "uri", "#", "#/properties/a"),
    *("a", "host", "secret", "var", "apiKey", "key", "0", "a.b"),
)
SCHEMAS = st.recursive(
    st.sampled_from([*WORDS, *HOSTILE]),
    lambda below: (
        st.lists(below, max_size=4)
        | st.dictionaries(st.sampled_from([*KEYWORDS, *WORDS]), below, max_size=6)
    ),
    max_leaves=30,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("project")
    (made / "schemas").mkdir()
    return made


@bounded
@given(
    st.sampled_from(DOCUMENTS).flatmap(spoiled)
    | SCHEMAS.map(lambda schema: spec_of({"type": "object", "properties": {"a": schema}}))
    | SCHEMAS.map(spec_of)
)
@example(spec_of({"properties": {"a": {"$ref": "#"}}}))
@example(spec_of({"$ref": "#"}))
@example(spec_of({"allOf": [{"$ref": "#"}] * 200}))
@example(spec_of({"properties": {f"a{number}": {} for number in range(1_000)}}))
@example(spec_of({"required": [f"a{number}" for number in range(1_000)]}))
@example(spec_of({"required": ["secret"]}))
def test_a_spec_gives_a_sound_kind_or_is_refused_in_words(folder: Path, document: Any) -> None:
    try:
        item = strict_json.parse(spelled(document))
    except ValueError:
        return  # which the wire does not let through
    if not isinstance(item, dict):
        return  # nor that
    with in_time(), suppress(ProtocolError):
        spec = received.spec(item)
        for authentication in (None, *(one.name for one in spec.authentications)):
            _translated(spec, authentication, folder)


def _translated(spec: ConnectionSpec, authentication: str | None, folder: Path) -> None:
    refused: tuple[Finding, ...] = ()
    try:
        made = translator.translate(spec, authentication=authentication, kind="FuzzedConnection")
    except RejectedError as error:
        refused = error.findings
    if refused:
        assert offences(findings.render(refused)) == []
        return
    schema = json.loads(made.document)
    assert inspector.inspect(schema) == ()
    assert '"pattern": "(a+)+$"' not in made.document
    (folder / "schemas" / "fuzzed.schema.json").write_text(made.document)
    kind = schemas.load(folder)["FuzzedConnection"]
    assert kind == interpreter.interpret(schema)
    Shape.of(kind).violations({"kind": kind.name, "spec": {"auth": {"params": {"a": "b"}}}})
    assert {rule.path for rule in kind.hosts}.isdisjoint(kind.write_only)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["name"])
def test_what_is_marked_as_a_password_is_write_only(document: dict[str, Any]) -> None:
    for authentication in received.spec(document).authentications:
        made = translator.translate(
            received.spec(document), authentication=authentication.name, kind="OneConnection"
        )
        kind = interpreter.interpret(json.loads(made.document))
        marked = {
            ("auth", "params", name)
            for name, schema in authentication.schema["properties"].items()
            if schema.get("format") == "password"
        }
        assert marked <= kind.write_only
