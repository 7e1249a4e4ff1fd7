"""Environments side by side: what is where, and what is not declared alike."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from reconciler.core import matrix, planner
from reconciler.core.situations import Situation
from reconciler.model.exit_codes import ExitCode
from reconciler.model.reviews import Review, Standing, exit_code
from reconciler.model.values import UNSET, Spec
from tests.builders import SECRET, declaration, observation, record, recorded, spec
from tests.builders import situation as given
from tests.render.plans import SITUATIONS


def review(situation: Situation, title: str = "dev") -> Review:
    return Review(
        title=title,
        plan=planner.plan(situation),
        declared={at: each.spec for at, each in situation.desired.items()},
    )


def standings(case: str) -> Mapping[str, Standing]:
    compared = matrix.compare([review(SITUATIONS[case]())])
    return {row.address.name: row.standings[0] for row in compared.rows}


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("nothing", {"crm": "unchanged"}),
        ("create", {"crm-eu": "create", "crm-us": "create"}),
        ("update_with_drift", {"crm": "update", "same": "unchanged"}),
        ("delete", {"asked": "destroy", "goes": "destroy", "stays": "unchanged"}),
        ("forget", {"gone": "forget", "let": "forget", "stays": "unchanged"}),
        ("adopt", {"differs": "update", "same": "import"}),
        ("moved", {"both": "update", "only": "move"}),
        ("in_doubt", {"lost": "in doubt", "many": "in doubt", "one": "import"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_change_has_its_word(case: str, expected: dict[str, str]) -> None:
    assert standings(case) == expected


def test_what_is_refused_says_so() -> None:
    assert standings("refusals")["taken"] is Standing.REFUSED


def declared(title: str, **specs: Spec) -> Review:
    return review(given(declared=[declaration(at, each) for at, each in specs.items()]), title)


def test_what_only_one_environment_has_is_absent_from_the_other() -> None:
    compared = matrix.compare([declared("dev", one=spec()), declared("prod", two=spec())])
    assert [(row.address.name, row.standings) for row in compared.rows] == [
        ("one", ("create", "absent")),
        ("two", ("absent", "create")),
    ]
    assert not any(row.differing for row in compared.rows)


def test_what_is_not_declared_alike_is_told_for_each_environment() -> None:
    (row,) = matrix.compare(
        [
            declared("dev", crm=spec(endpoint="eu", description="x")),
            declared("prod", crm=spec(endpoint="com")),
            review(given(), "test"),
        ]
    ).rows
    assert row.differing == {
        ("auth", "params", "endpoint"): ("eu", "com", UNSET),
        ("description",): ("x", UNSET, UNSET),
    }


def test_secrets_are_never_told_apart() -> None:
    (row,) = matrix.compare([declared("dev", crm=spec()), declared("prod", crm=spec())]).rows
    assert SECRET not in row.differing


def test_nobody_knows_what_is_where_no_plan_could_be_made() -> None:
    failed = Review(title="prod", plan=None, trouble=ExitCode.ERROR)
    (row,) = matrix.compare([declared("dev", crm=spec()), failed]).rows
    assert row.standings == (Standing.CREATE, Standing.UNKNOWN)


CHANGES = declared("dev", crm=spec())
NOTHING = review(
    given(declared=[declaration("crm")], state=recorded({"crm": record(1)}), live=[observation(1)])
)


def failed(code: ExitCode) -> Review:
    return Review(title="prod", plan=None, trouble=code)


@pytest.mark.parametrize(
    ("reviews", "expected"),
    [
        ([NOTHING, NOTHING], ExitCode.DONE),
        ([NOTHING, CHANGES], ExitCode.CHANGES),
        ([CHANGES, failed(ExitCode.ERROR)], ExitCode.ERROR),
        ([failed(ExitCode.LOCKED), failed(ExitCode.ERROR), CHANGES], ExitCode.LOCKED),
    ],
    ids=["nothing", "changes", "an error is no mere change", "the highest error"],
)
def test_the_worst_environment_decides_how_it_ends(
    reviews: list[Review], expected: ExitCode
) -> None:
    assert exit_code(reviews, detailed=True) is expected


def test_changes_are_no_error_to_who_has_not_asked() -> None:
    assert exit_code([CHANGES], detailed=False) is ExitCode.DONE
