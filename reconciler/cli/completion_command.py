"""``reconciler completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from reconciler.cli import options


@click.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@options.no_color
@click.pass_context
def command(context: click.Context, *, shell: str, no_color: bool) -> None:
    """Print the completion script of a shell.

    In ~/.bashrc or ~/.zshrc: eval "$(reconciler completion bash)", with zsh for bash in the latter.

    In ~/.config/fish/config.fish: reconciler completion fish | source
    """
    del no_color  # every command takes the flag, and this one has nothing to colour
    completion = get_completion_class(shell)
    root = context.find_root()
    if completion is not None:
        script = completion(root.command, {}, "reconciler", "_RECONCILER_COMPLETE")
        click.echo(script.source())
