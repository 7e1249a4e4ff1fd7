"""``reconciler state push``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reconciler.app import mending
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.core.state_reader import LIMIT
from reconciler.model.exit_codes import ExitCode


@running.command(name="push", changing=True)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE|-")
@click.option(
    "--force", is_flag=True, help="Push a state of another lineage or of an older serial as well."
)
@options.environment
@options.lock_timeout
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    file: Path,
    force: bool,
    environment: str | None,
    lock_timeout: float,
) -> int:
    """Put the state in FILE, or on standard input, in place of the present one.

    It must be of the same organisation, sandbox and lineage, and of a higher serial. The present
    state is kept as .backup, and nothing is changed on the service.
    """
    session = Session(surroundings, environment=environment, live=False)
    pushed = mending.push(
        session, _given(surroundings.folder, file), lock_timeout=lock_timeout, force=force
    )
    where = session.store.location
    if pushed is None:
        console.out(f"Nothing to push: {where} is the same.")
    else:
        console.out(f"State pushed: {where} is at serial {pushed.serial}.")
    return ExitCode.DONE


def _given(folder: Path, file: Path) -> Path | bytes:
    if str(file) != "-":
        return folder / file
    return sys.stdin.buffer.read(LIMIT + 1)
