"""``reconciler plan``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from reconciler.app import plan_files, planning, reviewing
from reconciler.app.sessions import Session, Surroundings
from reconciler.cli import github, options, running, showing, stream
from reconciler.cli.console import Console
from reconciler.core.situations import Request
from reconciler.errors import ReconcilerError, RejectedError
from reconciler.model.exit_codes import ExitCode
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
        "-e all plans every environment, and a saved plan is of one, as is what -json tells. Plan "
        "each environment by itself."
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
    show = partial(showing.plan, console=console, form=form)
    if as_json:
        stream.require_text(form)
        show = partial(_stream, stream.Stream(console))
    told = partial(_tell_github, surroundings, console) if form == "github" else _tell_nobody
    try:
        if surroundings.environment_name(environment) == EVERY:
            if out is not None or as_json:
                raise RejectedError([_ONE_EACH])
            reviews = reviewing.of_all(surroundings, request, live=refresh)
            showing.plans(reviews, console=console, form=form, key=surroundings.key)
        else:
            session = Session(surroundings, environment=environment, live=refresh)
            planned = planning.plan(session, request)
            if out is not None:
                _save(planned.plan, out, session=session, console=console)
            reviews = (reviewing.of_planned(planned, session),)
            show(reviews[0], key=session.key)
            logged = form in showing.LOGGED and not as_json
            if out is not None and logged and not planned.plan.refusals:
                console.out(showing.saved(planned.plan, out, invocation=session.invocation))
    except ReconcilerError as error:
        told([reviewing.of_failure(error, title="plan")], error.exit_code)
        raise
    code = exit_code(reviews, detailed=detailed_exitcode)
    told(reviews, code)
    return code


def _save(plan: Plan, path: Path, *, session: Session, console: Console) -> None:
    document = plan_files.document(plan, key=session.key)
    if console.scrubber.scrub(document) != document:
        raise RejectedError([_EXPOSED])
    plan_files.save(session.surroundings.folder / path, document, session=session)


def _stream(to: stream.Stream, review: Review, *, key: bytes | None) -> None:
    to.review(review)


def _tell_github(
    surroundings: Surroundings, console: Console, reviews: Sequence[Review], code: ExitCode
) -> None:
    github.show(
        reviews,
        console=console,
        environ=surroundings.environ,
        folder=surroundings.folder,
        exit_code=code,
    )


def _tell_nobody(reviews: Sequence[Review], code: ExitCode) -> None:
    """Leave it at what was shown."""
