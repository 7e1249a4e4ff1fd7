"""Each row of the planner's table, and what no combination of its inputs may do."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from reconciler.core import planner
from reconciler.core.situations import Request, Situation
from reconciler.model.addresses import Etag
from reconciler.model.changes import Action, Change, Origin, Reason
from reconciler.model.findings import Span
from reconciler.model.observations import Observation
from reconciler.model.plans import Plan
from reconciler.model.projects import Moved, Policy, Removed
from reconciler.model.records import Recorded
from reconciler.model.remarks import Topic
from reconciler.model.values import UNSET, Spec, without
from tests.builders import (
    CLIENT,
    KIND,
    SECRET,
    SOURCE,
    address,
    declaration,
    intent,
    observation,
    record,
    recorded,
    remote_id,
    situation,
    spec,
)


def only(plan: Plan) -> Change:
    (change,) = plan.changes
    assert not plan.refusals
    return change


def topics(plan: Plan) -> list[Topic]:
    return [remark.topic for remark in plan.refusals]


def test_an_unmanaged_connection_is_nobodys_business() -> None:
    plan = planner.plan(situation(live=[observation(1)]))
    assert (plan.changes, plan.drift, plan.refusals) == ((), (), ())


def test_what_is_declared_and_nowhere_else_is_created() -> None:
    change = only(planner.plan(situation(declared=[declaration("crm")])))
    assert (change.action, change.reason) == (Action.CREATE, Reason.NEW)
    assert change.after == spec()
    assert set(change.secrets) == {SECRET}


def test_a_name_held_by_an_unrecorded_connection_is_refused_with_its_id() -> None:
    plan = planner.plan(situation(declared=[declaration("crm")], live=[observation(1)]))
    (refusal,) = plan.refusals
    assert (refusal.topic, refusal.ids) == (Topic.NAME_UNRECORDED, (remote_id(1),))
    assert not plan.changes
    assert Topic.STATE_LOST in [remark.topic for remark in plan.warnings]


@pytest.mark.parametrize(
    ("still_declared", "count"),
    [pytest.param(True, 1, id="declared"), pytest.param(False, 0, id="no-longer-declared")],
)
def test_a_name_that_another_address_records_is_refused(
    *, still_declared: bool, count: int
) -> None:
    others = [declaration("old", spec("Another"))] if still_declared else []
    plan = planner.plan(
        situation(
            declared=[declaration("crm"), *others],
            state=recorded({"old": record(1)}),
            live=[observation(1)],
        )
    )
    refusal = plan.refusals[0]
    assert (refusal.topic, refusal.other) == (Topic.NAME_RECORDED, address("old"))
    assert refusal.count == count


def test_an_import_that_fits_is_adopted_as_it_is() -> None:
    declared = declaration("crm", adopt=remote_id(1))
    change = only(planner.plan(situation(declared=[declared], live=[observation(1)])))
    assert (change.action, change.importing, change.id) == (Action.NO_OP, True, remote_id(1))
    assert not change.secrets


def test_an_import_that_differs_is_updated_by_the_same_change() -> None:
    declared = declaration("crm", spec(description="ours"), adopt=remote_id(1))
    change = only(planner.plan(situation(declared=[declared], live=[observation(1)])))
    assert (change.action, change.importing) == (Action.UPDATE, True)
    assert [field.path for field in change.fields] == [("description",)]


def test_a_declared_credentials_version_is_sent_to_an_adopted_connection() -> None:
    declared = declaration("crm", adopt=remote_id(1), credentials_version="1")
    change = only(planner.plan(situation(declared=[declared], live=[observation(1)])))
    assert (change.action, change.credentials_version) == (Action.UPDATE, "1")
    assert set(change.secrets) == {SECRET}


def test_an_import_of_what_another_address_records_is_refused() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm", adopt=remote_id(1)), declaration("other", spec("Other"))],
            state=recorded({"other": record(1, spec("Other"))}),
            live=[observation(1, spec("Other", secret=False))],
        )
    )
    assert topics(plan) == [Topic.IMPORT_TAKEN]


def test_an_import_of_another_id_than_the_recorded_one_is_refused() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm", adopt=remote_id(2))],
            state=recorded({"crm": record(1)}),
            live=[observation(1)],
        )
    )
    assert topics(plan) == [Topic.IMPORT_OTHER]


def test_an_import_of_the_recorded_id_is_silent() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm", adopt=remote_id(1))],
            state=recorded({"crm": record(1)}),
            live=[observation(1)],
        )
    )
    assert (plan.changes, plan.refusals) == ((), ())


def test_an_import_of_an_absent_connection_is_refused() -> None:
    plan = planner.plan(situation(declared=[declaration("crm", adopt=remote_id(1))]))
    assert topics(plan) == [Topic.IMPORT_ABSENT]


def test_an_import_of_another_connection_spec_is_refused() -> None:
    foreign = spec(secret=False, connectionSpec={"id": "another"})
    plan = planner.plan(
        situation(declared=[declaration("crm", adopt=remote_id(1))], live=[observation(1, foreign)])
    )
    assert topics(plan) == [Topic.IMPORT_FOREIGN]


def test_a_vanished_connection_is_created_again() -> None:
    plan = planner.plan(
        situation(declared=[declaration("crm")], state=recorded({"crm": record(1)}))
    )
    assert (only(plan).action, only(plan).reason) == (Action.CREATE, Reason.VANISHED)
    assert plan.drift[0].after is None


def test_a_vanished_connection_whose_name_lives_on_elsewhere_is_refused() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm")],
            state=recorded({"crm": record(1)}),
            live=[observation(2)],
        )
    )
    assert topics(plan) == [Topic.NAME_UNRECORDED]


def test_what_agrees_everywhere_needs_nothing() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm")], state=recorded({"crm": record(1)}), live=[observation(1)]
        )
    )
    assert (plan.changes, plan.drift, plan.warnings, plan.refusals) == ((), (), (), ())


def test_members_that_the_server_added_are_never_drift() -> None:
    seen = observation(1, spec(secret=False, _links={}, labels=["x"], params={"inletId": "x"}))
    plan = planner.plan(
        situation(declared=[declaration("crm")], state=recorded({"crm": record(1)}), live=[seen])
    )
    assert (plan.changes, plan.drift) == ((), ())


@pytest.mark.parametrize(
    "hidden", ["auth", "auth.params", "auth.specName", "connectionSpec.version"]
)
def test_what_the_service_keeps_to_itself_is_neither_drift_nor_a_change(hidden: str) -> None:
    seen = observation(1, without(spec(secret=False), tuple(hidden.split("."))))
    plan = planner.plan(
        situation(declared=[declaration("crm")], state=recorded({"crm": record(1)}), live=[seen])
    )
    assert (plan.changes, plan.drift, plan.refusals) == ((), (), ())


@pytest.mark.parametrize(
    ("wish", "state", "warned"),
    [
        pytest.param(spec(), "enabled", True, id="nothing-visible"),
        pytest.param(spec(description="new"), "enabled", False, id="a-change"),
        pytest.param(spec(), "disabled", False, id="another-state"),
    ],
)
def test_credentials_are_suspected_only_where_nothing_visible_differs(
    wish: Spec, state: str, *, warned: bool
) -> None:
    seen = replace(observation(1), etag=Etag("moved"), updated_client="exc_app", state=state)
    plan = planner.plan(
        situation(
            declared=[declaration("crm", wish)], state=recorded({"crm": record(1)}), live=[seen]
        )
    )
    topics = {each.topic for each in plan.warnings}
    assert (Topic.CREDENTIALS_CHANGED in topics) is warned


def test_a_single_parameter_that_is_gone_is_drift() -> None:
    seen = observation(1, without(spec(secret=False), ("auth", "params", "endpoint")))
    plan = planner.plan(
        situation(declared=[declaration("crm")], state=recorded({"crm": record(1)}), live=[seen])
    )
    assert [field.path for field in only(plan).fields] == [("auth", "params", "endpoint")]


@pytest.mark.parametrize(
    ("declared", "was_recorded", "observed", "origin"),
    [
        pytest.param("new", "old", "old", Origin.CONFIGURATION, id="configuration"),
        pytest.param("old", "old", "new", Origin.DRIFT, id="drift"),
        pytest.param("a", "b", "c", Origin.BOTH, id="both"),
        pytest.param("a", None, "b", Origin.BOTH, id="both-on-a-field-new-to-us"),
        pytest.param("a", None, None, Origin.CONFIGURATION, id="a-new-field"),
        pytest.param(None, "a", "a", Origin.CONFIGURATION, id="a-field-taken-out"),
        pytest.param("a", "a", None, Origin.DRIFT, id="a-field-removed-by-hand"),
    ],
)
def test_each_field_says_who_changed_it(
    declared: str | None, was_recorded: str | None, observed: str | None, origin: Origin
) -> None:
    def body(text: str | None, *, secret: bool = True) -> Spec:
        more: dict[str, Any] = {} if text is None else {"description": text}
        return spec(secret=secret, **more)

    plan = planner.plan(
        situation(
            declared=[declaration("crm", body(declared))],
            state=recorded({"crm": record(1, body(was_recorded))}),
            live=[observation(1, body(observed, secret=False))],
        )
    )
    (field,) = only(plan).fields
    assert (field.path, field.origin) == (("description",), origin)
    assert field.after == (UNSET if declared is None else declared)
    assert field.before == (UNSET if observed is None else observed)
    assert not only(plan).secrets, "a description never touches the credentials"


def test_a_change_made_on_both_sides_alike_only_brings_the_record_up_to_date() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm", spec(description="new"))],
            state=recorded({"crm": record(1, spec(description="old"))}),
            live=[observation(1, spec(secret=False, description="new"))],
        )
    )
    assert only(plan).reason is Reason.RECORDED
    assert not plan.changing
    assert len(plan.drift) == 1


def test_a_change_below_the_parameters_sends_all_credentials_and_names_what_is_dropped() -> None:
    seen = observation(1, spec(secret=False, endpoint="www.zohoapis.com", params={"inletId": "x"}))
    plan = planner.plan(
        situation(
            declared=[declaration("crm")],
            state=recorded({"crm": record(1, spec(endpoint="www.zohoapis.com"))}),
            live=[seen],
        )
    )
    change = only(plan)
    assert change.replaced == (("auth", "params"),)
    assert set(change.secrets) == {SECRET}
    assert change.dropped == (("auth", "params", "inletId"),)
    assert Topic.DROPPED in [remark.topic for remark in plan.warnings]


def test_a_new_credentials_version_sends_the_credentials_and_nothing_else() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm", credentials_version="2")],
            state=recorded({"crm": record(1, credentials_version="1")}),
            live=[observation(1)],
        )
    )
    change = only(plan)
    assert (change.action, change.reason, change.fields) == (Action.UPDATE, Reason.CREDENTIALS, ())
    assert (change.credentials_before, change.credentials_version) == ("1", "2")


def test_taking_the_credentials_version_out_is_no_change() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm")],
            state=recorded({"crm": record(1, credentials_version="1")}),
            live=[observation(1)],
        )
    )
    assert not plan.changes


def test_a_secret_known_to_have_changed_is_an_update() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm")],
            state=recorded({"crm": record(1)}),
            live=[observation(1)],
            rotated={address("crm"): frozenset({SECRET})},
        )
    )
    change = only(plan)
    assert [(field.path, field.before, field.after) for field in change.fields] == [
        (SECRET, None, None)
    ]
    assert set(change.secrets) == {SECRET}


def test_an_ignored_field_is_neither_compared_nor_drift() -> None:
    plan = planner.plan(
        situation(
            declared=[
                declaration("crm", spec(description="a"), ignore_changes=(("description",),))
            ],
            state=recorded({"crm": record(1, spec(description="b"))}),
            live=[observation(1, spec(secret=False, description="c"))],
        )
    )
    assert (plan.changes, plan.drift) == ((), ())


def test_a_new_name_that_is_taken_is_refused() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm", spec("Taken"))],
            state=recorded({"crm": record(1)}),
            live=[observation(1), observation(2, spec("Taken", secret=False))],
        )
    )
    assert topics(plan) == [Topic.RENAME_TAKEN]


def test_a_new_name_that_is_free_is_an_update() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm", spec("Free"))],
            state=recorded({"crm": record(1)}),
            live=[observation(1)],
        )
    )
    assert [field.path for field in only(plan).fields] == [("name",)]


def test_an_immutable_field_is_refused_and_never_replaced() -> None:
    observed = spec(secret=False, version="2.0")
    plan = planner.plan(
        situation(
            declared=[declaration("crm")],
            state=recorded({"crm": record(1)}),
            live=[observation(1, observed)],
        )
    )
    (refusal,) = plan.refusals
    assert (refusal.topic, refusal.paths) == (Topic.IMMUTABLE, (("connectionSpec", "version"),))


ENTRY = SOURCE.span("import", "id")
IMPORT = declaration("crm", adopt=remote_id(1), adopt_span=ENTRY)
NAME = SOURCE.span("spec", "name")


@pytest.mark.parametrize(
    ("given", "topic", "place"),
    [
        pytest.param(situation(declared=[IMPORT]), Topic.IMPORT_ABSENT, ENTRY, id="import"),
        pytest.param(
            situation(declared=[declaration("crm")], live=[observation(1)]),
            Topic.NAME_UNRECORDED,
            NAME,
            id="name-held",
        ),
        pytest.param(
            situation(
                declared=[declaration("crm", spec("New"))],
                state=recorded({"crm": record(1)}),
                live=[observation(1), observation(2, spec("New", secret=False))],
            ),
            Topic.RENAME_TAKEN,
            NAME,
            id="new-name-held",
        ),
        pytest.param(
            situation(
                declared=[declaration("crm")],
                state=recorded({"crm": record(1)}),
                live=[observation(1, spec(secret=False, version="2.0"))],
            ),
            Topic.IMMUTABLE,
            SOURCE.span("spec", "connectionSpec", "version"),
            id="immutable",
        ),
        pytest.param(
            situation(
                declared=[declaration("crm", spec(endpoint="www.zohoapis.com"))],
                state=recorded({"crm": record(1)}),
                live=[observation(1, spec(secret=False, params={"inletId": "x"}))],
            ),
            Topic.DROPPED,
            SOURCE.span("spec", "auth", "params"),
            id="dropped",
        ),
    ],
)
def test_a_remark_points_at_the_field_that_it_is_about(
    given: Situation, topic: Topic, place: Span
) -> None:
    plan = planner.plan(given)
    places = {remark.topic: remark.span for remark in (*plan.refusals, *plan.warnings)}
    assert places[topic] == place


def test_what_is_no_longer_declared_is_deleted() -> None:
    other = declaration("other", spec("Other"))
    plan = planner.plan(
        situation(
            declared=[other],
            state=recorded({"crm": record(1), "other": record(2, spec("Other"))}),
            live=[observation(1), observation(2, spec("Other", secret=False))],
        )
    )
    change = only(plan)
    assert (change.action, change.reason, change.id) == (
        Action.DELETE,
        Reason.NOT_DECLARED,
        remote_id(1),
    )
    assert Topic.FINAL in [remark.topic for remark in plan.warnings]


def test_what_says_prevent_destroy_is_not_deleted() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("other", spec("Other"))],
            state=recorded({"crm": record(1, prevent_destroy=True)}),
            live=[observation(1)],
        )
    )
    assert topics(plan) == [Topic.PREVENT_DESTROY]


@pytest.mark.parametrize(
    ("destroy", "action"),
    [
        pytest.param(True, Action.DELETE, id="delete"),
        pytest.param(False, Action.FORGET, id="forget"),
    ],
)
def test_removed_deletes_or_forgets_as_reviewed(*, destroy: bool, action: Action) -> None:
    plan = planner.plan(
        situation(
            state=recorded({"crm": record(1)}),
            live=[observation(1)],
            removed=[Removed(source=address("crm"), destroy=destroy)],
            policy=Policy(max_destroy=0),
        )
    )
    assert (only(plan).action, only(plan).reason) == (action, Reason.REMOVED)


def test_what_is_neither_declared_nor_live_is_forgotten() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("other", spec("Other"))], state=recorded({"crm": record(1)})
        )
    )
    change = next(each for each in plan.changes if each.address == address("crm"))
    assert (change.action, change.reason) == (Action.FORGET, Reason.GONE)


def test_an_intent_with_one_match_is_an_import() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm")],
            state=recorded(intents={"crm": intent()}),
            live=[observation(1)],
        )
    )
    change = only(plan)
    assert (change.action, change.reason, change.importing) == (Action.NO_OP, Reason.SETTLED, True)


@pytest.mark.parametrize(
    "live",
    [
        pytest.param([], id="none"),
        pytest.param([observation(1), observation(2)], id="several"),
        pytest.param([observation(1, created_client="exc_app")], id="made-by-a-person"),
        pytest.param([observation(1, created_at=1_000)], id="older-than-the-intent"),
        pytest.param([observation(1, created_at=None)], id="of-unknown-age"),
        pytest.param([observation(1, spec("crm", secret=False))], id="of-another-case"),
    ],
)
def test_an_intent_without_one_certain_match_waits(live: list[Observation]) -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm"), declaration("other", spec("Other"))],
            state=recorded(intents={"crm": intent()}),
            live=live,
        )
    )
    (doubt,) = plan.doubts
    assert doubt.address == address("crm")
    assert doubt.settles == 1_000 + 235
    assert only(plan).address == address("other"), "the others go on"


def test_a_name_that_a_create_in_doubt_has_asked_for_is_not_asked_for_again() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("new"), declaration("other", spec("Other"))],
            state=recorded(intents={"old": intent()}),
        )
    )
    assert [doubt.address for doubt in plan.doubts] == [address("new"), address("old")]
    assert only(plan).address == address("other"), "the others go on"


def test_what_two_creates_in_doubt_claim_is_planned_for_neither() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("a"), declaration("b", spec("Other"))],
            state=recorded(intents={"a": intent(), "b": intent()}),
            live=[observation(1)],
        )
    )
    assert plan.changes == ()
    assert [doubt.candidates for doubt in plan.doubts] == [(remote_id(1),)] * 2


def test_what_was_renamed_while_its_create_was_in_doubt_takes_nobodys_name() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm", spec("New"))],
            state=recorded(intents={"crm": intent()}),
            live=[observation(1), observation(2, spec("New", secret=False))],
        )
    )
    assert topics(plan) == [Topic.RENAME_TAKEN]


def test_an_import_entry_decides_a_create_in_doubt() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm", adopt=remote_id(2))],
            state=recorded(intents={"crm": intent()}),
            live=[observation(1), observation(2)],
        )
    )
    assert (only(plan).importing, only(plan).id) == (True, remote_id(2))


def test_a_moved_address_keeps_its_connection() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("new")],
            state=recorded({"old": record(1)}),
            live=[observation(1)],
            moved=[Moved(source=address("old"), target=address("new"))],
        )
    )
    change = only(plan)
    assert (change.action, change.reason, change.previous) == (
        Action.NO_OP,
        Reason.MOVED,
        address("old"),
    )


def test_destroy_deletes_all_that_is_recorded_and_nothing_else() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm")],
            state=recorded({"crm": record(1)}),
            live=[observation(1), observation(2, spec("Unmanaged", secret=False))],
            request=Request(destroy=True),
        )
    )
    assert (only(plan).action, only(plan).reason) == (Action.DELETE, Reason.DESTROY)


# --- what was replaced, and what the state follows ----------------------------------------------


def left_over(**changes: Any) -> Recorded:
    return replace(recorded(**changes), deposed={address("crm"): (record(1),)})


def test_what_was_replaced_is_deleted_also_where_nothing_else_is_left_of_its_address() -> None:
    plan = planner.plan(situation(state=left_over(), live=[observation(1)]))
    change = only(plan)
    assert (change.action, change.reason) == (Action.DELETE, Reason.DEPOSED)
    assert (change.deposed, change.consented, change.id) == (True, True, remote_id(1))
    assert plan.applicable


def test_what_was_replaced_waits_for_its_successor() -> None:
    state = left_over(intents={"crm": intent()})
    plan = planner.plan(
        situation(declared=[declaration("crm")], state=state, live=[observation(1)])
    )
    assert (plan.changes, len(plan.doubts)) == ((), 1)


def test_the_name_of_what_was_replaced_is_free() -> None:
    plan = planner.plan(
        situation(declared=[declaration("crm")], state=left_over(), live=[observation(1)])
    )
    assert [change.action for change in plan.changes] == [Action.CREATE, Action.DELETE]


def test_a_refresh_leaves_creates_in_doubt_and_what_was_replaced_as_they_are() -> None:
    request = Request(refresh_only=True)
    state = left_over(intents={"crm": intent()})
    plan = planner.plan(situation(state=state, live=[observation(1)], request=request))
    assert (plan.changes, len(plan.doubts), plan.refresh_only) == ((), 1, True)
    plan = planner.plan(situation(state=left_over(), request=request))
    assert (only(plan).action, only(plan).deposed) == (Action.FORGET, True)


def test_a_refresh_deletes_nothing_that_is_no_longer_declared() -> None:
    plan = planner.plan(
        situation(
            state=recorded({"crm": record(1)}),
            live=[observation(1)],
            request=Request(refresh_only=True),
        )
    )
    assert (plan.changes, plan.refusals) == ((), ())


def test_credentials_that_somebody_may_have_changed_are_a_warning_and_no_change() -> None:
    seen = observation(1, etag=Etag('"x"'), updated_client="exc_app", updated_by="x@AdobeID")
    plan = planner.plan(
        situation(declared=[declaration("crm")], state=recorded({"crm": record(1)}), live=[seen])
    )
    assert not plan.changes
    assert [remark.topic for remark in plan.warnings] == [Topic.CREDENTIALS_CHANGED]


@pytest.mark.parametrize(("client", "told"), [(CLIENT, True), ("another", False)])
def test_a_second_connection_of_ours_under_a_recorded_name_is_told(client: str, told: bool) -> None:
    twin = observation(2, created_client=client)
    plan = planner.plan(
        situation(
            declared=[declaration("crm")],
            state=recorded({"crm": record(1)}),
            live=[observation(1), twin],
        )
    )
    assert not plan.changing
    twins = [remark.ids for remark in plan.warnings if remark.topic is Topic.TWIN]
    assert twins == ([(twin.id,)] if told else [])


def test_an_etag_that_the_service_moved_by_itself_is_nothing() -> None:
    seen = observation(1, etag=Etag('"x"'))
    plan = planner.plan(
        situation(declared=[declaration("crm")], state=recorded({"crm": record(1)}), live=[seen])
    )
    assert (plan.changes, plan.warnings) == ((), ())


def test_a_disabled_connection_is_a_warning() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm")],
            state=recorded({"crm": record(1)}),
            live=[observation(1, state="disabled")],
        )
    )
    assert [remark.topic for remark in plan.warnings] == [Topic.NOT_ENABLED]


def test_prevent_destroy_alone_is_recorded_without_being_a_change() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm", prevent_destroy=True)],
            state=recorded({"crm": record(1)}),
            live=[observation(1)],
        )
    )
    assert (only(plan).reason, plan.changing) == (Reason.RECORDED, ())


@pytest.mark.parametrize(
    ("declared", "state", "live", "pending"), list(itertools.product([False, True], repeat=4))
)
def test_no_presence_of_the_four_goes_without_a_decision(
    *, declared: bool, state: bool, live: bool, pending: bool
) -> None:
    given = situation(
        declared=[declaration("crm"), declaration("other", spec("Other"))]
        if declared
        else [declaration("other", spec("Other"))],
        state=recorded({"crm": record(1)} if state else {}, {"crm": intent()} if pending else {}),
        live=[observation(1)] if live else [],
    )
    plan = planner.plan(given)
    about = [
        *(change for change in plan.changes if change.address == address("crm")),
        *(doubt for doubt in plan.doubts if doubt.address == address("crm")),
        *(refusal for refusal in plan.refusals if refusal.address == address("crm")),
    ]
    settled = declared and state and live and not pending
    unmanaged = not (declared or state or pending)
    assert len(about) == (0 if settled or unmanaged else 1)


def test_the_digest_is_of_the_changes_alone() -> None:
    given = situation(declared=[declaration("crm")])
    later = replace(given, scope=replace(given.scope, serial=99, lineage="another"))
    other = situation(declared=[declaration("crm", spec(description="x"))])
    assert planner.plan(given).digest == planner.plan(later).digest
    assert planner.plan(given).digest != planner.plan(other).digest


def test_changes_come_in_order_of_address() -> None:
    names = ["c", "a", "b"]
    plan = planner.plan(situation(declared=[declaration(name, spec(name)) for name in names]))
    assert [str(change.address) for change in plan.changes] == [
        f"{KIND.name}.{name}" for name in sorted(names)
    ]


@pytest.mark.parametrize(
    ("recorded_ones", "gone", "refused"),
    [(10, 3, True), (10, 2, False), (7, 2, False), (1, 1, False)],
)
def test_many_are_gone_from_three_in_ten_on_and_never_one_alone(
    recorded_ones: int, gone: int, *, refused: bool
) -> None:
    names = {f"crm-{number}": number for number in range(1, recorded_ones + 1)}
    wish = {name: spec(name=name) for name in names}
    plan = planner.plan(
        situation(
            declared=[declaration(name, each) for name, each in wish.items()],
            state=recorded({name: record(number, wish[name]) for name, number in names.items()}),
            live=[
                observation(number, spec(name=name, secret=False))
                for name, number in names.items()
                if number > gone
            ],
        )
    )
    assert (Topic.TOO_MANY_GONE in {each.topic for each in plan.refusals}) is refused
