"""The ``jq`` that GitLab's documentation gives for Terraform's plans counts ours rightly."""

from __future__ import annotations

import json

import jq
import pytest

from reconciler.model.reviews import Review
from reconciler.render import gitlab
from tests.readers.plans import document
from tests.render.plans import SITUATIONS, made

# doc/user/infrastructure/iac/mr_integration.md of GitLab
REPORT = (
    "([.resource_changes[]?.change.actions?]|flatten)|"
    '{"create":(map(select(.=="create"))|length),'
    '"update":(map(select(.=="update"))|length),'
    '"delete":(map(select(.=="delete"))|length)}'
)


@pytest.mark.parametrize("case", SITUATIONS)
def test_gitlab_counts_what_is_planned(case: str) -> None:
    counted = jq.compile(REPORT).input_value(document(case)).first()
    tally = made(case).tally
    assert counted == {
        "create": tally.added,
        "update": tally.changed,
        "delete": tally.destroyed,
    }


@pytest.mark.parametrize("case", SITUATIONS)
def test_our_own_report_says_the_same(case: str) -> None:
    counted = jq.compile(REPORT).input_value(document(case)).first()
    assert json.loads(gitlab.render([Review(title="dev", plan=made(case))])) == counted
