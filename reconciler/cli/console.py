"""The one sink: everything that people see goes through here, scrubbed."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Mapping

import click

from reconciler.core.scrubber import Scrubber
from reconciler.model.findings import Finding
from reconciler.render import findings as findings_renderer

_PAINTS = (
    (re.compile(r"^ *(\+/-|-/\+) "), "yellow"),
    (re.compile(r"^ *\+ "), "green"),
    (re.compile(r"^ *~ "), "yellow"),
    (re.compile(r"^ *- "), "red"),
    (re.compile(r"^╷|^│ Error: |^╵"), "red"),
    (re.compile(r"^│ Warning: "), "yellow"),
)
_BOLD = re.compile(r"^( *# .* (will|has|must) .*|Plan: .*|No changes\..*|Apply complete!.*)$")


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
        self._no_color = no_color or "NO_COLOR" in environ

    def out(self, text: str) -> None:
        """Show a result."""
        self._write(text, err=False)

    def err(self, text: str) -> None:
        """Show what is not a result."""
        self._write(text, err=True)

    def raw(self, text: str) -> None:
        """Show a document for programs: scrubbed, never coloured."""
        click.echo(self.scrubber.scrub(text), nl=False)

    def findings(self, findings: Iterable[Finding]) -> None:
        """Show warnings and errors, in order of place."""
        width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
        if shown := findings_renderer.render(findings, width=width):
            self.err(shown)

    @property
    def is_live(self) -> bool:
        """Whether somebody watches: standard output is a terminal and not a pipeline's."""
        return sys.stdout.isatty() and "CI" not in self._environ

    def _write(self, text: str, *, err: bool) -> None:
        text = self.scrubber.scrub(text)
        stream = sys.stderr if err else sys.stdout
        if self._colours(stream.isatty()):
            text = "\n".join(map(_painted, text.split("\n")))
            click.echo(text, err=err, color=True)
        else:
            click.echo(text, err=err, color=False)
        stream.flush()

    def _colours(self, terminal: bool) -> bool:
        if self._no_color:
            return False
        if self._environ.get("FORCE_COLOR", "") not in ("", "0"):
            return True
        return terminal and "CI" not in self._environ


def _painted(line: str) -> str:
    if _BOLD.match(line):
        return click.style(line, bold=True)
    for pattern, colour in _PAINTS:
        if match := pattern.match(line):
            head = match.group()
            return click.style(head, fg=colour) + line[len(head) :]
    return line
