"""What is wrong with somebody's input, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.addresses import Address


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file that a person wrote; line and column count from one."""

    path: str
    """Relative to the project's folder, with forward slashes."""
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to tell a person.

    ``summary`` holds no user data, so that people learn to recognise it; ``detail`` says in full
    sentences what is wrong, why it matters and what to do. docs/messages.md is the style guide.
    """

    summary: str
    detail: str
    severity: Severity = Severity.ERROR
    address: Address | None = None
    span: Span | None = None
    lines: tuple[str, ...] = field(default=())
    """Lines to paste, shown as they are below the detail."""

    @property
    def order(self) -> tuple[str, int, int, str, str, str]:
        """Sort by place, then address, then words, so that output never depends on chance."""
        span = self.span or Span("", 0, 0)
        address = "" if self.address is None else str(self.address)
        return span.path, span.line, span.column, address, self.summary, self.detail
