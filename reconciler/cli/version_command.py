"""``reconciler version``."""

from __future__ import annotations

import click

from reconciler import __version__


@click.command(name="version")
def command() -> None:
    """Show the version."""
    click.echo(f"reconciler v{__version__}")
