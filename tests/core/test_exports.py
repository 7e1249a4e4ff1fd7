"""A manifest is drafted from what a connection shows and what its kind's schema says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.catalog import schemas
from reconciler.core import exports
from reconciler.core.exports import Drafter
from reconciler.core.violations import Violation
from reconciler.model.addresses import Address
from reconciler.model.exports import Candidate, Draft
from reconciler.model.kinds import Kind
from reconciler.model.values import freeze
from tests.builders import SPEC_ID, observation

KIND = schemas.built_in()["ZohoCrmConnection"]
SHOWN: dict[str, Any] = {
    "connectionSpec": {"version": "1.0", "id": SPEC_ID},
    "auth": {
        "params": {"clientId": "1000.A", "accountsUrl": "https://b", "endpoint": "c"},
        "specName": "Basic Authentication",
    },
    "description": "ours",
    "name": "CRM",
}


def drafted(
    spec: Mapping[str, Any] = SHOWN, *, environment: str = "", kind: Kind = KIND, **seen: Any
) -> tuple[Draft, tuple[Violation, ...]]:
    drafter = Drafter(kind, environment=environment, variables=set())
    candidate = Candidate(
        address=Address(kind.name, "crm"), seen=observation(1, freeze(spec), **seen)
    )
    return drafter.draft(candidate)


def document(*words: Any, **more: Any) -> Any:
    draft, violations = drafted(*words, **more)
    assert violations == ()
    return draft.document


def test_members_stand_in_the_order_of_the_schema() -> None:
    written = document(environment="dev")
    assert [*written] == ["apiVersion", "kind", "metadata", "import", "spec"]
    assert [*written["spec"]] == ["name", "description", "auth"]
    params = ["endpoint", "accountsUrl", "clientId", "clientSecret", "accessToken", "refreshToken"]
    assert [*written["spec"]["auth"]["params"]] == params


def test_what_a_default_says_is_left_out_and_what_differs_from_it_is_not() -> None:
    assert "connectionSpec" not in document()["spec"]
    assert [*document()["spec"]["auth"]] == ["params"]
    odd, violations = drafted({**SHOWN, "connectionSpec": {"id": SPEC_ID, "version": "2.0"}})
    assert odd.document["spec"]["connectionSpec"] == {"version": "2.0"}
    assert [one.path for one in violations] == [("spec", "connectionSpec", "version")]


def test_a_default_that_the_schema_demands_is_written() -> None:
    schema = {**KIND.schema, "properties": {**KIND.schema["properties"]}}
    demanding = {**schema["properties"]["spec"], "required": ["name", "auth", "connectionSpec"]}
    schema["properties"]["spec"] = demanding
    kind = Kind(
        name=KIND.name,
        schema=schema,
        collection=KIND.collection,
        defaults=KIND.defaults,
        write_only=KIND.write_only,
    )
    assert document(kind=kind)["spec"]["connectionSpec"] == {"id": SPEC_ID, "version": "1.0"}


@pytest.mark.parametrize(
    ("environment", "metadata", "adoption"),
    [
        ("", {"name": "crm"}, {}),
        ("dev", {"name": "crm", "environments": ["dev"]}, {"environment": "dev"}),
    ],
)
def test_an_environment_is_named_where_there_are_several(
    environment: str, metadata: Mapping[str, Any], adoption: Mapping[str, str]
) -> None:
    written = document(environment=environment)
    assert written["metadata"] == metadata
    assert written["import"] == {"id": observation(1).id, **adoption}


def test_null_counts_as_absent_and_what_is_not_known_is_told() -> None:
    params = {**SHOWN["auth"]["params"], "inletId": "a", "endpoint": None}
    auth = {"specName": "Basic Authentication", "params": params, "odd": 1}
    draft, violations = drafted({**SHOWN, "auth": auth})
    assert draft.unknown == (("auth", "odd"), ("auth", "params", "inletId"))
    assert [one.summary for one in violations] == ["Missing field"]


def test_a_remark_counts_the_connections_that_it_is_about() -> None:
    odd = {**SHOWN, "auth": {**SHOWN["auth"], "odd": 1}}
    drafts = [drafted(odd)[0], drafted(odd)[0], drafted()[0]]
    (remark,) = exports.remarks(drafts)
    assert remark.detail.startswith('Of 2 exported connections the service shows "auth.odd"')
