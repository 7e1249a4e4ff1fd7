"""When creates in doubt are looked for, and from when on not finding one means something."""

from __future__ import annotations

import pytest

from reconciler.applier.settler import LOOKS, Settler
from reconciler.model.records import Intent, Recorded
from tests.applier.doubles import NOON, Stage
from tests.builders import CLIENT, KIND, address, intent, observation, recorded, remote_id

QUARANTINE = 235.0
MADE = observation(1, created_at=NOON * 1000)


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.service.listings = [()]
    return made


def settler(stage: Stage, *, quarantine: float = QUARANTINE, lost: Intent | None = None) -> Settler:
    state = recorded(intents={"crm": lost or intent(opened=NOON)})
    return Settler(
        journal=stage.journal(state),
        kinds={KIND.name: KIND},
        remote=stage.service,
        clock=stage.clock,
        progress=stage.listener,
        quarantine=quarantine,
    )


def last(stage: Stage) -> Recorded:
    return stage.disk.written[-1]


def test_it_looks_at_these_moments() -> None:
    assert LOOKS == (0, 2, 4, 8, 15, 30)


@pytest.mark.parametrize(
    ("timeout", "looks"),
    [(0.0, [0]), (1.9, [0]), (2.0, [0, 2]), (10.0, [0, 2, 4, 8]), (30.0, LOOKS), (900.0, LOOKS)],
)
def test_it_looks_no_longer_than_it_may(stage: Stage, timeout: float, looks: list[float]) -> None:
    settler(stage).settle(timeout=timeout)
    assert stage.service.listed == list(looks)


def test_a_look_that_takes_long_does_not_put_off_the_next(stage: Stage) -> None:
    stage.service.list_seconds = 3.0
    settler(stage).settle(timeout=30.0)
    assert stage.service.listed == [0, 3, 6, 9, 15, 30]


def test_one_that_shows_up_is_adopted_at_once(stage: Stage) -> None:
    stage.service.listings = [(), (), (MADE,), ()]
    one = settler(stage)
    one.settle(timeout=30.0)
    assert stage.service.listed == [0, 2, 4]
    assert last(stage).records[address("crm")].id == remote_id(1)
    assert (last(stage).intents, one.undecided()) == ({}, ())
    assert stage.listener.said == [(f"settled as {remote_id(1)}", "crm")]


def test_nothing_means_nothing_before_the_quarantine_is_over(stage: Stage) -> None:
    one = settler(stage)
    one.settle(timeout=30.0)
    assert stage.disk.written == []
    (doubt,) = one.undecided()
    assert (doubt.candidates, doubt.settles) == ((), NOON + 235)


def test_nothing_in_two_lists_after_it_means_that_nothing_was_made(stage: Stage) -> None:
    stage.clock.now += QUARANTINE
    settler(stage).settle(timeout=0.0)
    assert len(stage.service.listed) == 2
    assert (last(stage).records, last(stage).intents) == ({}, {})
    assert stage.listener.said == [("settled as None", "crm")]


def test_a_list_begun_before_the_end_of_the_quarantine_is_no_evidence_though_it_ends_after(
    stage: Stage,
) -> None:
    stage.clock.now += QUARANTINE - 1
    stage.service.list_seconds = 1.5
    settler(stage).settle(timeout=0.0)
    assert (len(stage.service.listed), stage.disk.written) == (1, [])


@pytest.mark.parametrize(("since", "decided"), [(QUARANTINE + 1.5, True), (QUARANTINE, False)])
def test_where_the_first_answer_of_a_run_tells_the_time_its_list_began_before_that(
    stage: Stage, since: float, *, decided: bool
) -> None:
    stage.clock.now += since
    stage.service.list_seconds = 0.5
    stage.service.lists_untold = 1
    settler(stage).settle(timeout=0.0)
    assert bool(stage.disk.written) is decided


def test_what_the_second_list_shows_is_adopted(stage: Stage) -> None:
    stage.clock.now += QUARANTINE
    stage.service.listings = [(), (MADE,), ()]
    settler(stage).settle(timeout=0.0)
    assert last(stage).records[address("crm")].id == remote_id(1)


def test_without_the_services_time_nothing_is_taken_for_never_made(stage: Stage) -> None:
    stage.clock.now += 10 * QUARANTINE
    stage.service.tells_time = False
    one = settler(stage)
    one.settle(timeout=0.0)
    assert (stage.disk.written, len(one.undecided())) == ([], 1)


def test_listings_that_do_not_agree_on_the_time_prove_nothing(stage: Stage) -> None:
    stage.clock.now += 10 * QUARANTINE
    stage.service.agrees = False
    one = settler(stage)
    one.settle(timeout=0.0)
    assert (stage.disk.written, len(one.undecided())) == ([], 1)


def test_an_intent_from_the_future_begins_its_quarantine_anew(stage: Stage) -> None:
    one = settler(stage, lost=intent(opened=NOON * 100))
    one.settle(timeout=0.0)
    assert [each.opened for each in last(stage).intents.values()] == [stage.service.now()]
    assert len(one.undecided()) == 1
    stage.clock.now += QUARANTINE + 1
    one.settle(timeout=0.0)
    assert not last(stage).intents


@pytest.mark.parametrize("unknown", ["created_at", "created_client"])
def test_one_of_which_too_little_is_known_is_neither_adopted_nor_absent(
    stage: Stage, unknown: str
) -> None:
    stage.clock.now += 10 * QUARANTINE
    stage.service.listings = [(observation(1, **{unknown: None}),)]
    one = settler(stage)
    one.settle(timeout=30.0)
    assert stage.disk.written == []
    (doubt,) = one.undecided()
    assert (doubt.candidates, doubt.certain) == ((remote_id(1),), False)


@pytest.mark.parametrize(("writer", "claimed"), [(CLIENT, "2"), (None, "2"), ("exc_app", None)])
def test_credentials_are_claimed_only_where_nobody_else_can_have_sent_others(
    stage: Stage, writer: str | None, claimed: str | None
) -> None:
    made = observation(1, created_at=NOON * 1000, updated_client=writer)
    stage.service.listings = [(made,)]
    lost = Intent(
        spec=intent().spec,
        client=CLIENT,
        opened=NOON,
        credentials_version="2",
        fingerprints={("auth", "params", "clientSecret"): "v1:abc"},
    )
    settler(stage, lost=lost).settle(timeout=0.0)
    record = last(stage).records[address("crm")]
    assert (record.credentials_version, bool(record.fingerprints)) == (claimed, bool(claimed))
