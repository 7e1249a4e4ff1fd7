"""What a kind knows nothing of is taken for a secret, in whatever shape a service shows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.catalog import schemas
from reconciler.core.scrubber import Scrubber
from reconciler.flowservice import observations
from reconciler.flowservice.confidences import Confidences
from reconciler.model.values import thaw
from tests.flowservice.clients import item, page

KIND = schemas.built_in()["BaseConnection"]
CANARY = "canary9b1f-shown-in-clear"


@pytest.mark.parametrize(
    ("params", "seen"),
    [
        pytest.param({"a": CANARY}, {}, id="text"),
        pytest.param({"a": [CANARY]}, {}, id="list"),
        pytest.param({"a": {"b": CANARY, "c": 1}}, {"a": {"c": 1}}, id="nested"),
        pytest.param({"a": None}, {}, id="null"),
        pytest.param({"a": 1.5, "b": 1, "c": True}, {"b": 1, "c": True}, id="numbers"),
        pytest.param(CANARY, None, id="no-mapping"),
        pytest.param([CANARY], None, id="a-list-instead"),
    ],
)
def test_no_text_below_a_sealed_mapping_is_observed(params: Any, seen: Any) -> None:
    shown = observations.observation(item(1, auth={"specName": "s", "params": params}), KIND)
    auth = thaw(shown.spec)["auth"]
    assert auth.get("params") == seen
    assert CANARY not in repr(shown)


@pytest.mark.parametrize("params", [{"a": CANARY}, {"a": [CANARY]}, {"a": {"b": CANARY}}])
def test_any_text_below_a_sealed_mapping_is_kept_in_confidence(params: Any) -> None:
    scrubber = Scrubber()
    Confidences(scrubber).hear(page(item(1, auth={"params": params})), KIND)
    assert CANARY not in scrubber.scrub(f"it says {CANARY}")


def test_what_a_kind_describes_there_is_kept_from_nobody() -> None:
    """A pulled kind describes some members of a mapping, and the rest of it is sealed."""
    described = replace(KIND, sealed={("auth", "params"): frozenset({"host"})})
    scrubber = Scrubber()
    params = {"host": CANARY, "other": f"{CANARY}-too"}
    Confidences(scrubber).hear(page(item(1, auth={"params": params})), described)
    assert scrubber.scrub(f"{CANARY} and {CANARY}-too") == f"{CANARY} and (sensitive value)"
