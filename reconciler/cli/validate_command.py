"""``reconciler validate``."""

from __future__ import annotations

from reconciler.app.sessions import Surroundings
from reconciler.app.validation import validate
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.model.exit_codes import ExitCode


@running.command(name="validate")
@options.environment
def command(*, surroundings: Surroundings, console: Console, environment: str | None) -> int:
    """Make every check that needs no service.

    Without -e it checks every environment of the project.
    """
    verdict = validate(surroundings, environment=environment)
    console.findings(verdict.findings)
    if verdict.errors:
        return ExitCode.ERROR
    console.out("Success! The configuration is valid.")
    return ExitCode.DONE
