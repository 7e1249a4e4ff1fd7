"""Kinds are schema files: another file is another kind, and a bad one is told, not run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import reconciler
from reconciler.catalog import inspector, schemas
from reconciler.core import references
from reconciler.errors import RejectedError
from reconciler.model.addresses import Address
from reconciler.model.findings import Finding
from reconciler.model.kinds import Kind
from tests import drafts

KIND = schemas.built_in()["ZohoCrmConnection"]
FOLDER = Path(reconciler.__file__).parent / "schemas"


def own(**changes: Any) -> dict[str, Any]:
    """Return the schema of another kind."""
    schema: dict[str, Any] = deepcopy(dict(KIND.schema))
    schema["properties"]["kind"]["const"] = "OtherConnection"
    return schema | changes


def write(folder: Path, text: str | bytes, name: str = "other.schema.json") -> Path:
    (folder / "schemas").mkdir(exist_ok=True)
    data = text if isinstance(text, bytes) else text.encode()
    (folder / "schemas" / name).write_bytes(data)
    return folder


def problems(folder: Path) -> tuple[Finding, ...]:
    with pytest.raises(RejectedError) as caught:
        schemas.load(folder)
    return caught.value.findings


def test_the_built_in_kind_says_what_its_schema_says() -> None:
    params = ("auth", "params")
    assert KIND.collection == "connections"
    assert KIND.write_only == {
        (*params, name) for name in ("clientSecret", "accessToken", "refreshToken")
    }
    assert KIND.ephemeral == {(*params, "accessToken")}
    assert KIND.immutable == (("auth", "specName"), ("connectionSpec",))
    assert KIND.replaced_whole == (params,)
    assert KIND.defaults == {
        "auth": {"specName": "Basic Authentication"},
        "connectionSpec": {"id": "929e4450-0237-4ed2-9404-b7e1e0a00309", "version": "1.0"},
    }
    assert KIND.deprecation is not None


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.schema.json")), ids=lambda path: path.name)
def test_every_shipped_schema_is_a_schema(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))


def test_built_in_kinds_pass_the_inspection_that_a_projects_own_must() -> None:
    for kind in schemas.built_in().values():
        assert inspector.inspect(dict(kind.schema)) == ()


@pytest.mark.parametrize("kind", schemas.built_in().values(), ids=lambda kind: kind.name)
def test_every_field_is_described_for_editors(kind: Kind) -> None:
    def bare(schema: Any, path: str) -> list[str]:
        found = []
        for name, below in schema.get("properties", {}).items():
            found += (
                [f"{path}.{name}"] if "description" not in below and "$ref" not in below else []
            )
            found += bare(below, f"{path}.{name}")
        return found

    assert bare(kind.schema, "") == []


def test_another_kind_is_another_file(tmp_path: Path) -> None:
    folder = write(tmp_path, json.dumps(own()))
    drafts.write(folder, drafts.manifest(("ZohoCrmConnection", "OtherConnection")))
    names = ["BaseConnection", "OtherConnection", "ZohoCrmConnection"]
    assert list(schemas.load(folder)) == names
    verdict = drafts.verdict(folder, "dev")
    assert list(verdict.desired["dev"]) == [Address("OtherConnection", "crm-eu")]


def test_a_project_never_replaces_a_built_in_kind(tmp_path: Path) -> None:
    copy = deepcopy(dict(KIND.schema))
    copy["x-reconciler"] = {"collection": "evil"}
    folder = write(tmp_path, json.dumps(copy), "zoho-crm-connection.schema.json")
    assert schemas.load(folder) == schemas.built_in()


@pytest.mark.parametrize("name", ["project.schema.json", "plan.schema.json", "notes.schema.json"])
def test_a_schema_for_something_else_is_no_kind(tmp_path: Path, name: str) -> None:
    assert schemas.load(write(tmp_path, "{}", name)) == schemas.built_in()


def test_a_folder_without_schemas_has_the_built_in_kinds(tmp_path: Path) -> None:
    assert schemas.load(tmp_path) == schemas.built_in()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("{\n  x", "2:3", id="not-json"),
        pytest.param("", "1:1", id="empty"),
        pytest.param(b"\xff", "1:1", id="not-utf-8"),
        pytest.param("[" * 100_000, "1:1", id="deep"),
        pytest.param("9" * 10_000, "1:1", id="endless-number"),
        pytest.param('{"a": 1, "a": 2}', "1:1", id="repeated-name"),
        pytest.param('{"a": NaN}', "1:1", id="not-a-number"),
        pytest.param('{"a": "\\ud800"}', "1:1", id="half-a-character"),
        pytest.param(" " * (1024 * 1024 + 1), "1:1", id="too-large"),
    ],
)
def test_a_file_that_is_no_json_is_told(tmp_path: Path, text: str | bytes, place: str) -> None:
    found = problems(write(tmp_path, text))
    assert drafts.told(found) == [(f"schemas/other.schema.json:{place}", "Unusable schema")]


def test_a_link_out_of_the_project_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "in" / "schemas").mkdir(parents=True)
    (tmp_path / "out.json").write_text(json.dumps(own()))
    (tmp_path / "in" / "schemas" / "x.schema.json").symlink_to(tmp_path / "out.json")
    (found,) = problems(tmp_path / "in")
    assert "leads out" in found.detail


def test_two_files_for_one_kind_are_told(tmp_path: Path) -> None:
    write(tmp_path, json.dumps(own()), "a.schema.json")
    write(tmp_path, json.dumps(own()), "b.schema.json")
    assert drafts.told(problems(tmp_path)) == [("schemas/b.schema.json:1:1", "Repeated kind")]


def _deep(schema: dict[str, Any]) -> None:
    below = schema["properties"]["spec"]["properties"]
    for _ in range(70):
        below["x"] = {"properties": {}}
        below = below["x"]["properties"]


def _refer(name: str, **definitions: Any) -> Callable[[dict[str, Any]], None]:
    """Give the spec a field whose schema is one of these definitions."""

    def spoil(schema: dict[str, Any]) -> None:
        schema["$defs"].update(definitions)
        schema["properties"]["spec"]["properties"]["x"] = {"$ref": f"#/$defs/{name}"}

    return spoil


def _chain(length: int) -> dict[str, Any]:
    return {str(n): {"$ref": f"#/$defs/{n + 1}"} for n in range(length)} | {str(length): {}}


def _params(schema: Any) -> Any:
    return schema["properties"]["spec"]["properties"]["auth"]["properties"]["params"]["properties"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(lambda s: s.update({"type": 3}), "type must be", id="not-a-schema"),
        pytest.param(lambda s: s.pop("properties"), "properties", id="no-properties"),
        pytest.param(
            lambda s: s["properties"]["kind"].update(const="Project"), "kind.const", id="project"
        ),
        pytest.param(
            lambda s: s["properties"]["kind"].update(const="a b"), "kind.const", id="kind-name"
        ),
        pytest.param(lambda s: s["x-reconciler"].pop("collection"), "collection", id="collection"),
        pytest.param(
            lambda s: s["x-reconciler"].update(collection="../x"),
            "collection",
            id="path-collection",
        ),
        pytest.param(
            lambda s: s["x-reconciler"].update(imutable=[]), 'mean "immutable"', id="misspelt"
        ),
        pytest.param(
            lambda s: s["x-reconciler"].update(immutable=["auth.x"]), '"auth.x"', id="no-such-field"
        ),
        pytest.param(
            lambda s: s["x-reconciler"].update(ephemeral=["name"]), "not writeOnly", id="ephemeral"
        ),
        pytest.param(
            lambda s: s["x-reconciler"]["hosts"][0].update(role="x"), 'role "x"', id="role"
        ),
        pytest.param(
            lambda s: s["x-reconciler"]["hosts"][0].update(path="auth.params.clientSecret"),
            "which is writeOnly",
            id="secret-host",
        ),
        pytest.param(
            lambda s: s["x-reconciler"]["dataCentres"][0]["hosts"].update(accounts=["A.b"]),
            "lower case",
            id="upper-case-host",
        ),
        pytest.param(lambda s: s.pop("deprecated"), "belong together", id="deprecation"),
        pytest.param(
            lambda s: s["$defs"]["text"].update({"$ref": "https://evil.example/x"}),
            "not in this file",
            id="remote-reference",
        ),
        pytest.param(
            lambda s: s["$defs"]["text"].update({"$ref": "#/$defs/none"}),
            "not in this file",
            id="broken-reference",
        ),
        pytest.param(lambda s: s.update({"$id": "https://x.example/"}), "$id", id="id"),
        pytest.param(
            lambda s: s["$defs"]["text"].update(pattern="("), "cannot be read", id="pattern"
        ),
        pytest.param(
            lambda s: _params(s)["clientSecret"].update(default="x"), "has a default", id="default"
        ),
        pytest.param(_deep, "levels deep", id="deep"),
        pytest.param(
            lambda s: _params(s)["endpoint"].update(pattern="a|" * 600), "1,000", id="pattern"
        ),
        pytest.param(_refer("a", a={"$ref": "#/$defs/a"}), "lead back to itself", id="to-itself"),
        pytest.param(
            _refer("a", a={"allOf": [{"$ref": "#/$defs/b"}]}, b={"$ref": "#/$defs/a"}),
            "lead back to itself",
            id="in-a-circle",
        ),
        pytest.param(_refer("0", **_chain(60)), "more than 50 others", id="by-a-long-way"),
        pytest.param(
            _refer("a", a={"properties": {"x": {"$ref": "#/$defs/a"}, "y": {"$ref": "#/$defs/a"}}}),
            "more than 5,000 parts",
            id="doubling",
        ),
        pytest.param(
            _refer("a", a={"properties": {f"x{n}": {} for n in range(6_000)}}),
            "more than 5,000 parts",
            id="wide",
        ),
    ],
)
def test_a_schema_that_cannot_be_a_kind_is_told(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], None], words: str
) -> None:
    schema = own()
    spoil(schema)
    found = problems(write(tmp_path, json.dumps(schema)))
    assert {finding.summary for finding in found} == {"Unusable schema"}
    assert any(words in finding.detail for finding in found), found


def test_a_field_below_a_default_that_has_no_place_for_it_has_none(tmp_path: Path) -> None:
    schema = own()
    schema["properties"]["spec"]["properties"]["x"] = {
        "default": "text",
        "properties": {"y": {"default": 1}},
    }
    kind = schemas.load(write(tmp_path, json.dumps(schema)))["OtherConnection"]
    assert kind.defaults["x"] == "text"


def test_very_many_schemas_are_none_to_work_with(tmp_path: Path) -> None:
    for number in range(201):
        write(tmp_path, "{}", f"{number}.schema.json")
    (found,) = problems(tmp_path)
    assert found.summary == "Too many schemas"


def test_choices_beyond_counting_are_not_all_listed(tmp_path: Path) -> None:
    schema = own()
    _params(schema)["clientId"] = {"enum": [f"choice-{n}" for n in range(10_000)]}
    write(tmp_path, json.dumps(schema))
    drafts.write(tmp_path, drafts.manifest(("ZohoCrmConnection", "OtherConnection")))
    (found,) = drafts.problems(tmp_path)
    assert found.summary == "Unexpected value"
    assert len(found.detail) < 2_000


def test_a_schema_may_contain_itself(tmp_path: Path) -> None:
    schema = own()
    schema["$defs"]["tree"] = {
        "type": "object",
        "properties": {"below": {"$ref": "#/$defs/tree"}, "size": {"type": "integer"}},
        "additionalProperties": False,
    }
    schema["properties"]["spec"]["properties"]["tree"] = {"$ref": "#/$defs/tree"}
    folder = write(tmp_path, json.dumps(schema))
    changes = (
        ("ZohoCrmConnection", "OtherConnection"),
        ("spec:", "spec:\n  tree: {below: {size: 3}}"),
    )
    drafts.write(folder, drafts.manifest(*changes))
    assert drafts.load(folder).manifests[0].spec["tree"] == {"below": {"size": 3}}
    drafts.write(
        folder, drafts.manifest(changes[0], ("spec:", "spec:\n  tree: {below: {sise: 3}}"))
    )
    (found,) = drafts.problems(folder)
    assert 'Did you mean "size"?' in found.detail


@pytest.mark.parametrize("scheme", references.SCHEMES)
def test_a_kind_that_knows_no_parameters_takes_secrets_from_anywhere(scheme: str) -> None:
    pattern = schemas.built_in()["BaseConnection"].schema["$defs"]["secret"]["properties"]["secret"]
    assert re.search(pattern["pattern"], f"{scheme}:x")
