"""``reconciler state mv``."""

from __future__ import annotations

from reconciler.app import mending
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.model.addresses import Address
from reconciler.model.exit_codes import ExitCode


@running.command(name="mv", changing=True)
@options.address("source", metavar="SRC")
@options.address("target", metavar="DST")
@options.dry_run
@options.environment
@options.lock_timeout
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    source: Address,
    target: Address,
    dry_run: bool,
    environment: str | None,
    lock_timeout: float,
) -> int:
    """Have the address DST record the connection that SRC records.

    Nothing is changed on the service. The manifest has to be renamed as well. A moved: entry in
    reconciler.yaml does the same in every environment, and can be reviewed.
    """
    session = Session(surroundings, environment=environment, live=False)
    mending.move(session, source, target, lock_timeout=lock_timeout, dry_run=dry_run)
    console.out(f'{"Would move" if dry_run else "Move"} "{source}" to "{target}"')
    if not dry_run:
        console.out("Successfully moved 1 object(s).")
    return ExitCode.DONE
