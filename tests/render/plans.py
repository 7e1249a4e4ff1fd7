"""Plans worth looking at, one a case: made by the planner, of small worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from reconciler.core import planner
from reconciler.core.selection import Selection
from reconciler.core.situations import Request, Situation
from reconciler.model.addresses import Etag
from reconciler.model.observations import Observation
from reconciler.model.plans import Plan
from reconciler.model.projects import Moved, Removed
from reconciler.model.uses import Dependant, Use
from tests.builders import (
    SECRET,
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

HOSTILE = 'CRM" # will be destroyed\x1b[31m\n\u202eevil\u202c │ Plan: 9 to add `$(id)` <!-- | -->'
"""A name that would like to be more than a name."""


def theirs(number: int, **changes: Any) -> Observation:
    """Return a connection that somebody has changed in Adobe's user interface."""
    seen = spec(secret=False, **changes)
    return observation(
        number,
        seen,
        updated_by="someone@AdobeID",
        updated_client="exc_app",
        updated_at=1_795_494_660_000,
    )


def nothing() -> Situation:
    return situation(
        declared=[declaration("crm")], state=recorded({"crm": record(1)}), live=[observation(1)]
    )


def create() -> Situation:
    tags: dict[str, Any] = {"description": "Contacts and deals", "tags": ["a", 1, True, {}]}
    return situation(
        declared=[
            declaration("crm-eu", spec("EU", **tags), labels={"region": "eu", "team": "sales"}),
            declaration("crm-us", spec("US"), labels={"region": "us", "team": "sales"}),
        ]
    )


def update_with_drift() -> Situation:
    before: dict[str, Any] = {"description": "ours", "params": {"scope": "all"}}
    after: dict[str, Any] = {"description": "new", "params": {"limit": 5}}
    return situation(
        declared=[declaration("crm", spec(**after)), declaration("same", spec("Same"))],
        state=recorded({"crm": record(1, spec(**before)), "same": record(2, spec("Same"))}),
        live=[
            theirs(
                1, description="theirs", endpoint="crm.zoho.eu", params={"scope": "all", "x": 1}
            ),
            observation(2, spec("Same", secret=False)),
        ],
    )


def credentials() -> Situation:
    return situation(
        declared=[declaration("crm", credentials_version="2026-11"), declaration("key", spec("K"))],
        state=recorded(
            {"crm": record(1, credentials_version="2026-05"), "key": record(2, spec("K"))}
        ),
        live=[observation(1), observation(2, spec("K", secret=False))],
        rotated={address("key"): frozenset({SECRET})},
    )


def delete() -> Situation:
    return situation(
        declared=[declaration("stays")],
        state=recorded(
            {"stays": record(1), "goes": record(2, spec("Goes")), "asked": record(3, spec("Asked"))}
        ),
        live=[
            observation(1),
            observation(2, spec("Goes", secret=False)),
            observation(3, spec("Asked", secret=False)),
        ],
        removed=[Removed(source=address("asked"), destroy=True)],
    )


def forget() -> Situation:
    return situation(
        declared=[declaration("stays")],
        state=recorded(
            {"stays": record(1), "gone": record(2, spec("Gone")), "let": record(3, spec("Let go"))}
        ),
        live=[observation(1), observation(3, spec("Let go", secret=False))],
        removed=[Removed(source=address("let"), destroy=False)],
    )


def adopt() -> Situation:
    return situation(
        declared=[
            declaration("differs", spec("B", description="ours"), adopt=remote_id(2)),
            declaration("same", adopt=remote_id(1)),
        ],
        live=[observation(1), observation(2, spec("Another", secret=False))],
    )


def moved() -> Situation:
    return situation(
        declared=[declaration("both", spec("B", description="new")), declaration("only")],
        state=recorded({"old-both": record(2, spec("B")), "old-only": record(1)}),
        live=[observation(1), observation(2, spec("B", secret=False))],
        moved=[
            Moved(source=address("old-both"), target=address("both")),
            Moved(source=address("old-only"), target=address("only")),
        ],
    )


def vanished() -> Situation:
    return situation(declared=[declaration("crm")], state=recorded({"crm": record(1)}), live=[])


