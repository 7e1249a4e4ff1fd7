"""What a fresh plan does otherwise than the reviewed one: every respect the digest covers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.core import plan_document
from reconciler.core.deviations import Aspect, deviations
from reconciler.model.changes import Action, Change, Reason
from reconciler.model.findings import Finding
from reconciler.model.plans import Plan
from reconciler.model.values import SecretRef, freeze
from reconciler.render import deviation_lines, findings
from tests.builders import SCOPE, SECRET, address, remote_id, spec
from tests.hostile import SAYABLE, offences

ONE = Change(
    address=address("crm"),
    action=Action.UPDATE,
    reason=Reason.DIFFERS,
    before=spec(description="was"),
    after=spec(description="becomes", limits={"a": 1}),
    id=remote_id(1),
    previous=address("old"),
    secrets={SECRET: SecretRef("env", "ONE")},
    credentials_version="2026-05",
)


def plan(*changes: Change) -> Plan:
    made = Plan(scope=SCOPE, changes=changes)
    return replace(made, digest=plan_document.digest(made))


def lines(was: Plan, is_: Plan) -> list[str]:
    return list(deviation_lines.render(deviations(was, is_)))


DIFFERENCES = [
    pytest.param({"id": remote_id(2)}, Aspect.ID, id="id"),
    pytest.param({"previous": None}, Aspect.PREVIOUS, id="previous"),
    pytest.param({"before": spec(description="stood")}, Aspect.BEFORE, id="before"),
    pytest.param({"after": spec(description="other", limits={"a": 1})}, Aspect.AFTER, id="after"),
    pytest.param(
        {"after": spec(description="becomes", limits={"a": True})}, Aspect.AFTER, id="type"
    ),
    pytest.param({"after": spec(limits={"a": 1})}, Aspect.AFTER, id="taken-out"),
    pytest.param({"secrets": {SECRET: SecretRef("env", "TWO")}}, Aspect.CREDENTIALS, id="secret"),
    pytest.param({"secrets": {}}, Aspect.CREDENTIALS, id="no-secret"),
    pytest.param({"credentials_version": "2026-11"}, Aspect.VERSION, id="version"),
]
SAID = {
    "id": "it is the connection 00000000-0000-4000-8000-000000000002; the review saw "
    "00000000-0000-4000-8000-000000000001",
    "previous": "it was recorded as none; the review saw CrmConnection.old",
    "before": 'description is now "stood"; the review saw "was"',
    "after": 'description comes out as "other"; the review saw "becomes"',
    "type": "limits.a comes out as true; the review saw 1",
    "taken-out": 'description comes out as unset; the review saw "becomes"',
    "secret": "auth.params.clientSecret is sent from env:TWO; the review saw env:ONE",
    "no-secret": "auth.params.clientSecret is sent from none; the review saw env:ONE",
    "version": "credentialsVersion is 2026-11; the review saw 2026-05",
}


@pytest.mark.parametrize(("members", "aspect"), DIFFERENCES)
def test_every_respect_in_which_one_change_differs_is_told(
    members: dict[str, Any], aspect: Aspect, request: pytest.FixtureRequest
) -> None:
    other = plan(replace(ONE, **members))
    (found,) = deviations(plan(ONE), other)
    assert [difference.aspect for difference in found.differences] == [aspect]
    case = request.node.callspec.id
    assert lines(plan(ONE), other) == [
        "CrmConnection.crm: update, but not as it was reviewed",
        f"    {SAID[case]}",
    ]


def test_nothing_else_than_the_digest_covers_is_a_deviation() -> None:
    other = replace(
        ONE,
        reason=Reason.VANISHED,
        pins=None,
        labels={"a": "b"},
        prevent_destroy=True,
        credentials_before="2025-01",
    )
    assert plan(ONE).digest == plan(other).digest
    assert lines(plan(ONE), plan(other)) == []


@pytest.mark.parametrize(
    ("other", "said"),
    [
        pytest.param(None, "nothing to do; the review saw update", id="gone"),
        pytest.param(
            replace(ONE, action=Action.DELETE, after=None),
            "delete; the review saw update",
            id="deed",
        ),
        pytest.param(
            replace(ONE, importing=True), "import and update; the review saw update", id="import"
        ),
        pytest.param(
            replace(ONE, importing=True, action=Action.NO_OP),
            "import; the review saw update",
            id="import-alone",
        ),
        pytest.param(replace(ONE, action=Action.NO_OP), "move; the review saw update", id="move"),
    ],
)
def test_another_deed_is_told_and_not_what_comes_of_it(other: Change | None, said: str) -> None:
    now = plan() if other is None else plan(other)
    assert lines(plan(ONE), now) == [f"CrmConnection.crm: {said}"]


def test_what_nobody_has_reviewed_is_told_in_order_of_address() -> None:
    more = [replace(ONE, address=address(name)) for name in ("b", "a")]
    assert lines(plan(), plan(*more)) == [
        "CrmConnection.a: update, which was not reviewed",
        "CrmConnection.b: update, which was not reviewed",
    ]


@pytest.mark.parametrize("text", SAYABLE[::4])
def test_a_hostile_value_does_no_more_than_be_read(text: str) -> None:
    other = replace(ONE, after=freeze({text: text}), secrets={(text,): SecretRef("env", text)})
    said = Finding(summary="Told", detail="", lines=tuple(lines(plan(ONE), plan(other))))
    assert offences(findings.render([said])) == []
