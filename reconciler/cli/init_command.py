"""``reconciler init``."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.app import starter
from reconciler.app.surroundings import Surroundings
from reconciler.cli import running
from reconciler.cli.console import Console
from reconciler.core.escaping import escape
from reconciler.core.invocations import Invocation
from reconciler.model.exit_codes import ExitCode


@running.command(name="init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--ci",
    type=click.Choice([*starter.PIPELINES, "none"]),
    default="none",
    help="Write a pipeline for it too.",
)
def command(*, surroundings: Surroundings, console: Console, folder: Path, ci: str) -> int:
    """Write a new project that runs as it stands.

    Nothing is overwritten: a file that exists is kept. DIR is made where there is none.
    """
    place = surroundings.folder / folder
    started = starter.start(place, pipeline=None if ci == "none" else ci)
    for verb, names in (("Wrote", started.written), ("Kept", started.kept)):
        for name in names:
            console.out(escape(f"{verb:<5}  {place / name}"))
    console.out(_next(place, started.manifest))
    return ExitCode.DONE


def _next(place: Path, manifest: str | None) -> str:
    first = (
        f"Fill in {manifest}, set what it takes from the environment, then" if manifest else "Then"
    )
    invocation = Invocation(folder=str(place))
    lines = [f"    {invocation.spell(command)}" for command in ("validate", "plan", "apply")]
    return "\n".join([f"\n{first} run:\n", *lines])
