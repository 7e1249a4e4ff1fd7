"""The report that GitLab shows in a merge request (``artifacts:reports:terraform``)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from reconciler.model.plans import Action
from reconciler.model.reviews import Review

_COUNTED = (Action.CREATE, Action.UPDATE, Action.DELETE)


def render(reviews: Sequence[Review]) -> str:
    """Return how many connections are created, updated and deleted, in all plans together.

    GitLab wants these three members, as whole numbers, and shows an error where one is missing
    (lib/gitlab/ci/parsers/terraform/tfplan.rb).
    """
    plans = [review.plan for review in reviews if review.plan is not None]
    counts = {action.value: sum(plan.count(action) for plan in plans) for action in _COUNTED}
    return json.dumps(counts) + "\n"
