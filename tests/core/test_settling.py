"""Which live connection an unanswered create has made: what is evidence, and of what."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.core import settling
from reconciler.core.settling import LATEST, TOLERANCE, Sighting
from reconciler.model.addresses import RemoteId
from reconciler.model.observations import Observation
from tests.builders import SPEC_ID, address, intent, observation, remote_id, spec

OPENED = 1_000
HELD = remote_id(99)
THE_ONE = Sighting(ids=(remote_id(1),), certain=True)
PERHAPS = Sighting(ids=(remote_id(1),), certain=False)
NONE = Sighting()


def sighted(
    *live: Observation, quarantine: float = 235.0, held: frozenset[RemoteId] = frozenset({HELD})
) -> Sighting:
    (found,) = settling.sightings(
        {address("crm"): intent(opened=OPENED)}, live, held=held, quarantine=quarantine
    ).values()
    return found


def at(second: float) -> dict[str, Any]:
    return {"created_at": int((OPENED + second) * 1000)}


OTHER_SPEC = spec(secret=False, connectionSpec={"id": SPEC_ID[::-1], "version": "1.0"})
UPPER_SPEC = spec(secret=False, connectionSpec={"id": SPEC_ID.upper(), "version": "1.0"})
FACTS = [
    pytest.param({}, THE_ONE, id="ours-and-in-time"),
    pytest.param(at(-TOLERANCE), THE_ONE, id="clocks-that-differ-as-they-may"),
    pytest.param(at(-TOLERANCE - 1), NONE, id="older-than-the-intent"),
    pytest.param(at(LATEST), THE_ONE, id="as-late-as-can-be"),
    pytest.param(at(LATEST + 1), NONE, id="later-than-can-be"),
    pytest.param(at(3 * 7 * 24 * 3600), NONE, id="three-weeks-later"),
    pytest.param({"created_at": OPENED}, NONE, id="in-seconds-where-milliseconds-belong"),
    pytest.param({"created_client": "exc_app"}, NONE, id="made-by-a-person"),
    pytest.param({"created_client": None}, PERHAPS, id="made-by-nobody-knows-whom"),
    pytest.param({"created_at": None}, PERHAPS, id="made-nobody-knows-when"),
    pytest.param({"created_at": None, "created_client": None}, PERHAPS, id="neither"),
    pytest.param({"created_at": None, "created_client": "exc_app"}, NONE, id="by-a-person-once"),
    pytest.param({"created_client": None, **at(-60)}, NONE, id="by-somebody-before"),
    pytest.param({"id": HELD}, NONE, id="recorded"),
    pytest.param({"spec": spec("crm", secret=False)}, NONE, id="another-case"),
    pytest.param({"spec": spec("CRM ", secret=False)}, NONE, id="another-blank"),
    pytest.param({"spec": OTHER_SPEC}, NONE, id="another-connection-spec"),
    pytest.param({"spec": UPPER_SPEC}, THE_ONE, id="a-connection-spec-in-capitals"),
    pytest.param({"state": "initializing"}, THE_ONE, id="not-enabled-yet"),
]


@pytest.mark.parametrize(("facts", "expected"), FACTS)
def test_one_counts_for_what_the_service_says_of_its_making(
    facts: dict[str, Any], expected: Sighting
) -> None:
    assert sighted(observation(1, **facts)) == expected


def test_a_longer_quarantine_gives_a_create_as_long() -> None:
    late = observation(1, **at(7200))
    assert sighted(late) == NONE
    assert sighted(late, quarantine=7200.0) == THE_ONE


@pytest.mark.parametrize("second", [{}, {"created_client": None}, {"created_at": None}])
def test_of_two_that_are_possible_neither_is_certain(second: dict[str, Any]) -> None:
    found = sighted(observation(2, **second), observation(1))
    assert found == Sighting(ids=(remote_id(1), remote_id(2)), certain=False)


def test_one_that_is_certainly_somebody_elses_takes_nothing_from_ours() -> None:
    assert sighted(observation(2, created_client="exc_app"), observation(1)) == THE_ONE


def test_what_two_creates_may_have_made_is_certain_for_neither() -> None:
    intents = {address("a"): intent(), address("b"): intent(opened=OPENED + 1)}
    found = settling.sightings(intents, [observation(1)], held=(), quarantine=235.0)
    assert found == {address("a"): PERHAPS, address("b"): PERHAPS}


def test_the_client_that_counts_is_that_of_the_intent() -> None:
    intents = {address("crm"): intent(client="retired-client")}
    live = [observation(1, created_client="retired-client"), observation(2)]
    found = settling.sightings(intents, live, held=(), quarantine=235.0)
    assert found == {address("crm"): THE_ONE}
