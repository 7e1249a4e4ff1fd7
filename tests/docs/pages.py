"""Markdown pages as tests see them: links, names in code spans, shell blocks and shown output."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^```.*?^```$", re.M | re.S)
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_SPAN = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^#+ (.*)$", re.M)
_NOT_RUN = re.compile(r"<!-- not run: .+ -->")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of Markdown."""

    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text()

    @property
    def prose(self) -> str:
        return _BLOCK.sub("", self.text)

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.prose)

    @property
    def spans(self) -> list[str]:
        return _SPAN.findall(self.prose)

    @property
    def headings(self) -> list[str]:
        return _HEADING.findall(self.prose)

    @property
    def anchors(self) -> set[str]:
        """The headings as a link names them."""
        plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in self.headings)
        return {heading.replace(" ", "-") for heading in plain}

    @property
    def commands(self) -> list[str]:
        """The shell blocks that are to be run, in order."""
        return [body for before, body in self._blocks("sh") if not _NOT_RUN.fullmatch(before)]

    @property
    def outputs(self) -> list[str]:
        """What the page shows as printed by its commands."""
        return [body for _, body in self._blocks("text")]

    @property
    def entries(self) -> dict[str, dict[str, Any]]:
        """The commands that the page's YAML declares for secrets, by name."""
        blocks = [yaml.safe_load(body) for _, body in self._blocks("yaml")]
        return {name: one for block in blocks for name, one in block["secrets"]["exec"].items()}

    def _blocks(self, language: str) -> list[tuple[str, str]]:
        """Return each fenced block of that language, after the line that stands before it."""
        found = []
        before = ""
        lines = iter(self.text.splitlines())
        for line in lines:
            if line.startswith("```"):
                body = "\n".join(iter(lambda: next(lines), "```"))
                if line == f"```{language}":
                    found.append((before, body))
            before = line
        return found


def pages() -> list[Page]:
    """Return every page that we write, the generated one included."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("state/*.md")]
    return [Page(path) for path in sorted(found) if ".template." not in path.name]


def named(page: Page) -> str:
    """Return a page's name for a test's id."""
    return str(page.path.relative_to(ROOT))
