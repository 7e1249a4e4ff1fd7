"""What strangers write is shown on one line, for what it is, and nothing takes it for a command."""

from __future__ import annotations

import json
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.core import canonical
from reconciler.core.escaping import escape, escape_json
from tests.hostile import HOSTILE, SAYABLE, harmless


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a plain text, äöü 漢字 😀", "a plain text, äöü 漢字 😀"),
        ("\x1b[31m", r"\u{1b}[31m"),
        ("two\nlines", r"two\u{a}lines"),
        ("\u202egpj\u2066", r"\u{202e}gpj\u{2066}"),
        ("\ud800", r"\u{d800}"),
        ("##[group]x", r"\u{23}\u{23}[group]x"),
        ("a ##vso[task.x]", r"a \u{23}\u{23}vso[task.x]"),
        ("# 1", "# 1"),
        ("No. #", r"No. \u{23}"),
        ("## Title, issue #7", "## Title, issue #7"),
        ("::error::x", r"\u{3a}:error::x"),
        ("  ::error::x", r"  \u{3a}:error::x"),
        ("a::b, [::1]", "a::b, [::1]"),
    ],
)
def test_only_what_does_something_to_a_log_is_spelled_out(text: str, shown: str) -> None:
    assert escape(text) == shown


@pytest.mark.parametrize("limit", [1, 2, 7, 8, 30])
@pytest.mark.parametrize("text", ["plain", "a\x1bb\x1bc", "##[x]##[y]", "…" * 40])
def test_what_is_too_long_ends_in_an_ellipsis_and_in_no_half_of_an_escape(
    text: str, limit: int
) -> None:
    shown, whole = escape(text, limit=limit), escape(text)
    assert len(shown) <= limit
    assert shown == whole or (shown[-1] == "…" and whole.startswith(shown[:-1]))
    assert not shown[:-1].endswith(("\\", "\\u", "\\u{", "\\u{1", "\\u{1b", "\\u{2"))


@example(["#", "#", "["])
@example(["##", "vso["])
@example(["#vs", "o[", "##team", "city["])
@given(st.lists(st.text(st.sampled_from("#:[ vsoVSOteamciy\n\u2028a")), max_size=4))
def test_pieces_stay_harmless_next_to_each_other_and_at_the_head_of_a_line(
    pieces: list[str],
) -> None:
    assert harmless("".join(map(escape, [piece.strip(":") for piece in pieces])))
    assert harmless(escape("".join(pieces)))


def test_no_hostile_text_does_anything_once_it_is_escaped() -> None:
    shown = [f"{escape(text)}.\n| {escape(text, limit=80)}" for text in HOSTILE]
    assert [text for text in shown if not harmless(text)] == []
    assert sum(not harmless(text) for text in HOSTILE) > 200, "the corpus is hostile"


def test_a_document_made_harmless_says_the_same() -> None:
    for text in SAYABLE:
        document = {text: [text, {text: None}]}
        shown = escape_json(canonical.pretty(document))
        assert harmless(shown), shown
        assert json.loads(shown) == document


@pytest.mark.parametrize("signs", ["#", "##[", "#vso", ":", " :", "\x1b", "a", "\\", "\u202e", " "])
def test_a_long_text_of_one_kind_of_sign_takes_a_moment(signs: str) -> None:
    text = (signs * 200_000)[:200_000]
    began = process_time()
    assert len(escape(text)) >= len(text)
    assert len(escape_json(text)) >= len(text)
    assert process_time() - began < 10, "a look at the rest from each sign takes half an hour"


@pytest.mark.parametrize("signs", ["#", ":", "\x1b", "a"])
def test_what_lies_beyond_the_limit_is_not_looked_at(signs: str) -> None:
    text = signs * 30_000_000
    began = process_time()
    assert escape(text, limit=80) == escape(signs * 200, limit=80)
    assert process_time() - began < 1, "to escape it all takes many times as long"
