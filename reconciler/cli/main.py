"""The ``reconciler`` command: runs the subcommand and turns every end into an exit code."""

from __future__ import annotations

import gc
import io
import re
import sys
from collections.abc import Sequence

import click

from reconciler import __version__
from reconciler.cli.commands import Commands
from reconciler.core.escaping import escape
from reconciler.model.exit_codes import ExitCode

_ONE_DASH = re.compile(r"-[A-Za-z][A-Za-z-]+(=.*)?", re.DOTALL)

_SHORT = re.compile(r"-[A-Za-z]=")

EPILOG = "Flags are accepted with one dash or two: -out=plan.json is --out plan.json."


@click.command(
    cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, message="reconciler v%(version)s")
@click.option(
    "-C",
    "--chdir",
    metavar="DIR",
    default=".",
    help="The project's folder; every path is relative to it.",
)
def command(*, chdir: str) -> None:
    """Keep Adobe Experience Platform base connections as YAML says they should be."""
    del chdir  # read where a command begins


def main(arguments: Sequence[str]) -> int:
    """Run one command line as the last thing that the interpreter does."""
    _say_everything()
    code = run(arguments)
    gc.freeze()  # else the interpreter would look for garbage in everything before it ends
    return code


def run(arguments: Sequence[str], *, machine: object | None = None) -> int:
    """Run one command line and return its exit code; raise ``OSError`` if it cannot be shown.

    ``machine`` is the ``app.machines.Machine`` to run on, this one when left out.
    """
    try:
        code = command.main(
            args=two_dashes(arguments), prog_name="reconciler", standalone_mode=False, obj=machine
        )
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return ExitCode.ERROR
    except click.ClickException as error:
        # its message repeats words of the command line as they are
        context = getattr(error, "ctx", None)
        click.UsageError(escape(error.format_message()), context).show()
        return ExitCode.ERROR
    except click.Abort:
        return ExitCode.INTERRUPTED
    return code if isinstance(code, int) else ExitCode.DONE


def _say_everything() -> None:
    """Spell what the locale's encoding has no sign for, rather than fail because of it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def two_dashes(arguments: Sequence[str]) -> list[str]:
    """Spell Terraform's one-dash flags with two, ``-e=dev`` as two words; all up to a ``--``."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    spelled: list[str] = []
    for word in arguments[:end]:
        if _ONE_DASH.fullmatch(word):
            spelled.append(f"-{word}")
        elif _SHORT.match(word):
            spelled += [word[:2], word[3:]]
        else:
            spelled.append(word)
    return [*spelled, *arguments[end:]]
