"""Writes what is made of something else: ``make docs``.

``docs/manifests.md`` comes from the schemas and the examples, GitLab's component from the pipeline
that ``init --ci gitlab`` writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, TypeAlias

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "manifests.md"
PIPELINE = ROOT / "reconciler" / "app" / "pipelines" / "gitlab" / "dot-gitlab-ci.yml"
COMPONENT = ROOT / "templates" / "reconciler" / "template.yml"

Schema: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One member of a document."""

    path: str
    schema: Schema
    required: bool


def page() -> str:
    """Return the page as it should be."""
    template = Template((ROOT / "docs/manifests.template.md").read_text())
    return template.substitute(
        {
            "project_example": _example("environments/reconciler.yaml"),
            "project_table": _table(_schema("project")),
            **_kind(_schema("zoho-crm-connection")),
            **_base(_schema("base-connection")),
            "adding_table": _table(_extension(_schema("kind"))),
        }
    )


def component() -> str:
    """Return GitLab's component as it should be.

    The script that the pipeline has beside it comes out of the package that a job installs.
    """
    template = Template((ROOT / "docs/component.template.yml").read_text())
    pipeline = PIPELINE.read_text().rstrip()
    for written, becomes in _INPUTS:
        pipeline = pipeline.replace(written, becomes)
    return template.substitute(pipeline=pipeline)


_SCRIPTS = 'ours=$(mktemp -d); reconciler init "$ours" --ci gitlab > /dev/null; bash "$ours"/ci/'
_INPUTS = (
    ("[dev]", "$[[ inputs.environments ]]"),
    ("stage: test", "stage: $[[ inputs.check-stage ]]"),
    ("stage: deploy", "stage: $[[ inputs.apply-stage ]]"),
    ("bash ci/", _SCRIPTS),
)
"""What the pipeline says, and what the component says there."""


def _kind(schema: Schema) -> Mapping[str, str]:
    ours = schema["x-reconciler"]
    return {
        "kind_name": schema["title"],
        "kind_description": schema["description"],
        "kind_example": _example("tutorial/connections/zoho-crm.yaml"),
        "kind_table": _table(schema),
        "immutable": _codes(ours["immutable"]),
        "replaced": _codes(ours["replacedWhole"]),
        "ephemeral": _codes(ours["ephemeral"]),
        "hosts": _hosts(ours["dataCentres"]),
        "deprecation": ours["deprecation"]["detail"],
    }


def _base(schema: Schema) -> Mapping[str, str]:
    body = {**schema["properties"]["spec"], "$defs": schema["$defs"]}
    return {
        "base_name": schema["title"],
        "base_description": schema["description"],
        "base_table": _table(body, "spec."),
    }


def _extension(schema: Schema) -> Schema:
    """Return the schema of what stands under ``x-reconciler``."""
    return {**schema["properties"]["x-reconciler"], "$defs": schema["$defs"]}


def _example(name: str) -> str:
    return (ROOT / "examples" / name).read_text().rstrip()


def _schema(name: str) -> Schema:
    schema: Schema = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text())
    return schema


def _table(schema: Schema, above: str = "") -> str:
    lines = ["| member | value | required | |", "|---|---|---|---|"]
    for row in _rows(schema, above, schema):
        required = "yes" if row.required else ""
        about = row.schema.get("description", "")
        lines.append(f"| `{row.path}` | {_value(row.schema)} | {required} | {about} |")
    return "\n".join(lines)


def _rows(schema: Schema, above: str, root: Schema) -> Iterator[Row]:
    """Yield the members of a mapping, each followed by its own."""
    for name, member in schema.get("properties", {}).items():
        found = _resolved(member, root)
        path = f"{above}{name}"
        yield Row(path, found, name in schema.get("required", ()))
        if not _is_value(found):
            yield from _below(found, path, root)


def _below(schema: Schema, path: str, root: Schema) -> Iterator[Row]:
    either = _resolved(schema.get("else", {}), root)  # an entry, or a list of them
    yield from _rows({**schema, **either}, f"{path}.", root)
    every = _resolved(schema.get("additionalProperties") or {}, root)
    if not _is_value(every):
        yield from _rows(every, f"{path}.NAME.", root)
    item = _resolved(schema.get("items", {}), root)
    yield from _rows(item, f"{path}[].", root)


def _resolved(schema: Schema, root: Schema) -> Schema:
    usual, *_ = schema.get("anyOf", [schema])  # further forms are told in the description
    if "$ref" not in usual:
        return schema
    target = root["$defs"][usual["$ref"].rpartition("/")[2]]
    return {**target, **schema}


def _is_value(schema: Schema) -> bool:
    """Tell whether this is a value that may be written as a reference, and no mapping."""
    return bool(schema.get("properties")) and schema["properties"].keys() <= {"var", "secret"}


def _value(schema: Schema) -> str:
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return " or ".join(f"`{one}`" for one in schema["enum"])
    if _is_value(schema):
        return "secret" if schema.get("writeOnly") else "text or `{var: NAME}`"
    default = f"; default `{json.dumps(schema['default'])}`" if "default" in schema else ""
    return _type(schema) + default


def _type(schema: Schema) -> str:
    words = {"string": "text", "integer": "whole number", "object": "mapping", "array": "list"}
    declared = schema["type"]
    names: list[str] = declared if isinstance(declared, list) else [declared]
    said = " or ".join(words.get(name, name) for name in names)
    if said != "list":
        return said
    return "list of mappings" if schema["items"].get("type") == "object" else "list of text"


def _codes(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _hosts(centres: list[Mapping[str, Any]]) -> str:
    lines = ["| data centre | `accountsUrl` | `endpoint` |", "|---|---|---|"]
    for centre in centres:
        hosts = centre["hosts"]
        accounts = _codes([f"https://{host}" for host in hosts["accounts"]])
        lines.append(f"| {centre['name']} | {accounts} | {_codes(hosts['services'])} |")
    return "\n".join(lines)


if __name__ == "__main__":
    COMPONENT.parent.mkdir(parents=True, exist_ok=True)
    for path, text in ((PAGE, page()), (COMPONENT, component())):
        path.write_text(text)
        print(f"Wrote {path.relative_to(ROOT)}")
