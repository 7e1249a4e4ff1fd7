"""Plans, states and reports on the console."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from reconciler.app import plan_files
from reconciler.cli.console import Console
from reconciler.core import canonical, matrix
from reconciler.core.escaping import escape
from reconciler.core.invocations import Invocation
from reconciler.model.changes import Tally
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding
from reconciler.model.outcomes import Report, Verdict
from reconciler.model.plans import Doubt, Plan
from reconciler.model.reviews import Review
from reconciler.render import gitlab, markdown, matrix_text, phrases, text

_RENDERERS = {
    "gitlab": gitlab.render,
    "markdown": markdown.render,
}
FORMATS = ("text", "json", "github", "html", *sorted(_RENDERERS))
LOGGED = ("text", "github")
"""Formats whose standard output is for people; GitHub's tells the rest elsewhere."""


def plan(shown: Review, *, console: Console, form: str, key: bytes | None = None) -> None:
    """Show a plan in one of ``FORMATS``."""
    assert shown.plan is not None  # noqa: S101 -- who has no plan has raised why
    if form in LOGGED:
        plan_alone(shown.plan, console=console)
    elif form == "json":
        console.raw(plan_files.document(shown.plan, key=key))
    else:
        console.document(_rendered(form, console.masked((shown,))))
    console.findings(shown.findings)


def plans(shown: Sequence[Review], *, console: Console, form: str, key: bytes | None) -> None:
    """Show the plans of several environments, and the environments side by side."""
    if form in LOGGED:
        for review in shown:
            console.out(text.titled(review))
        console.out(matrix_text.render(matrix.compare(shown)).rstrip("\n"))
    elif form == "json":
        console.raw(canonical.pretty(_documents(shown, key=key)))
    else:
        console.document(_rendered(form, console.masked(tuple(shown))))
    for review in shown:
        if review.findings:
            console.err(f"{escape(review.title)}:")
            console.findings(review.findings)


def _rendered(form: str, shown: Sequence[Review]) -> str:
    if form == "html":
        # Imported here because its template engine takes time, which no other format needs.
        from reconciler.render import html  # noqa: PLC0415 -- see above

        return html.render(shown)
    return _RENDERERS[form](shown)


def _documents(shown: Iterable[Review], *, key: bytes | None) -> dict[str, Any]:
    """Return the saved plan of each environment, ``null`` where none could be made."""
    return {
        "format_version": "1.0",
        "plans": {
            review.title: None
            if review.plan is None
            else json.loads(plan_files.document(review.plan, key=key))
            for review in shown
        },
    }


def plan_alone(shown: Plan, *, console: Console) -> None:
    """Show a plan as text, without its warnings and refusals."""
    console.out(text.render(shown).rstrip("\n"))


def saved(shown: Plan, path: Path, *, invocation: Invocation) -> str:
    """Return what to do with a plan that was saved."""
    said = f"\nSaved the plan to: {escape(str(path))}\n\n"
    if not shown.refreshed:
        return f"{said}It is for reading alone: without -refresh=false, one is made that applies."
    return (
        f"{said}To perform exactly these actions, run:\n    {invocation.spell('apply', str(path))}"
    )


def left(ended: Report, *, environment: str, told: Collection[Doubt]) -> list[Finding]:
    """Return everything of an apply that went otherwise than it should.

    A create in doubt that was ``told`` just so with the plan is not told again.
    """
    doubts = {doubt.address for doubt in ended.doubts}
    findings = [
        outcome.finding
        for outcome in ended.outcomes
        if outcome.finding is not None and outcome.change.address not in doubts
    ]
    untold = [doubt for doubt in ended.doubts if doubt not in told]
    findings += [phrases.doubt(doubt, environment=environment) for doubt in untold]
    findings += ended.short
    if ended.unsaved is not None:
        findings.append(ended.unsaved)
    return findings


def ending(ended: Report, *, destroy: bool) -> str:
    """Return the one line that says how an apply ended."""
    done = [outcome for outcome in ended.outcomes if outcome.verdict is Verdict.DONE]
    tally = Tally.of(outcome.change for outcome in done)
    if ended.exit_code is ExitCode.DONE and destroy:
        return f"Destroy complete! Resources: {tally.destroyed} destroyed."
    imported = f"{tally.imported} imported, " if tally.imported else ""
    counts = f"{imported}{tally.added} added, {tally.changed} changed, {tally.destroyed} destroyed"
    if ended.exit_code is ExitCode.DONE:
        return f"Apply complete! Resources: {counts}."
    return f"Apply incomplete. Resources: {counts}{_left(ended)}."


def _left(ended: Report) -> str:
    counts = {
        "failed": ended.count(Verdict.FAILED),
        "in doubt": len(ended.doubts),
        "left alone": ended.count(Verdict.LEFT),
        "not begun": ended.count(Verdict.SKIPPED),
    }
    return "".join(f", {count} {word}" for word, count in counts.items() if count)
