"""No renderer lets a hostile text do more than be read, wherever in a plan or a state it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.app import plan_files
from reconciler.core import planner, state_document
from reconciler.core.escaping import escape_json
from reconciler.model.findings import Finding
from reconciler.model.plans import Plan
from reconciler.render import findings, phrases, state_text, text
from tests.builders import (
    declaration,
    intent,
    observation,
    record,
    recorded,
    situation,
    spec,
)
from tests.hostile import SAYABLE, offences


def plan(hostile: str) -> Plan:
    """Return a plan with the text everywhere; it creates, updates, deletes, doubts and refuses."""
    said = spec("B", description=hostile, params={hostile: hostile})
    live = replace(
        observation(2, spec("B", secret=False, description=f"{hostile}!")),
        state=hostile,
        updated_by=hostile,
        updated_client=hostile,
    )
    return planner.plan(
        situation(
            declared=[
                declaration("a", spec(hostile, description=hostile)),
                declaration("b", said),
                declaration("c", spec(f"{hostile}c")),
            ],
            state=recorded(
                {"b": record(2, spec("B", description="x", labels=[hostile]))},
                {"lost": intent(spec(hostile)), "many": intent(spec(f"{hostile}m"))},
            ),
            live=[
                live,
                observation(3, spec(f"{hostile}c", secret=False)),
                observation(4, spec(f"{hostile}m", secret=False), created_at=2_000_000),
                observation(5, spec(f"{hostile}m", secret=False), created_at=2_000_000),
            ],
        )
    )


def outputs(hostile: str, *, width: int | None) -> list[str]:
    made = plan(hostile)
    assert made.refusals
    assert made.doubts
    finding = Finding(summary="Told", detail=hostile, lines=(hostile, f"a: {hostile}"))
    state = recorded({"b": record(2, spec(hostile))}, {"lost": intent(spec(hostile))})
    said = [finding, *phrases.warnings(made), *phrases.refusals(made)]
    return [
        text.render(made),
        findings.render(said, width=width),
        escape_json(plan_files.document(made, key=None)),
        state_text.render(state),
        escape_json(state_document.encode(state)),
    ]


@pytest.mark.parametrize("width", [None, 40])
def test_every_output_is_lines_and_printable_signs_alone(width: int | None) -> None:
    assert {
        problem
        for hostile in SAYABLE[:: 1 if width is None else 4]
        for output in outputs(hostile[:300], width=width)
        for problem in offences(output)
    } == set()
