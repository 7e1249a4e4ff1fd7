"""Plans as Markdown, for a comment on a pull request or the summary of a job.

What somebody else wrote stands in code alone, with every sign of markup as a character reference,
or in a fence that is longer than any run of backticks in it: nothing of it is markup, a mention, a
link or the number of an issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from reconciler.core import matrix
from reconciler.core.escaping import escape, escape_markup
from reconciler.model.changes import Action, Change, Reason
from reconciler.model.findings import Severity
from reconciler.model.plans import Drift, Plan
from reconciler.model.reviews import Review
from reconciler.render import blocks, coverage_lines, findings, matrix_text, text

GITHUB_COMMENT = 65_536
"""Characters of a comment on GitHub; GitLab takes a million."""

_WIDTH = 96
"""Columns at which warnings are folded, since a fence folds nothing."""

_SIGN = re.compile(r" *(?P<sign>\+/-|[+~-]) ")
_COLOURED = {"+": "+", "-": "-", "~": "!", "+/-": "!"}
"""What hosts paint in a fence of kind ``diff``, where it stands in the first column."""

_TICKS = re.compile(r"`+")


def render(reviews: Sequence[Review], *, limit: int = GITHUB_COMMENT) -> str:
    """Return the plans, one after the other, in no more than ``limit`` bytes of UTF-8.

    What does not fit is left out connection by connection; the counts stay, and what was left out
    is counted; so are whole plans where there are too many of them. A limit of a few kilobytes is
    the least that makes sense.
    """
    head = _side_by_side(reviews) if len(reviews) > 1 else ""
    if _size(head) > limit // 2:
        head = ""
    room = limit - _size(head)
    shown = reviews[: max(1, room // _LEAST)]
    left = len(reviews) - len(shown)
    last = f"\n{_cut(left, ('plan is', 'plans are'))}" if left else ""
    share = (room - _size(last)) // max(1, len(shown)) - 1
    return head + "\n".join(_Page(review, share).rendered() for review in shown) + last


class _Page:
    """One plan, as far as there is room."""

    def __init__(self, review: Review, limit: int) -> None:
        self._review = review
        self._plan = review.plan
        self._room = limit

    def rendered(self) -> str:
        """Return the plan: what it comes to first, then connection by connection."""
        parts = [self._charged(_head(self._review))]
        if self._plan is not None:
            parts += self._table(self._plan)
        parts += self._fitting(_said(self._review), ("message is", "messages are"))
        if self._plan is not None:
            parts += self._details(self._plan)
        return "".join(parts)

    def _table(self, plan: Plan) -> Iterator[str]:
        """Yield the table of changes, unless it would take more than half of the room."""
        rows = [_row(change) for change in plan.changing]
        table = "\n".join([*_TABLE, *rows]) + "\n\n"
        if rows and _size(table) <= self._room // 2:
            yield self._charged(table)

    def _details(self, plan: Plan) -> Iterator[str]:
        yield from self._fitting(map(_change, plan.changing), ("connection is", "connections are"))
        yield from self._fitting(
            map(_drift, plan.drift), ("connection that drifted is", "connections that drifted are")
        )

    def _fitting(self, pieces: Iterable[str], what: tuple[str, str]) -> Iterator[str]:
        """Yield pieces while there is room, and a word on how many there was none for."""
        waiting = list(pieces)
        while waiting and _size(waiting[0]) + _RESERVE <= self._room:
            yield self._charged(waiting.pop(0))
        if waiting:
            yield self._charged(_cut(len(waiting), what))

    def _charged(self, piece: str) -> str:
        self._room -= _size(piece)
        return piece


_TABLE = ("| | connection | action | why |", "|---|---|---|---|")

_RESERVE = 600
"""Bytes that are kept for words on what was left out."""

_LEAST = 2048
"""Bytes that a plan gets, or is left out: its tally, and words on what there is no room for."""

_TITLE = 120
"""Signs of a title, each of which may take six bytes as a character reference."""

_ACTIONS = {
    Action.CREATE: ("+", "create"),
    Action.UPDATE: ("~", "update"),
    Action.REPLACE: ("+/-", "replace"),
    Action.DELETE: ("-", "destroy"),
    Action.FORGET: (".", "forget"),
    Action.NO_OP: ("", ""),
}


def code(said: str) -> str:
    """Return what somebody else wrote as code within a line, whatever is in it."""
    return f"<code>{escape_markup(said)}</code>"


def fence(lines: Iterable[str], kind: str = "") -> str:
    """Return lines in a fence that none of them can close."""
    body = "\n".join(lines)
    longest = max((len(run) for run in _TICKS.findall(body)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{kind}\n{body}\n{ticks}\n"


def _size(piece: str) -> int:
    return len(piece.encode())


def _head(review: Review) -> str:
    plan, title = review.plan, code(escape(review.title, limit=_TITLE))
    head = f"### Plan for {title}\n\n**{text.summary(plan)}**\n\n"
    if plan is None:
        return head
    covered = coverage_lines.sentence(plan.coverage)
    head += f"{covered}\n\n" if covered else ""
    return f"{head}Plan digest: {code(plan.digest)}\n\n"


def _side_by_side(reviews: Sequence[Review]) -> str:
    """Return which connection is in which environment, and what is not declared alike."""
    compared = matrix.compare(reviews)
    titles = [code(title) for title in compared.titles]
    lines = [f"| connection | {' | '.join(titles)} |", "|---" * (len(titles) + 1) + "|"]
    for row in compared.rows:
        cells = " | ".join(map(matrix_text.cell, row.standings))
        lines.append(f"| {code(str(row.address))} | {cells} |")
    unlike = [
        f"| {code(str(row.address))} | {code(member)} | {code(title)} | {code(held)} |"
        for row in compared.rows
        for member, title, held in matrix_text.members(row, compared.titles)
    ]
    if unlike:
        lines += ["", "Not declared alike:", "", "| connection | member | environment | value |"]
        lines += ["|---|---|---|---|", *unlike]
    return "\n".join(["### Side by side", "", *lines]) + "\n\n"


def _row(change: Change) -> str:
    sign, action = _ACTIONS[change.action]
    words = " and ".join(filter(None, ["import" if change.importing else "", action]))
    quiet = "record" if change.reason is Reason.ACCEPTED else "move"
    why = blocks.because(change)
    cells = (code(sign) if sign else "", code(change.subject), words or quiet, _why(why))
    return f"| {' | '.join(cells)} |"


def _why(said: str) -> str:
    return code(said) if said else ""


def _said(review: Review) -> Iterator[str]:
    ordered = sorted(
        review.findings, key=lambda one: (one.severity is not Severity.ERROR, one.order)
    )
    for finding in ordered:
        yield fence(findings.render([finding], width=_WIDTH).split("\n")) + "\n"


def _change(change: Change) -> str:
    sign, _ = _ACTIONS[change.action]
    head = [line.removeprefix("  # ") for line in blocks.heading(change)]
    title = " ".join(filter(None, [code(sign) if sign else "", code(" ".join(head))]))
    return _folded(title, blocks.block(change))


def _drift(drift: Drift) -> str:
    return _folded(f"drift of {code(str(drift.address))}", blocks.drifted(drift))


def _folded(title: str, lines: Iterable[str]) -> str:
    diff = fence(map(_signed, lines), "diff")
    return f"<details><summary>{title}</summary>\n\n{diff}\n</details>\n\n"


def _signed(line: str) -> str:
    """Return the line with its sign in the first column, where hosts look for it."""
    found = _SIGN.match(line)
    if found is None:
        return line
    return f"{_COLOURED[found['sign']]}{' ' * (found.end() - 1)}{line[found.end() :]}"


def _cut(count: int, what: tuple[str, str]) -> str:
    return (
        f"*{count} more {what[count != 1]} not shown here, where there is no more room. "
        "The plan itself has everything.*\n\n"
    )
