"""A plan as Terraform prints it, word for word where other programs read it.

The readers are tfcmt (pkg/terraform/parser.go) and Atlantis (server/events/models/models.go): they
know the legend, the header comments, the summary line and the drift note by their exact words,
``Terraform will perform the following actions:`` included.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.escaping import escape
from reconciler.model.changes import Action
from reconciler.model.plans import Plan
from reconciler.model.reviews import Review
from reconciler.render import blocks, coverage_lines

RULE = "─" * 77

_SYMBOLS = {
    Action.CREATE: "  + create",
    Action.UPDATE: "  ~ update in-place",
    Action.REPLACE: "+/- create replacement and then destroy",
    Action.DELETE: "  - destroy",
    Action.FORGET: "  . forget",
}


def render(plan: Plan) -> str:
    """Return the plan for people, without warnings and refusals, which ``findings`` renders."""
    parts = [*_drift_note(plan), *_actions(plan), summary(plan)]
    parts += (
        ["\n".join([said, *coverage_lines.listing(plan.coverage)])]
        if (said := coverage_lines.sentence(plan.coverage))
        else []
    )
    parts.append(f"Plan digest: {plan.digest}")
    return "\n\n".join(parts) + "\n"


def titled(review: Review) -> str:
    """Return one of several plans, below the name of its environment."""
    shown = f"{summary(None)}\n" if review.plan is None else render(review.plan)
    return f"Environment: {escape(review.title)}\n\n{shown}{RULE}"


def summary(plan: Plan | None) -> str:
    """Return the one line that says how much would change; ``None`` could not be made."""
    if plan is None:
        return "Planning failed. There is no plan."
    if plan.refusals:
        problems = "1 problem" if len(plan.refusals) == 1 else f"{len(plan.refusals)} problems"
        return f"Planning failed: {problems}. Nothing of this plan can be applied."
    if not plan.changing and not plan.doubts:
        still = "still " if plan.refresh_only else ""
        return f"No changes. Your infrastructure {still}matches the configuration."
    tally = plan.tally
    imports = f"{tally.imported} to import, " if tally.imported else ""
    counts = f"{tally.added} to add, {tally.changed} to change, {tally.destroyed} to destroy"
    forgets = f", {tally.forgotten} to forget" if tally.forgotten else ""
    return f"Plan: {imports}{counts}{forgets}."


def _drift_note(plan: Plan) -> Iterator[str]:
    if not plan.drift:
        return
    yield "Note: Objects have changed outside of Terraform"
    yield "reconciler found these differences from what it applied last:"
    for drift in plan.drift:
        yield "\n".join(blocks.drifted(drift))
    if plan.refresh_only:
        yield (
            "This is a refresh-only plan, so nothing is done to undo these. If you expected them,\n"
            "apply it: the state then records what the service shows, and nothing else changes."
        )
        return
    yield (
        "Unless you have made equivalent changes to your configuration, or ignored the\n"
        "relevant attributes using ignore_changes, the following plan may include actions\n"
        "to undo or respond to these changes."
    )
    yield RULE


def _actions(plan: Plan) -> Iterator[str]:
    if not plan.changing or plan.refresh_only:
        return
    used = [text for action, text in _SYMBOLS.items() if plan.count(action)]
    if used:
        yield "\n".join(
            [
                "reconciler compared the declared connections with the live ones. Resource actions "
                "are indicated",
                "with the following symbols:",
                *used,
            ]
        )
    yield "Terraform will perform the following actions:"
    for change in plan.changing:
        yield "\n".join([*blocks.heading(change), *blocks.block(change)])