def refusals() -> Situation:
    return situation(
        declared=[
            declaration("absent", spec("Absent"), adopt=remote_id(99)),
            declaration("frozen", spec("Frozen", version="2.0")),
            declaration("taken", spec("Taken")),
            declaration("was", spec("Held")),
        ],
        state=recorded(
            {
                "frozen": record(2, spec("Frozen")),
                "guarded": record(3, spec("Guarded"), prevent_destroy=True),
                "old": record(4, spec("Held")),
                "other": record(5, spec("Other")),
            }
        ),
        live=[
            observation(1, spec("Taken", secret=False)),
            observation(2, spec("Frozen", secret=False)),
            observation(3, spec("Guarded", secret=False)),
            observation(4, spec("Held", secret=False)),
            observation(5, spec("Other", secret=False)),
        ],
    )


def in_doubt() -> Situation:
    return situation(
        declared=[
            declaration("lost", spec("Lost")),
            declaration("many"),
            declaration("one", spec("O")),
        ],
        state=recorded(
            intents={"lost": intent(spec("Lost")), "many": intent(), "one": intent(spec("O"))}
        ),
        live=[
            observation(1, created_at=2_000_000),
            observation(2, created_at=2_000_000),
            observation(3, spec("O", secret=False), created_at=2_000_000),
        ],
    )


def hostile() -> Situation:
    return situation(
        declared=[
            declaration("a", spec(HOSTILE, description=HOSTILE, params={HOSTILE: HOSTILE})),
            declaration("b", spec("B", description=HOSTILE)),
            declaration("c", spec(HOSTILE + "c")),
        ],
        state=recorded({"b": record(2, spec("B", description="x"))}),
        live=[
            replace(theirs(2, name="B", description=HOSTILE[::-1]), state=HOSTILE),
            observation(3, spec(HOSTILE + "c", secret=False), state=HOSTILE),
        ],
    )


def replaced() -> Situation:
    """One is to be replaced, and what another one has replaced is left over."""
    state = recorded({"crm": record(1), "left": record(2, spec("Left"))})
    return situation(
        declared=[declaration("crm", spec(version="2.0")), declaration("left", spec("Left"))],
        state=replace(state, deposed={address("left"): (record(3, spec("Left")),)}),
        live=[
            observation(1),
            observation(2, spec("Left", secret=False)),
            observation(3, spec("Left", secret=False)),
        ],
        uses={remote_id(1): Use(sources=(Dependant(remote_id(71), "Accounts"),))},
        request=Request(replace=(address("crm"),)),
    )


def followed() -> Situation:
    """The state is to follow a change by hand, a deletion, and a write that nobody can see."""
    before: dict[str, Any] = {"description": "ours", "params": {"scope": "all"}}
    names = {"crm": 1, "gone": 2, "seen": 3, "same": 4}
    return situation(
        declared=[declaration(name, spec(name, **before)) for name in names],
        state=recorded({name: record(at, spec(name, **before)) for name, at in names.items()}),
        live=[
            theirs(1, name="crm", description="theirs", params={}),
            replace(theirs(3, name="seen", **before), etag=Etag('"9"')),
            observation(4, spec("same", secret=False, **before)),
        ],
        request=Request(refresh_only=True),
    )


def part() -> Situation:
    """A part of the addresses is looked at; a flow uses what is to go, and somebody has others."""
    return situation(
        declared=[declaration("left-out", spec("Out"))],
        state=recorded({"goes": record(1), "used": record(2, spec("Used"))}),
        live=[
            observation(1),
            observation(2, spec("Used", secret=False)),
            observation(3, spec("Theirs", secret=False)),
        ],
        uses={
            remote_id(2): Use(
                sources=(Dependant(remote_id(71), "Accounts"),),
                flows=(Dependant(remote_id(81), "Nightly"), Dependant(remote_id(82), "")),
            )
        },
        request=Request(
            selection=Selection(excluded=(address("left-out"),)), unmanaged=True, allow_destroy=2
        ),
    )


SITUATIONS: Mapping[str, Callable[[], Situation]] = {
    make.__name__: make
    for make in (
        nothing, create, update_with_drift, credentials, delete, forget, adopt, moved, vanished,
        refusals, in_doubt, hostile, replaced, followed, part,
    )
}  # fmt: skip


def made(case: str) -> Plan:
    """Return the plan of a case."""
    return planner.plan(SITUATIONS[case]())
