"""``reconciler state pull``."""

from __future__ import annotations

from reconciler.app import mending
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.model.exit_codes import ExitCode


@running.command(name="pull")
@options.environment
def command(*, surroundings: Surroundings, console: Console, environment: str | None) -> int:
    """Print the state as it is stored.

    Where none was ever saved, nothing is printed.
    """
    session = Session(surroundings, environment=environment, live=False)
    document = mending.pull(session)
    if document is not None:
        console.raw(document)
    return ExitCode.DONE
