"""``reconciler completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, *, shell: str) -> None:
    r"""Print the completion script of a shell.

    \b
    bash:  eval "$(reconciler completion bash)"
    zsh:   eval "$(reconciler completion zsh)"
    fish:  reconciler completion fish | source
    """
    completion = get_completion_class(shell)
    root = context.find_root()
    if completion is not None:
        script = completion(root.command, {}, "reconciler", "_RECONCILER_COMPLETE")
        click.echo(script.source())
