"""Make text that somebody else wrote harmless to look at."""

from __future__ import annotations

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that ``str.isprintable`` lets through although nothing of them is seen."""


def escape(text: str, *, limit: int | None = None) -> str:
    r"""Return ``text`` on one line, with every unprintable character as a visible ``\u{1b}``.

    That covers controls, line breaks, bidirectional and zero-width marks, lone surrogates and every
    space but the plain one. A text that would come out longer than ``limit`` ends in an ellipsis.
    """
    if limit is None:
        return "".join(map(_visible, text))
    shown: list[str] = []
    room = limit
    for character in text:
        piece = _visible(character)
        if len(piece) > room:
            return _shortened(shown, limit)
        shown.append(piece)
        room -= len(piece)
    return "".join(shown)


def _visible(character: str) -> str:
    if character.isprintable() and character not in _INVISIBLE:
        return character
    return f"\\u{{{ord(character):x}}}"


def _shortened(shown: list[str], limit: int) -> str:
    """Return as many whole pieces as leave room for the ellipsis, and the ellipsis."""
    length = sum(map(len, shown))
    while shown and length > limit - 1:
        length -= len(shown.pop())
    return "".join(shown) + "…"
