"""The ``reconciler`` command: runs the subcommand and turns every end into an exit code."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Sequence

import click

from reconciler.cli.commands import Commands
from reconciler.cli.console import discard

USAGE_ERROR = 1
"""Not click's 2, which means "there are changes" to whoever runs ``plan -detailed-exitcode``."""

_ONE_DASH = re.compile(r"-[A-Za-z][A-Za-z-]+(=.*)?", re.DOTALL)

EPILOG = "Flags are accepted with one dash or two: -out=plan.json is --out plan.json."


@click.command(cls=Commands, epilog=EPILOG)
@click.option(
    "-C",
    "--chdir",
    metavar="DIR",
    default=".",
    help="The project's folder; every path is relative to it.",
)
@click.pass_context
def command(context: click.Context, *, chdir: str) -> None:
    """Keep Adobe Experience Platform base connections as YAML says they should be."""
    context.obj = chdir


def main() -> None:
    """Run the command that ``sys.argv`` spells, and exit."""
    code = run(sys.argv[1:])
    gc.freeze()  # else the interpreter would look for garbage in everything before it ends
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        code = command.main(
            args=two_dashes(arguments), prog_name="reconciler", standalone_mode=False
        )
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return USAGE_ERROR
    except click.ClickException as error:
        error.show()
        return USAGE_ERROR
    except click.Abort:
        return 130
    except BrokenPipeError:
        # Whoever read us has gone; nothing may be flushed to them when the interpreter ends.
        discard(sys.stdout)
        return USAGE_ERROR
    return code if isinstance(code, int) else 0


def two_dashes(arguments: Sequence[str]) -> list[str]:
    """Spell Terraform's one-dash flags with two; what follows ``--`` is left alone."""
    spelled = list(arguments)
    end = spelled.index("--") if "--" in spelled else len(spelled)
    return [f"-{word}" if _ONE_DASH.fullmatch(word) else word for word in spelled[:end]] + spelled[
        end:
    ]
