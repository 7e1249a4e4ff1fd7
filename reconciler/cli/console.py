"""Results, findings, prompts, progress and logs go through here, scrubbed.

What goes past it was never near a secret: version, completion, help and wrong usage, the bar itself
and the notice after a signal.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TextIO, TypeVar

import click

from reconciler.core import masking
from reconciler.core.escaping import escape_json
from reconciler.core.scrubber import Scrubber
from reconciler.model.findings import Finding
from reconciler.render import findings as findings_renderer

T = TypeVar("T")

_PAINTS = (
    (re.compile(r"^ *(\+/-|-/\+) "), "yellow"),
    (re.compile(r"^ *\+ "), "green"),
    (re.compile(r"^ *~ "), "yellow"),
    (re.compile(r"^ *- "), "red"),
    (re.compile(r"^╷|^│ Error: |^╵"), "red"),
    (re.compile(r"^│ Warning: "), "yellow"),
)
_BOLD = re.compile(r"^( *# .* (will|has|must) .*|Plan: .*|No changes\..*|Apply complete!.*)$")


class UnwritableError(OSError):
    """Something could not be shown, which is nobody's bug."""


class ReaderLeftError(UnwritableError, BrokenPipeError):
    """Whoever read us has left."""


class Console:
    """Standard output for results, standard error for warnings, errors, prompts and logs."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str],
        no_color: bool = False,
        scrubber: Scrubber | None = None,
    ) -> None:
        self.scrubber = scrubber or Scrubber()
        self._environ = environ
        self._no_color = no_color or bool(environ.get("NO_COLOR"))
        self._persistent = False
        self.report: Callable[[Iterable[Finding]], None] | None = None

    def persist(self) -> None:
        """Have nothing said stop the run from now on: what cannot be written goes nowhere."""
        self._persistent = True

    def out(self, text: str) -> None:
        """Show a result."""
        self._write(text, err=False)

    def err(self, text: str) -> None:
        """Show what is not a result."""
        self._write(text, err=True)

    def prompt(self, text: str) -> None:
        """Show a question, behind which the answer is typed."""
        self._write(text, err=True, ended=False)

    def raw(self, text: str) -> None:
        """Show a JSON document: scrubbed, never coloured, in UTF-8 whatever the locale."""
        self._show(escape_json(self.scrubber.scrub(text)))

    def document(self, text: str) -> None:
        """Show what a program reads, its texts made harmless already, as ``raw`` does."""
        self._show(self.scrubber.scrub(text))

    def findings(self, findings: Iterable[Finding]) -> None:
        """Show warnings and errors, in order of place; to ``report``, if somebody set that."""
        if self.report is not None:
            self.report(findings)
            return
        width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
        if shown := findings_renderer.render(self.masked(tuple(findings)), width=width):
            self.err(shown)

    def masked(self, said: T) -> T:
        """Return findings, reviews or the like without known secrets, to be spelled anyhow."""
        return masking.masked(said, self.scrubber.scrub)

    @property
    def is_live(self) -> bool:
        """Whether somebody watches: standard output is a terminal and not a pipeline's."""
        return sys.stdout.isatty() and "CI" not in self._environ

    @property
    def in_colour(self) -> bool:
        """Whether standard output is painted."""
        return self._colours(sys.stdout.isatty())

    def _show(self, document: str) -> None:
        self._guarded(sys.stdout, lambda: click.echo(document.encode(), nl=False))

    def _write(self, text: str, *, err: bool, ended: bool = True) -> None:
        stream = sys.stderr if err else sys.stdout
        self._guarded(stream, lambda: self._echo(self.scrubber.scrub(text), stream, ended=ended))

    def _guarded(self, stream: TextIO, write: Callable[[], None]) -> None:
        try:
            write()
            stream.flush()
        except OSError as error:
            if not self._persistent:
                left = isinstance(error, BrokenPipeError)
                raise (ReaderLeftError if left else UnwritableError)(*error.args) from error
            _discard(stream)

    def _echo(self, text: str, stream: TextIO, *, ended: bool) -> None:
        coloured = self._colours(stream.isatty())
        if coloured:
            text = "\n".join(map(_painted, text.split("\n")))
        click.echo(text, file=stream, nl=ended, color=coloured)

    def _colours(self, terminal: bool) -> bool:
        if self._no_color:
            return False
        if switched_on(self._environ, "FORCE_COLOR"):
            return True
        return terminal and "CI" not in self._environ


def switched_on(environ: Mapping[str, str], name: str) -> bool:
    """Tell whether a variable asks for what it is named after; empty and 0 do not."""
    return environ.get(name, "") not in ("", "0")


def _discard(stream: TextIO) -> None:
    """Have everything that goes to the stream go nowhere, what it still holds included."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _painted(line: str) -> str:
    if _BOLD.match(line):
        return click.style(line, bold=True)
    for pattern, colour in _PAINTS:
        if match := pattern.match(line):
            head = match.group()
            return click.style(head, fg=colour) + line[len(head) :]
    return line
