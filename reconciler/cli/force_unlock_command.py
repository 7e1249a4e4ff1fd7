"""``reconciler force-unlock``."""

from __future__ import annotations

import click

from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.model.exit_codes import ExitCode


@running.command(name="force-unlock")
@click.argument("lock_id", metavar="ID")
@click.option("--force", is_flag=True, help="Terraform's, which does not ask; nothing is asked.")
@options.environment
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    lock_id: str,
    force: bool,
    environment: str | None,
) -> int:
    """Break the lock that a run has left on a state.

    The lock of a local state ends with the process that holds it and cannot be taken by force.
    """
    del force  # nothing is asked
    session = Session(surroundings, environment=environment, live=False)
    session.store.force_unlock(lock_id)
    console.out(f"The lock of {session.store.location} is released.")
    return ExitCode.DONE
