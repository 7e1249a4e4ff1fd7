"""``reconciler state list``."""

from __future__ import annotations

import click

from reconciler.app import mending
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.model.addresses import Address
from reconciler.model.exit_codes import ExitCode


@running.command(name="list")
@options.addresses(required=False)
@click.option("--id", "remote_id", metavar="ID", help="Only what records this connection.")
@options.environment
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    addresses: tuple[Address, ...],
    remote_id: str | None,
    environment: str | None,
) -> int:
    """List the addresses that the state records, in order, one a line.

    With ADDR only those; what the state does not record is left out.
    """
    session = Session(surroundings, environment=environment, live=False)
    owners = mending.existing(session).owners
    listed = {at for held, at in owners.items() if remote_id in (None, held)}
    for at in sorted(listed & set(addresses) if addresses else listed):
        console.out(str(at))
    return ExitCode.DONE
