"""Connection specs, as whoever answers may show them."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import ProtocolError
from reconciler.flowservice import sources

ID = "929e4450-0237-4ED2-9404-b7e1e0a00309"


@pytest.mark.parametrize(
    "item",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"id": "../x"}, id="no-id"),
        pytest.param({"id": ID, "authSpec": "all"}, id="no-list"),
        pytest.param({"id": ID, "authSpec": [{}] * 51}, id="too-many"),
    ],
)
def test_what_is_no_connection_spec_is_an_error(item: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        sources.spec(item)


@pytest.mark.parametrize(
    ("version", "read"),
    [(None, "1.0"), ("2.0", "2.0"), (1, "1"), (1.5, "1.5"), (True, ""), ([], "")],
)
def test_a_version_is_text_whatever_it_is_shown_as(version: object, read: str) -> None:
    assert sources.spec({"id": ID, "version": version}).version == read


def test_an_authentication_is_what_has_a_name() -> None:
    listed = [{"name": "a", "type": "Basic", "spec": {"x": 1}}, {"name": "b"}, {"spec": {}}, 7, {}]
    spec = sources.spec({"id": ID, "name": 7, "authSpec": listed})
    assert (spec.id, spec.name) == (ID.lower(), "")
    assert [(one.name, one.type, one.schema) for one in spec.authentications] == [
        ("a", "Basic", {"x": 1}),
        ("b", "", {}),
    ]
