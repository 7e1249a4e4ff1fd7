"""``reconciler state recover``."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.app import recovering
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.core.escaping import escape
from reconciler.model.exit_codes import ExitCode


@running.command(name="recover", changing=True)
@click.argument("file", type=click.Path(path_type=Path))
@options.environment
@options.lock_timeout
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    file: Path,
    environment: str | None,
    lock_timeout: float,
) -> int:
    """Merge what a run could not save into the state.

    FILE is the dump that such a run has left, and stays where it is. Nothing is changed on the
    service, and no connection that the state records is let go of.
    """
    session = Session(surroundings, environment=environment, live=False)
    merged = recovering.recover(session, surroundings.folder / file, lock_timeout=lock_timeout)
    for at, remote_id in merged.taken.items():
        console.out(f"{at}: Recovery complete [id={escape(remote_id)}]")
    for at in merged.reopened:
        console.out(f"{at}: Recovered as in doubt; the next apply finds out")
    if merged.taken or merged.reopened:
        console.out("\nRecovery successful! The next plan shows what differs from the manifests.")
    else:
        name = escape(str(file))
        console.out(f"Nothing to recover: {session.store.location} has all that {name} adds.")
    console.findings([*merged.kept, *merged.refused])
    return ExitCode.LEFT if merged.refused else ExitCode.DONE
