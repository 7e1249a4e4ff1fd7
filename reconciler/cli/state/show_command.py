"""``reconciler state show``."""

from __future__ import annotations

import click

from reconciler.app import mending
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.core import editor
from reconciler.model.addresses import Address
from reconciler.model.exit_codes import ExitCode
from reconciler.render import state_json, state_text


@running.command(name="show")
@options.address("address")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
@options.environment
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    address: Address,
    as_json: bool,
    environment: str | None,
) -> int:
    """Show what the state records of one connection: its id, its etag, and what was applied."""
    session = Session(surroundings, environment=environment, live=False)
    alone = editor.alone(mending.existing(session), address)
    if as_json:
        console.raw(state_json.render(alone, address))
    else:
        console.out(state_text.render(alone))
    return ExitCode.DONE
