"""Make text that somebody else wrote harmless to look at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that ``str.isprintable`` lets through although nothing of them is seen."""

_BEGUN = "|".join(word[:length] for word in ("vso[", "teamcity[") for length in range(1, len(word)))
"""What the rest of a command begins with, where the text ends before the command does."""

_COMMAND = re.compile(
    rf"(?<!#)#++(?=(?:vso|teamcity)?\[|(?:{_BEGUN})?\Z)|(?<!\S):(?=:)", re.IGNORECASE
)
"""Where runners look for commands in a log: ``##[`` (GitHub), ``##vso[`` (Azure Pipelines) and
``##teamcity[`` wherever they stand, ``::`` (GitHub) at the beginning of a line. A single ``#`` is
one of them too, and so is the last word of a text, for what is printed right before it may end in
another, and what is printed right after it may go on. A run of them is looked at once, from its
first sign on: in a text of many, each would look for the end of them all."""

_REACH = len("#teamcity[")
"""Signs from a single ``#`` on that decide whether it begins a command."""

_MARKUP = re.compile(r"[!-'*+:<-@\[-`{-~]")
"""ASCII but letters, digits, space and ``(),-./;``, which mean nothing within a line."""

_ODD = re.compile(r"[^\n -~]")


def escape(text: str, *, limit: int | None = None) -> str:
    r"""Return ``text`` on one line, with every unprintable character as a visible ``\u{1b}``.

    That covers controls, line breaks, bidirectional and zero-width marks, lone surrogates and every
    space but the plain one. So is spelled the sign that begins what a build runner would take for
    a command. A text that would come out longer than ``limit`` ends in an ellipsis; what lies
    beyond it costs nothing.
    """
    if limit is not None:
        text = text[: limit + _REACH]
    if text.isascii() and text.isprintable() and "#" not in text and "::" not in text:
        pieces: Sequence[str] = text
    else:
        commands = {at for found in _COMMAND.finditer(text) for at in range(*found.span())}
        pieces = [
            _spelled(character) if place in commands else _visible(character)
            for place, character in enumerate(text)
        ]
    if limit is None or sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    return _shortened(pieces, limit)


def escape_json(document: str) -> str:
    r"""Return the same JSON document with ``\u001b`` for what ``escape`` makes visible.

    Its line breaks stay: outside of strings it must hold nothing else that is unprintable.
    """
    document = _COMMAND.sub(lambda found: json_escape(found.group()), document)
    return _ODD.sub(lambda found: _visible_in_json(found.group()), document)


def escape_markup(text: str) -> str:
    """Return ``escape(text)`` with every sign of Markdown and HTML as a character reference."""
    return _MARKUP.sub(lambda found: f"&#{ord(found.group())};", escape(text))


def json_escape(text: str) -> str:
    r"""Return every character as ``\u001b``, and as two such where it has two units in UTF-16."""
    units = text.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _visible(character: str) -> str:
    return character if _is_visible(character) else _spelled(character)


def _is_visible(character: str) -> bool:
    return character.isprintable() and character not in _INVISIBLE


def _spelled(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


def _visible_in_json(character: str) -> str:
    return character if _is_visible(character) else json_escape(character)


def _shortened(pieces: Sequence[str], limit: int) -> str:
    """Return as many whole pieces as leave room for the ellipsis, and the ellipsis."""
    ends = accumulate(map(len, pieces))
    return "".join(piece for piece, end in zip(pieces, ends, strict=False) if end < limit) + "…"
