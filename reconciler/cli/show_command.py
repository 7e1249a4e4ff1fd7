"""``reconciler show``."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.app import plan_files, reviewing
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running, showing, viewing
from reconciler.cli.console import Console
from reconciler.core import state_document
from reconciler.model.exit_codes import ExitCode
from reconciler.render import state_text

_STATE_FORMATS = ("text", "json")


@running.command(name="show")
@click.argument("planfile", required=False, type=click.Path(path_type=Path))
@options.environment
@click.option("--format", "form", type=click.Choice(showing.FORMATS), default="text")
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    planfile: Path | None,
    environment: str | None,
    form: str,
) -> int:
    """Show a saved plan, or the state.

    It asks nobody and changes nothing. With PLANFILE it shows that plan; without, what the state of
    the environment records.
    """
    if planfile is not None:
        key = surroundings.key
        plan = plan_files.read(surroundings.folder / planfile, key=key)
        review = reviewing.of_saved(plan)
        viewer = viewing.viewer(form, console=console, surroundings=surroundings)
        viewer.plan(review, key=key)
        viewer.end([review], ExitCode.DONE)
        return ExitCode.DONE
    if form not in _STATE_FORMATS:
        raise click.UsageError(
            f"-format={form} shows plans: name a PLANFILE. The state is shown as text or json."
        )
    session = Session(surroundings, environment=environment, live=False)
    recorded = session.recorded()
    if form == "json":
        console.raw(state_document.encode(recorded))
    else:
        console.out(state_text.render(recorded))
    return ExitCode.DONE
