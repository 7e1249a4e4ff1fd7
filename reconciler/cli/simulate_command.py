"""``reconciler simulate``."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.app.surroundings import Surroundings
from reconciler.cli import running
from reconciler.cli.console import Console
from reconciler.errors import RejectedError
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding
from reconciler.simulator import server


@running.command(name="simulate")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The port; any free one by default."
)
@click.option(
    "--seed-file",
    type=click.Path(path_type=Path),
    help="A JSON document with connections, flows, switches and faults to begin with.",
)
def command(
    *, surroundings: Surroundings, console: Console, port: int, seed_file: Path | None
) -> int:
    """Run a local Flow Service to try things on.

    It serves Flow Service, IMS and Zoho accounts on loopback until it is interrupted, and prints
    what to export so that reconciler uses it. Nothing is kept.
    """
    seeds = None if seed_file is None else surroundings.folder / seed_file
    try:
        server.run(port=port, seed_file=seeds, announce=console.out)
    except (OSError, ValueError) as error:
        detail = str(error)
        raise RejectedError([Finding(summary="Simulator cannot start", detail=detail)]) from error
    return ExitCode.DONE
