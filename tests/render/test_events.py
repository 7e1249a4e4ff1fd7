"""What happens in a run, as programs get it: held to golden files, and told without a clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reconciler import __version__
from reconciler.core.escaping import escape_json
from reconciler.model.addresses import RemoteId
from reconciler.model.changes import Action, Change
from reconciler.model.findings import Finding, Severity, Span
from reconciler.model.outcomes import Outcome, Verdict
from reconciler.model.plans import Plan
from reconciler.render import events, phrases
from reconciler.render.events import Event
from tests.builders import address
from tests.hostile import SAYABLE, offences
from tests.render.plans import SITUATIONS, made
from tests.render.test_hostile import plan as hostile_plan

MADE = RemoteId("2484f2df-c057-4ab5-84f2-dfc0577ab592")


def told(plan: Plan) -> list[Event]:
    """Return what is told of a plan, as ``plan -json`` does."""
    said = sorted([*phrases.warnings(plan), *phrases.refusals(plan)], key=lambda one: one.order)
    return [*events.plan(plan), *map(events.diagnostic, said)]


def spelled(found: list[Event]) -> str:
    return "".join(f"{json.dumps(event, ensure_ascii=False, sort_keys=True)}\n" for event in found)


def change(case: str, action: Action) -> Change:
    return next(one for one in made(case).changes if one.action is action)


def ended(verdict: Verdict, made: RemoteId | None = None) -> Event:
    outcome = Outcome(change=change("create", Action.CREATE), verdict=verdict, id=made)
    return events.finished(outcome, seconds=3.7)


@pytest.mark.parametrize("case", SITUATIONS)
def test_a_plan_is_told_as_it_was(case: str, golden: Callable[[str, str], None]) -> None:
    golden(f"plans/{case}.jsonl", escape_json(spelled(told(made(case)))))


@pytest.mark.parametrize("case", SITUATIONS)
def test_every_change_is_told_once_and_the_counts_are_those_of_the_plan(case: str) -> None:
    plan = made(case)
    planned = [event for event in told(plan) if event["type"] == "planned_change"]
    shown = [event["change"]["resource"]["addr"] for event in planned]
    assert shown == [str(one.address) for one in plan.changing]
    (summary,) = [event["changes"] for event in told(plan) if event["type"] == "change_summary"]
    assert summary == {
        "add": plan.tally.added,
        "change": plan.tally.changed,
        "remove": plan.tally.destroyed,
        "import": plan.tally.imported,
        "operation": "plan",
        "digest": plan.digest,
    }


def test_no_event_has_a_time_before_it_is_printed() -> None:
    assert all("@timestamp" not in event for case in SITUATIONS for event in told(made(case)))


def test_the_first_event_says_who_speaks_and_how() -> None:
    said = events.version()
    assert (said["type"], said["ui"], said["reconciler"]) == ("version", "1.2", __version__)


def test_a_finding_is_told_with_its_address_its_place_and_the_lines_to_paste() -> None:
    finding = Finding(
        summary="Connection exists already",
        detail="It does.",
        severity=Severity.WARNING,
        address=address("crm"),
        span=Span("connections/crm.yaml", 7, 3),
        lines=("import: {id: x}",),
    )
    place = {"line": 7, "column": 3}
    said = events.diagnostic(finding)
    assert (said["@level"], said["@message"]) == ("warn", "Warning: Connection exists already")
    assert said["diagnostic"] == {
        "severity": "warning",
        "summary": "Connection exists already",
        "detail": "It does.\nimport: {id: x}",
        "address": "CrmConnection.crm",
        "range": {"filename": "connections/crm.yaml", "start": place, "end": place},
    }


def test_a_finding_of_no_file_and_no_address_has_neither() -> None:
    said = events.diagnostic(Finding(summary="Not reachable", detail="Try again."))
    assert said["@level"] == "error"
    assert said["diagnostic"].keys() == {"severity", "summary", "detail"}


@pytest.mark.parametrize(
    ("case", "action", "known"),
    [
        pytest.param("create", Action.CREATE, False, id="create"),
        pytest.param("update_with_drift", Action.UPDATE, True, id="update"),
        pytest.param("delete", Action.DELETE, True, id="delete"),
    ],
)
def test_what_has_an_id_already_is_begun_under_it(
    case: str, action: Action, *, known: bool
) -> None:
    begun = change(case, action)
    hook = events.started(begun)["hook"]
    assert hook.get("id_value") == begun.id
    assert ("id_key" in hook) is known


def test_what_takes_long_is_told_meanwhile() -> None:
    said = events.waiting(change("create", Action.CREATE), seconds=70.4)
    assert said["type"] == "apply_progress"
    assert said["@message"] == "CrmConnection.crm-eu: Still creating... [01m10s elapsed]"
    assert said["hook"]["elapsed_seconds"] == 70


@pytest.mark.parametrize("verdict", [each for each in Verdict if each is not Verdict.DONE])
def test_whatever_did_not_end_well_is_an_error_that_says_how_it_ended(verdict: Verdict) -> None:
    said = ended(verdict)
    assert (said["type"], said["@level"]) == ("apply_errored", "error")
    assert (said["hook"]["verdict"], said["hook"]["action"]) == (verdict.value, "create")


def test_what_was_made_is_told_by_its_id() -> None:
    said = ended(Verdict.DONE, MADE)
    assert said["type"] == "apply_complete"
    assert said["hook"]["id_value"] == MADE
    assert said["hook"]["elapsed_seconds"] == 3


@pytest.mark.parametrize(("found", "known"), [(MADE, MADE), (None, None)])
def test_what_became_of_a_create_in_doubt_is_told(found: Any, known: Any) -> None:
    said = events.settled(address("crm"), found)
    assert (said["type"], said["id"]) == ("settled", known)
    assert said["resource"]["addr"] == "CrmConnection.crm"


@pytest.mark.parametrize("destroy", [False, True])
def test_only_what_was_done_is_counted_in_the_end(*, destroy: bool) -> None:
    outcomes = tuple(
        Outcome(change=one, verdict=verdict)
        for one in made("create").changes
        for verdict in Verdict
    )
    said = events.applied(outcomes, "Apply incomplete.", destroy=destroy)
    operation = "destroy" if destroy else "apply"
    assert said["changes"] == {
        "add": 2, "change": 0, "import": 0, "remove": 0, "operation": operation,
    }  # fmt: skip


def test_no_hostile_text_ends_a_line_or_draws_on_a_terminal() -> None:
    for text in SAYABLE:
        finding = Finding(summary="Told", detail=text[:300], lines=(text[:300],))
        found = [*told(hostile_plan(text[:300])), events.diagnostic(finding)]
        shown = escape_json(spelled(found))
        assert offences(shown) == []
        assert [json.loads(line)["type"] for line in shown.splitlines()] == [
            event["type"] for event in found
        ]
