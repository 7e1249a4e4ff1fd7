"""How a run ends is told by its exit code, and 0 is said of nothing less than all."""

from __future__ import annotations

import pytest

from reconciler.model.changes import Action, Change, Reason
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding
from reconciler.model.outcomes import Outcome, Report, Verdict
from tests.builders import address

SAID = Finding(summary="Something", detail="It went otherwise.")


def ended(*verdicts: Verdict, **more: object) -> ExitCode:
    change = Change(address=address("crm"), action=Action.CREATE, reason=Reason.NEW)
    outcomes = tuple(Outcome(change=change, verdict=verdict) for verdict in verdicts)
    return Report(outcomes=outcomes, **more).exit_code  # type: ignore[arg-type] # as given


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([], ExitCode.DONE),
        ([Verdict.DONE], ExitCode.DONE),
        ([Verdict.DONE, Verdict.FAILED], ExitCode.FAILED),
        ([Verdict.DONE, Verdict.SKIPPED], ExitCode.FAILED),
        ([Verdict.FAILED, Verdict.LEFT], ExitCode.LEFT),
        ([Verdict.IN_DOUBT, Verdict.SKIPPED], ExitCode.LEFT),
    ],
)
def test_what_was_not_begun_is_no_success(verdicts: list[Verdict], code: ExitCode) -> None:
    assert ended(*verdicts) is code


def test_what_else_is_left_to_do_is_no_success() -> None:
    assert ended(Verdict.DONE, short=(SAID,)) is ExitCode.FAILED
    assert ended(Verdict.LEFT, short=(SAID,), unsaved=SAID) is ExitCode.UNSAVED
    assert ended(Verdict.DONE, unsaved=SAID, signal=2) is ExitCode.INTERRUPTED
