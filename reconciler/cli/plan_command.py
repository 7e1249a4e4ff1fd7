"""``reconciler plan``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.app import plan_files, planning, reviewing
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running, showing, viewing
from reconciler.cli.console import Console
from reconciler.cli.viewing import Viewer
from reconciler.core.situations import Request
from reconciler.errors import ReconcilerError, RejectedError
from reconciler.model.findings import Finding
from reconciler.model.plans import Plan
from reconciler.model.projects import EVERY
from reconciler.model.reviews import Review, exit_code

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
@options.as_json
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
    as_json: bool,
) -> int:
    """Show what an apply would change.

    It reads manifests, state and Flow Service, and changes nothing: no lock, no secrets needed.
    """
    if request.refresh_only and not refresh:
        raise click.UsageError("-refresh-only asks the service, and -refresh=false must not.")
    if request.unmanaged and not refresh:
        raise click.UsageError("-unmanaged asks the service, and -refresh=false must not.")
    viewer = viewing.viewer(form, console=console, surroundings=surroundings, as_json=as_json)
    try:
        if surroundings.environment_name(environment) == EVERY:
            reviews = _everywhere(surroundings, request, viewer, live=refresh, out=out)
        else:
            session = Session(surroundings, environment=environment, live=refresh)
            reviews = [_here(session, request, viewer, console, out=out)]
    except ReconcilerError as error:
        viewer.end([reviewing.of_failure(error, title="plan")], error.exit_code)
        raise
    code = exit_code(reviews, detailed=detailed_exitcode)
    viewer.end(reviews, code)
    return code


def _everywhere(
    surroundings: Surroundings, request: Request, viewer: Viewer, *, live: bool, out: Path | None
) -> Sequence[Review]:
    if out is not None:
        raise RejectedError([_ONE_EACH])
    viewer.require_several()
    reviews = reviewing.of_all(surroundings, request, live=live)
    viewer.plans(reviews, key=surroundings.key)
    return reviews


def _here(
    session: Session, request: Request, viewer: Viewer, console: Console, *, out: Path | None
) -> Review:
    planned = planning.plan(session, request)
    if out is not None:
        _save(planned.plan, out, session=session, console=console)
    review = reviewing.of_planned(planned, session)
    viewer.plan(review, key=session.key)
    if out is not None and viewer.reads_words and not planned.plan.refusals:
        console.out(showing.saved(planned.plan, out, invocation=session.invocation))
    return review


def _save(plan: Plan, path: Path, *, session: Session, console: Console) -> None:
    document = plan_files.document(plan, key=session.key)
    if console.scrubber.scrub(document) != document:
        raise RejectedError([_EXPOSED])
    plan_files.save(session.surroundings.folder / path, document, session=session)
