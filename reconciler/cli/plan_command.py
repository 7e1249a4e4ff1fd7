"""``reconciler plan``."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.app import plan_files, planning, reviewing
from reconciler.app.sessions import EVERY, Session, Surroundings
from reconciler.cli import options, running, showing
from reconciler.cli.console import Console
from reconciler.core.situations import Request
from reconciler.errors import RejectedError
from reconciler.model.findings import Finding
from reconciler.model.reviews import exit_code

_EXPOSED = Finding(
    summary="Plan not saved",
    detail=(
        "What the service shows, or what the manifests declare, contains a secret of this run in a "
        "member that is no secret, and a saved plan holds it as it is. Nothing was saved. Take it "
        "out there, and renew that credential: others can read it."
    ),
)
_ONE_EACH = Finding(
    summary="Several plans, one file",
    detail=(
        "-e all plans every environment, and a saved plan is of one. Leave -out out, or save the "
        "plan of each environment by itself."
    ),
)


@running.command(name="plan")
@options.environment
@options.planning
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there are changes.")
@click.option(
    "--refresh",
    type=click.BOOL,
    default=True,
    metavar="BOOL",
    help="false: compare with the state alone, without credentials; such a plan is not applied.",
)
@click.option("--format", "form", type=click.Choice(showing.FORMATS), default="text")
@options.lock_timeout_of_plan
@options.parallelism_of_plan
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    environment: str | None,
    request: Request,
    out: Path | None,
    detailed_exitcode: bool,
    refresh: bool,
    form: str,
) -> int:
    """Show what an apply would change.

    It reads manifests, state and Flow Service, and changes nothing: no lock, no secrets needed.
    """
    if surroundings.environment_name(environment) == EVERY:
        if out is not None:
            raise RejectedError([_ONE_EACH])
        reviews = reviewing.of_all(surroundings, request, live=refresh)
        showing.plans(reviews, console=console, form=form, key=surroundings.key)
        return exit_code(reviews, detailed=detailed_exitcode)
    session = Session(surroundings, environment=environment, live=refresh)
    planned = planning.plan(session, request)
    if out is not None:
        document = plan_files.document(planned.plan, key=session.key)
        if console.scrubber.scrub(document) != document:
            raise RejectedError([_EXPOSED])
        plan_files.save(surroundings.folder / out, document, session=session)
    review = reviewing.of_planned(planned, session)
    showing.plan(review, console=console, form=form, key=session.key)
    if out is not None and form == "text" and not planned.plan.refusals:
        console.out(showing.saved(planned.plan, out, invocation=session.invocation))
    return review.exit_code(detailed=detailed_exitcode)
