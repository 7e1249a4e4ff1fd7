"""No spelling of a secret gets past the scrubber, and nothing else is touched."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.scrubber import SHORTEST, Scrubber
from reconciler.model.secrets import MASK, Secret

HIDDEN = "\ue000"
SIGNS = st.characters(exclude_characters=HIDDEN)
VALUE = "1000.rEfr/sh'tok%en<&>\"+ü"

SPELLINGS: dict[str, Callable[[str], str]] = {
    "itself": str,
    "json": lambda value: json.dumps(value)[1:-1],
    "json-unicode": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    "html": html.escape,
    "html-text": lambda value: html.escape(value, quote=False),
    "html-decimal": lambda value: html.escape(value).replace("&#x27;", "&#39;"),
    "url": lambda value: quote(value, safe=""),
    "url-path": quote,
    "url-form": quote_plus,
    "hex": lambda value: value.encode().hex(),
    "hex-upper": lambda value: value.encode().hex().upper(),
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64-url": lambda value: base64.urlsafe_b64encode(value.encode()).decode(),
}


def scrubber(*values: str) -> Scrubber:
    made = Scrubber()
    for value in values:
        made.remember(Secret(value))
    return made


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_is_masked_however_it_is_spelled(spell: Callable[[str], str]) -> None:
    spelled = spell(VALUE)
    assert scrubber(VALUE).scrub(f"a {spelled} b") == f"a {MASK} b"


def test_percent_escapes_are_known_in_small_letters() -> None:
    assert scrubber("token/+ü").scrub("token%2f%2b%c3%bc") == MASK


def test_a_line_break_within_a_secret_hides_nothing() -> None:
    assert scrubber("first\nsecond").scrub("it was first second, yes") == f"it was {MASK}, yes"


@given(
    before=st.binary(max_size=8),
    value=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40),
    after=st.binary(max_size=8),
)
def test_base64_of_something_that_holds_a_secret_shows_none_of_it(
    before: bytes, value: str, after: bytes
) -> None:
    whole = base64.b64encode(before + value.encode() + after).decode()
    shown = scrubber(value).scrub(whole)
    assert MASK in shown
    kept = len(shown) - len(MASK)
    outside = 4 * (-(-len(before) // 3)) + 4 * (-(-len(after) // 3))
    assert kept <= outside + 8, "at most a sign or two that neighbours share is left on each side"


@given(
    values=st.lists(st.text(SIGNS, min_size=SHORTEST, max_size=12), max_size=4),
    around=st.lists(st.text(max_size=8), min_size=5, max_size=5),
)
def test_few_or_many_secrets_are_masked_alike(values: list[str], around: list[str]) -> None:
    text = "".join(part + value for part, value in zip(around, [*values, ""], strict=False))
    few = scrubber(*values)
    many = scrubber(*values, *(f"unrelated-{number}" for number in range(200)))
    assert few.scrub(text) == many.scrub(text)
    assert not any(value in many.scrub(text).replace(MASK, HIDDEN) for value in values)


def test_secrets_that_overlap_leave_nothing_of_each_other() -> None:
    known = scrubber("abcdef", "cdefghij", "defghijklm")
    assert known.scrub("x abcdefghijklm y") == f"x {MASK} y"


def test_what_is_too_short_to_be_a_secret_is_no_reason_to_blot_out_words() -> None:
    assert scrubber("plan").scrub("a plan") == "a plan"
