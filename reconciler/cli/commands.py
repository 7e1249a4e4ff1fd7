"""The list of commands; a command's module is imported when it is run, and not before."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import ClassVar, Final

import click

LISTED: Final = {
    "init": "Write a new project that runs as it stands.",
    "validate": "Make every check that needs no service.",
    "plan": "Show what an apply would change.",
    "apply": "Make the live connections what the manifests declare.",
    "destroy": "Delete every connection that this environment records.",
    "show": "Show a saved plan, or the state.",
    "comment": "Show a saved plan in a comment of a pull or merge request.",
    "import": "Start to manage connections that exist.",
    "export": "Write manifests for connections that exist.",
    "test": "Have the service try connections.",
    "explore": "Show the tables behind a connection.",
    "state": "Look at the state of an environment, or change it by hand.",
    "force-unlock": "Say who holds the lock of a state, which no force can take.",
    "spec": "Make kinds of the sources that Flow Service knows.",
    "credentials": "Try declared credentials, and make a refresh token.",
    "simulate": "Run a local Flow Service to try things on.",
    "version": "Show the version.",
    "completion": "Print the shell completion script.",
}
"""In the order of Terraform's help, with what each does in one line."""


class Commands(click.Group):
    """A group whose commands live in modules of their own, named after them."""

    listed: ClassVar[Mapping[str, str]] = LISTED
    package: ClassVar[str] = "reconciler.cli"

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the list."""
        return list(self.listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and return its ``command``."""
        if cmd_name not in self.listed:
            return None
        module = importlib.import_module(f"{self.package}.{cmd_name.replace('-', '_')}_command")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; where there is none, name the ones that were perhaps meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=list(self.listed), ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list without importing what it lists."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.listed.items()))
