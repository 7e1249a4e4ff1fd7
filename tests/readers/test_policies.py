"""A policy in Rego judges our plans by ``resource_changes``, as it would Terraform's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import regopy

from reconciler.model.changes import Action
from tests.readers.plans import document
from tests.render.plans import SITUATIONS, made

DELETE = Action.DELETE
POLICY = Path(__file__).parents[2] / "examples" / "policy" / "connections.rego"


def denied(plan: dict[str, Any]) -> list[str]:
    """Return why the example's policy denies a plan, in order."""
    interpreter = regopy.Interpreter()
    interpreter.add_module("connections", POLICY.read_text())
    interpreter.set_input(plan)
    answered = interpreter.query("data.main.deny")
    assert answered.ok()
    (found,) = json.loads(str(answered))["expressions"]
    return sorted(found)


@pytest.mark.parametrize(
    ("case", "reasons"),
    [
        ("nothing", []),
        (
            "create",
            [
                "CrmConnection.crm-eu would leave the EU: www.zohoapis.com",
                "CrmConnection.crm-us would leave the EU: www.zohoapis.com",
            ],
        ),
        (
            "delete",
            ["CrmConnection.asked would be destroyed", "CrmConnection.goes would be destroyed"],
        ),
        ("update_with_drift", ["CrmConnection.crm was changed by hand: look at that first"]),
    ],
    ids=["nothing", "create", "delete", "drift"],
)
def test_a_policy_says_what_it_says_of_terraform(case: str, reasons: list[str]) -> None:
    assert (
        denied(document(case, endpoint="www.zohoapis.com" if case == "create" else None)) == reasons
    )


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        pytest.param("www.zohoapis.eu", True, id="host"),
        pytest.param("https://crm.zoho.eu/crm/private", True, id="url"),
        pytest.param("HTTPS://CRM.ZOHO.EU", True, id="upper-case"),
        pytest.param("www.zohoapis.com", False, id="another-host"),
        pytest.param("https://www.zohoapis.com/europe.eu", False, id="a-path-that-looks-it"),
        pytest.param("www.zohoapis.eu.example", False, id="a-host-that-looks-it"),
    ],
)
def test_the_policy_goes_by_the_host_of_an_endpoint(endpoint: str, *, allowed: bool) -> None:
    assert (denied(document("create", endpoint=endpoint)) == []) is allowed


@pytest.mark.parametrize("case", SITUATIONS)
def test_whatever_a_plan_deletes_the_policy_denies(case: str) -> None:
    plan = made(case)
    goes = [f"{one.address} would be destroyed" for one in plan.changes if one.action.deletes]
    said = [reason for reason in denied(document(case)) if reason.endswith("destroyed")]
    assert sorted(said) == sorted(goes)


@pytest.mark.parametrize("case", SITUATIONS)
def test_a_policy_can_judge_every_plan(case: str) -> None:
    assert isinstance(denied(document(case)), list)
