"""``reconciler state``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import click

from reconciler.cli.commands import Commands

LISTED: Final = {
    "list": "List the addresses that the state records.",
    "show": "Show what the state records of one connection.",
    "mv": "Have another address record a connection.",
    "rm": "Let go of connections, which live on.",
    "pull": "Print the state as it is stored.",
    "push": "Put another state in its place.",
    "recover": "Merge what a run could not save into the state.",
}


class StateCommands(Commands):
    """The commands that look at a state or change it by hand."""

    listed: ClassVar[Mapping[str, str]] = LISTED
    package: ClassVar[str] = "reconciler.cli.state"


@click.command(name="state", cls=StateCommands)
def command() -> None:
    """Look at the state of an environment, or change it by hand.

    None of these asks Flow Service or changes anything there. What changes the state holds its
    lock and keeps the previous one as .backup.
    """
