"""``reconciler version``."""

from __future__ import annotations

import click

from reconciler import __version__
from reconciler.cli import options


@click.command(name="version")
@options.no_color
def command(*, no_color: bool) -> None:
    """Show the version."""
    del no_color  # every command takes the flag, and this one has nothing to colour
    click.echo(f"reconciler v{__version__}")
