"""The report that GitLab shows in a merge request (``artifacts:reports:terraform``)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from reconciler.model.changes import Tally
from reconciler.model.reviews import Review


def render(reviews: Sequence[Review]) -> str:
    """Return how many connections are created, updated and deleted, in all plans together.

    GitLab wants these three members, as whole numbers, and shows an error where one is missing
    (lib/gitlab/ci/parsers/terraform/tfplan.rb).
    """
    plans = [review.plan for review in reviews if review.plan is not None]
    tally = Tally.of(change for plan in plans for change in plan.changes)
    counts = {"create": tally.added, "update": tally.changed, "delete": tally.destroyed}
    return json.dumps(counts) + "\n"
