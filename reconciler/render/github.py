"""What a step hands on to the steps after it, through ``$GITHUB_OUTPUT``."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.changes import Tally
from reconciler.model.exit_codes import ExitCode
from reconciler.model.reviews import Review

SUMMARY_LIMIT = 1_000_000
"""Bytes of a step's summary; GitHub drops a longer one whole."""


def outputs(reviews: Sequence[Review], *, exit_code: ExitCode) -> str:
    """Return a line for each output: what all the plans come to.

    The digest is that of the only plan; several plans have none together. Every value is a number,
    a word of ours or in hex, so none can hold a line break.
    """
    plans = [review.plan for review in reviews if review.plan is not None]
    tally = Tally.of(change for plan in plans for change in plan.changes)
    values = {
        "has-changes": str(any(plan.changing for plan in plans)).lower(),
        "create": tally.added,
        "update": tally.changed,
        "delete": tally.destroyed,
        "import": tally.imported,
        "digest": plans[0].digest if len(reviews) == len(plans) == 1 else "",
        "exit-code": exit_code.value,
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())
