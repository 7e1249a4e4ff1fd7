"""``reconciler apply``."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import click

from reconciler.app import plan_files, planning, testing
from reconciler.app.applying import Terms, apply, apply_saved
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import approving, options, running, stream
from reconciler.cli.console import Console
from reconciler.core.situations import Request
from reconciler.core.wording import quoted
from reconciler.errors import PlanError
from reconciler.model.exit_codes import ExitCode
from reconciler.model.outcomes import Report
from reconciler.model.trials import Health

Audience: TypeAlias = approving.Audience | stream.StreamAudience

_DIGEST = re.compile(r"[0-9a-f]{64}")


@running.command(name="apply", changing=True)
@click.argument("planfile", required=False, type=click.Path(path_type=Path))
@options.environment
@options.planning
@options.approval
@options.expect
@options.settle_timeout
@options.lock_timeout
@options.parallelism
@click.option(
    "--verify", is_flag=True, help="Then have the service try what was created or updated."
)
@options.as_json
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    planfile: Path | None,
    environment: str | None,
    request: Request,
    auto_approve: bool,
    expect: str | None,
    settle_timeout: float,
    lock_timeout: float,
    parallelism: int,
    verify: bool,
    as_json: bool,
) -> int:
    """Make the live connections what the manifests declare.

    With PLANFILE it carries out that plan as it stands. Without one it plans, shows the plan, and
    asks for yes.
    """
    if planfile is not None and (expect is not None or request != Request()):
        raise click.UsageError("A saved plan is applied as it stands, without planning flags.")
    terms = Terms(
        operation="destroy" if request.destroy else "apply",
        lock_timeout=lock_timeout,
        settle_timeout=settle_timeout,
        parallelism=parallelism,
    )
    # Before anything can go wrong: where a program follows, that is an event too.
    events = stream.Stream(console, today=surroundings.machine.today) if as_json else None
    expected = _expectation(surroundings, expect)
    audience: Audience
    if events is not None:
        stream.require_approval(auto_approve=auto_approve, saved=planfile is not None)
        audience = stream.StreamAudience(events, console, expect=expected)
    else:
        audience = approving.Audience(console, expect=expected, auto_approve=auto_approve)
    session = Session(surroundings, environment=environment, live=True)
    if planfile is not None:
        plan = plan_files.read(surroundings.folder / planfile, key=session.key)
        ended = apply_saved(session, plan, audience=audience, terms=terms)
    else:
        approving.require_terminal(auto_approve=auto_approve, expect=expected)
        confirmed = replace(request, confirmed=not auto_approve)
        ended = apply(session, confirmed, audience=audience, terms=terms)
    audience.report(ended, destroy=request.destroy, environment=planning.named(session))
    return _verified(session, ended, audience, terms) if verify else ended.exit_code


def _verified(session: Session, ended: Report, audience: Audience, terms: Terms) -> ExitCode:
    """Have what was changed tried, and count what does not work as a failure."""
    connections = testing.changed(ended)
    if not connections:
        return ended.exit_code
    tried = testing.try_each(session, connections, parallelism=terms.parallelism)
    audience.verified(tried)
    fine = all(each.health is Health.OK for each in tried)
    return ended.exit_code if fine else max(ended.exit_code, ExitCode.FAILED)


def _expectation(surroundings: Surroundings, expect: str | None) -> approving.Expectation | None:
    """Return what was reviewed; a digest is one by its looks, anything else is a saved plan."""
    if expect is None or _DIGEST.fullmatch(expect):
        return None if expect is None else approving.Expectation(digest=expect)
    path = surroundings.folder / expect
    if not expect or not path.exists():
        raise PlanError(
            f"-expect={quoted(expect)} is neither a digest, which has 64 digits of 0-9 and a-f, "
            "nor a saved plan. Give what `reconciler plan` printed, or the file that it saved."
        )
    reviewed = plan_files.read(path, key=surroundings.key)
    return approving.Expectation(digest=reviewed.digest, plan=reviewed)
