"""When creates may leave, what a run does that is told to stop, and which answers it believes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from reconciler.applier.applier import PATIENCE, Applier
from reconciler.applier.findings import SEND_WINDOW, SLOW_SAVES
from reconciler.core import planner
from reconciler.core.situations import Live, Request
from reconciler.errors import SilentError
from reconciler.model.kinds import TokenRule
from reconciler.model.outcomes import Outcome, Verdict
from reconciler.model.plans import Plan
from reconciler.model.records import Recorded
from reconciler.model.values import SecretRef
from reconciler.ports import Accepted
from tests.applier.doubles import NOON, Stage, accepted
from tests.builders import (
    KIND,
    SECRET,
    address,
    declaration,
    observation,
    record,
    recorded,
    remote_id,
    situation,
    spec,
)


def creating(*names: str) -> Plan:
    return planner.plan(situation(declared=[declaration(each, spec(each)) for each in names]))


def applied(
    stage: Stage, *names: str, live: Live | None = None, parallelism: int = 1
) -> dict[str, Outcome]:
    """Carry out the creates of these; return how each ended, by name."""
    applier = Applier(
        creating(*names),
        journal=stage.journal(),
        live=live or Live(()),
        world=stage.world,
        parallelism=parallelism,
    )
    outcomes, trouble = applier.run()
    assert trouble is None
    return {outcome.change.address.name: outcome for outcome in outcomes}


def verdicts(outcomes: dict[str, Outcome]) -> dict[str, Verdict]:
    return {name: outcome.verdict for name, outcome in outcomes.items()}


def summary(outcome: Outcome) -> str:
    assert outcome.finding is not None
    return outcome.finding.summary


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    numbers = iter(range(1, 100))
    made.service.answer = lambda _: accepted(next(numbers))
    return made


@pytest.fixture
def hung() -> Iterator[threading.Event]:
    """What a request waits for that is never answered; it is, once the test is over."""
    event = threading.Event()
    yield event
    event.set()


# --- the window ---------------------------------------------------------------------------------


def slowly(stage: Stage, *seconds: float) -> None:
    """Have each save take as many seconds; the last number goes on."""
    left = list(seconds)

    def saving(_: Recorded) -> None:
        stage.clock.now += left.pop(0) if len(left) > 1 else left[0]

    stage.disk.saving = saving


def test_a_create_leaves_within_its_window_counted_from_before_the_save(stage: Stage) -> None:
    slowly(stage, 6.0, 0.0)
    began = stage.clock.now
    assert verdicts(applied(stage, "crm")) == {"crm": Verdict.DONE}
    assert stage.disk.written[0].intents[address("crm")].opened == NOON
    assert stage.service.created == [("crm", began + SEND_WINDOW)]


def test_a_create_whose_intent_took_too_long_to_save_gets_another(stage: Stage) -> None:
    slowly(stage, 11.0, 0.0)
    assert verdicts(applied(stage, "crm")) == {"crm": Verdict.DONE}
    opened = [each.intents[address("crm")].opened for each in stage.disk.written if each.intents]
    assert opened == [NOON, NOON + 11]
    assert len(stage.service.created) == 1


def test_creates_that_get_another_intent_keep_their_order(stage: Stage) -> None:
    slowly(stage, 11.0, 0.0)
    applied(stage, "a", "crm", "z", parallelism=3)
    started = [name for word, name in stage.listener.said if word == "started"]
    assert started == ["a", "crm", "z"]


def test_a_disk_that_is_always_too_slow_ends_in_words_and_nothing_was_sent(stage: Stage) -> None:
    slowly(stage, 11.0)
    ended = applied(stage, "a", "crm", "z")
    assert verdicts(ended) == dict.fromkeys(("a", "crm", "z"), Verdict.FAILED)
    assert {summary(each) for each in ended.values()} == {"State is saved too slowly"}
    assert stage.service.created == []
    assert len(stage.disk.written) == SLOW_SAVES + 1
    assert stage.disk.written[-1].intents == {}


def test_without_the_services_time_nothing_is_created(stage: Stage) -> None:
    stage.service.tells_time = False
    ended = applied(stage, "a", "crm")
    assert verdicts(ended) == dict.fromkeys(("a", "crm"), Verdict.FAILED)
    assert {summary(each) for each in ended.values()} == {"Service does not tell the time"}
    assert (stage.service.created, stage.disk.written) == ([], [])


# --- told to stop -------------------------------------------------------------------------------


def test_what_is_under_way_when_told_to_stop_is_left_to_its_intent_after_its_time(
    stage: Stage, hung: threading.Event
) -> None:
    told: list[float] = []

    def silent(_: str) -> Accepted:
        told.append(stage.clock.now)
        stage.clock.pace = 1.0
        stage.stop.set()
        hung.wait()
        return accepted(1)

    stage.service.answer = silent
    ended = applied(stage, "crm", "z")
    assert verdicts(ended) == {"z": Verdict.SKIPPED}
    assert list(stage.disk.written[-1].intents) == [address("crm")]
    assert PATIENCE < stage.clock.now - told[0] < 3 * PATIENCE


def test_what_answers_in_time_after_the_run_was_told_to_stop_is_recorded(stage: Stage) -> None:
    def answered(_: str) -> Accepted:
        stage.stop.set()
        return accepted(1)

    stage.service.answer = answered
    ended = applied(stage, "crm", "z")
    assert verdicts(ended) == {"crm": Verdict.DONE, "z": Verdict.SKIPPED}
    last = stage.disk.written[-1]
    assert (list(last.records), last.intents) == ([address("crm")], {})


def test_told_to_stop_during_a_save_nothing_that_was_noted_leaves(stage: Stage) -> None:
    stage.disk.saving = lambda _: stage.stop.set()
    ended = applied(stage, "crm", "z", parallelism=2)
    assert verdicts(ended) == {"crm": Verdict.SKIPPED, "z": Verdict.SKIPPED}
    assert stage.service.created == []
    assert [bool(each.intents) for each in stage.disk.written] == [True, False]


def test_told_to_stop_no_token_is_made_any_more(stage: Stage) -> None:
    rule = TokenRule(
        path=SECRET,
        reference="zoho:refresh",
        accounts_url=("auth", "params", "accountsUrl"),
        client_id=("auth", "params", "clientId"),
        client_secret=("auth", "params", "clientSecret"),
        refresh_token=("auth", "params", "refreshToken"),
    )
    stage.kind = replace(KIND, tokens=(rule,))
    stage.stop.set()
    declared = replace(
        declaration("crm", spec("crm")), secrets={SECRET: SecretRef("zoho", "refresh")}
    )
    plan = planner.plan(situation(declared=[declared]))
    applier = Applier(
        plan, journal=stage.journal(), live=Live(()), world=stage.world, parallelism=1
    )
    (outcome,), trouble = applier.run()
    assert (outcome.verdict, trouble, stage.service.created) == (Verdict.SKIPPED, None, [])


def test_every_ten_seconds_somebody_is_told_what_is_still_under_way(
    stage: Stage, hung: threading.Event
) -> None:
    heard: list[float] = []

    def waiting(seconds: float) -> None:
        heard.append(seconds)
        if len(heard) == 2:
            hung.set()

    def slow(_: str) -> Accepted:
        stage.clock.pace = 4.0
        hung.wait()
        return accepted(1)

    stage.listener.on_waiting = waiting
    stage.service.answer = slow
    assert verdicts(applied(stage, "crm")) == {"crm": Verdict.DONE}
    assert stage.listener.said == [
        ("started", "crm"),
        ("waiting", "crm"),
        ("waiting", "crm"),
        ("done", "crm"),
    ]
    assert 10 <= heard[0] < 20 <= heard[1]


def test_intents_are_saved_as_many_at_once_as_there_are_workers_whatever_is_in_doubt(
    stage: Stage, hung: threading.Event
) -> None:
    ahead = threading.Event()

    def saving(recorded: Recorded) -> None:
        if len(recorded.intents) == 4:
            ahead.set()

    def silent(name: str) -> Accepted:
        if name == "a":
            hung.wait()
        elif name == "g":
            hung.set()
        ahead.wait(timeout=10)
        raise SilentError("Nobody answered.")

    stage.disk.saving = saving
    stage.service.answer = silent
    ended = applied(stage, *"abcdefg", parallelism=2)
    assert set(verdicts(ended).values()) == {Verdict.IN_DOUBT}
    assert [len(each.intents) for each in stage.disk.written] == [2, 4, 6, 7]


# --- answers ------------------------------------------------------------------------------------


def test_an_id_that_was_there_before_is_no_answer(stage: Stage) -> None:
    stage.service.answer = lambda _: accepted(7)
    ended = applied(stage, "crm", live=Live([observation(7, spec("Theirs"))]))
    assert verdicts(ended) == {"crm": Verdict.IN_DOUBT}
    assert summary(ended["crm"]) == "Answer names another connection"
    last = stage.disk.written[-1]
    assert (last.records, list(last.intents)) == ({}, [address("crm")])


def test_what_a_create_in_doubt_was_to_replace_is_kept(stage: Stage) -> None:
    """The first of two creates with one answer is disbelieved after it seemed to be done."""
    state = recorded({"a": record(1, spec("a")), "b": record(2, spec("b"))})
    live = [observation(number, spec(name, secret=False)) for number, name in ((1, "a"), (2, "b"))]
    plan = planner.plan(
        situation(
            declared=[declaration(name, spec(name)) for name in ("a", "b")],
            state=state,
            live=live,
            request=Request(replace=(address("a"), address("b")), allow_destroy=2),
        )
    )
    stage.service.answer = lambda _: accepted(7)
    stage.disk.written.append(state)
    applier = Applier(
        plan, journal=stage.journal(state), live=Live(live), world=stage.world, parallelism=1
    )
    outcomes, trouble = applier.run()
    assert (trouble, {outcome.verdict for outcome in outcomes}) == (None, {Verdict.IN_DOUBT})
    last = stage.disk.written[-1]
    assert (last.records, sorted(last.intents)) == ({}, [address("a"), address("b")])
    assert last.owners.keys() == {remote_id(1), remote_id(2)}


def test_two_creates_that_are_answered_with_one_id_are_both_in_doubt(stage: Stage) -> None:
    stage.service.answer = lambda _: accepted(7)
    ended = applied(stage, "a", "b", parallelism=2)
    assert verdicts(ended) == {"a": Verdict.IN_DOUBT, "b": Verdict.IN_DOUBT}
    last = stage.disk.written[-1]
    assert (last.records, sorted(last.intents)) == ({}, [address("a"), address("b")])
    assert remote_id(7) not in [record.id for record in last.records.values()]
