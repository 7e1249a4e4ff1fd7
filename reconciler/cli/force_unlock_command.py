"""``reconciler force-unlock``."""

from __future__ import annotations

import click

from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.core.wording import quoted
from reconciler.errors import RejectedError
from reconciler.model.findings import Finding


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
    """Say who holds the lock of a state.

    The lock of a local state ends with the process that holds it and cannot be taken by force.
    """
    del console, force  # there is nothing to force
    session = Session(surroundings, environment=environment, live=False)
    location = session.store.location
    holder = session.store.holder()
    if holder is None:
        ending = f"No process holds that of {location}, so that nothing need be unlocked."
    else:
        ending = (
            f"A living process holds that of {location}. Wait for it, or end it with one signal, "
            "upon which it saves what it did."
        )
    detail = (
        f"Local state cannot be unlocked by another process, by {quoted(lock_id)} or otherwise: "
        f"its lock ends with the process that holds it. {ending}"
    )
    finding = Finding(summary="Failed to unlock state", detail=detail, lines=holder or ())
    raise RejectedError([finding])
