"""``reconciler plan``."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.app import plan_files, planning
from reconciler.app.sessions import Session, Surroundings
from reconciler.cli import options, running, showing
from reconciler.cli.console import Console
from reconciler.core.situations import Request
from reconciler.errors import RejectedError
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding

_EXPOSED = Finding(
    summary="Plan not saved",
    detail=(
        "What the service shows, or what the manifests declare, contains a secret of this run in a "
        "member that is no secret, and a saved plan holds it as it is. Nothing was saved. Take it "
        "out there, and renew that credential: others can read it."
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
    session = Session(surroundings, environment=environment, live=refresh)
    planned = planning.plan(session, request)
    if out is not None:
        document = plan_files.document(planned.plan, key=session.key)
        if console.scrubber.scrub(document) != document:
            raise RejectedError([_EXPOSED])
        plan_files.save(surroundings.folder / out, document, session=session)
    review = showing.review(planned.plan, title=session.title, warnings=planned.warnings)
    showing.plan(review, console=console, form=form, key=session.key)
    if planned.plan.refusals:
        return ExitCode.ERROR
    if out is not None and form == "text":
        console.out(showing.saved(planned.plan, out, invocation=session.invocation))
    changes = detailed_exitcode and planned.plan.changing
    return ExitCode.CHANGES if changes else ExitCode.DONE
