"""``reconciler validate``."""

from __future__ import annotations

from dataclasses import replace

import click

from reconciler.app.places import below_root
from reconciler.app.surroundings import Surroundings
from reconciler.app.validation import validate
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.model.examinations import Examination
from reconciler.model.exit_codes import ExitCode

FORMATS = ("text", "json", "github", "sarif", "junit")


@running.command(name="validate")
@options.environment
@click.option("--format", "form", type=click.Choice(FORMATS), default="text")
def command(
    *, surroundings: Surroundings, console: Console, environment: str | None, form: str
) -> int:
    """Make every check that needs no service.

    Without -e, or with -e all, it checks every environment of the project.
    """
    found = validate(surroundings, environment=environment)
    masked = replace(found, findings=console.masked(found.findings))
    _show(masked, form, console, folder=below_root(surroundings.folder, surroundings.environ))
    return ExitCode.DONE if found.valid else ExitCode.ERROR


def _show(found: Examination, form: str, console: Console, *, folder: str) -> None:
    # Each is imported here because only one of them is ever needed.
    from reconciler.render import junit, sarif, validation_json, workflow_commands  # noqa: PLC0415 -- see above

    match form:
        case "json":
            console.raw(validation_json.render(found))
        case "sarif":
            console.raw(sarif.render(found, folder=folder))
        case "junit":
            console.document(junit.render(found))
        case "github":
            console.document(workflow_commands.render(found.findings, folder=folder))
            console.findings(found.findings)
        case _:
            console.findings(found.findings)
            if found.valid:
                console.out("Success! The configuration is valid.")
