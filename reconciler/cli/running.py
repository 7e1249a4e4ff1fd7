"""What every command does around its own work: surroundings in, errors and exit code out."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from reconciler.app import machines
from reconciler.app.signals import StoppedError
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options
from reconciler.cli.console import Console, UnwritableError, switched_on
from reconciler.core import bugs
from reconciler.core.scrubber import Scrubber
from reconciler.errors import ReconcilerError
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding


def command(*, name: str, changing: bool = False) -> Callable[[Callable[..., int]], click.Command]:
    """Make a command of a function that takes ``surroundings`` and ``console`` beside its flags.

    ``changing`` says whether it may have changed something when a bug ends it.
    """

    def decorate(function: Callable[..., int]) -> click.Command:
        @functools.wraps(function)
        def invoked(*, no_color: bool, **flags: Any) -> int:
            context = click.get_current_context()
            machine = context.obj or machines.this()
            scrubber = Scrubber()
            console = Console(environ=machine.environ, no_color=no_color, scrubber=scrubber)
            surroundings = Surroundings(
                folder=Path(context.find_root().params["chdir"]),
                machine=machine,
                scrubber=scrubber,
                log=console.err if switched_on(machine.environ, "RECONCILER_LOG") else None,
                warn=console.findings,
            )
            return _guarded(function, surroundings, console, flags, changing=changing)

        made: click.Command = click.command(name=name)(options.no_color(invoked))
        return made

    return decorate


def _guarded(
    function: Callable[..., int],
    surroundings: Surroundings,
    console: Console,
    flags: dict[str, Any],
    *,
    changing: bool,
) -> int:
    try:
        with surroundings.machine.signals.raised():
            return function(surroundings=surroundings, console=console, **flags)
    except ReconcilerError as error:
        console.findings(error.findings)
        return error.exit_code
    except KeyboardInterrupt as interrupt:
        with suppress(UnwritableError):  # the terminal may have gone as well
            console.err("Interrupted.")
        if isinstance(interrupt, StoppedError):
            return ExitCode.after(interrupt.number)
        return ExitCode.INTERRUPTED
    except (click.ClickException, click.exceptions.Exit, click.Abort, UnwritableError):
        raise
    except Exception as error:
        console.findings([_bug(error, changing=changing)])
        return ExitCode.ERROR


def _bug(error: Exception, *, changing: bool) -> Finding:
    again = " If it had changed something, run it again: it begins with what is there."
    return Finding(
        summary=bugs.SUMMARY,
        detail=bugs.describe(type(error), error.__traceback__) + (again if changing else ""),
    )
