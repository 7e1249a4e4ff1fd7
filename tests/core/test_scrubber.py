"""No spelling of a secret gets past the scrubber, and nothing else is touched."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.escaping import escape
from reconciler.core.scrubber import SHORTEST, Scrubber
from reconciler.model.secrets import MASK, Secret

HIDDEN = "\ue000"
SIGNS = st.characters(exclude_characters=HIDDEN, codec="utf-8")
VALUE = "1000.rEfr/sh'tok%en<&>\"+ü"


def lowered(url: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda escaped: escaped.group().lower(), url)


def units(value: str) -> list[int]:
    """Return the units of UTF-16 that JSON counts in."""
    data = value.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


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
    "json-twice": lambda value: json.dumps(json.dumps(value)[1:-1])[1:-1],
    "json-every-sign": lambda value: "".join(f"\\u{unit:04x}" for unit in units(value)),
    "json-every-sign-upper": lambda value: "".join(f"\\u{unit:04X}" for unit in units(value)),
    "json-slashes": lambda value: json.dumps(value)[1:-1].replace("/", "\\/"),
    "url-twice": lambda value: quote(quote(value, safe=""), safe=""),
    "url-form-twice": lambda value: quote(quote_plus(value), safe=""),
    "url-lower": lambda value: lowered(quote(value, safe="")),
    "url-lower-twice": lambda value: quote(lowered(quote(value, safe="")), safe=""),
    "form-lower": lambda value: lowered(quote_plus(value)),
    "repr": lambda value: repr(value)[1:-1],
    "repr-of-bytes": lambda value: repr(value.encode())[2:-1],
    "escaped": escape,
    "url-all": lambda value: value.encode().hex("%").join(["%", ""]),
    "base64-twice": lambda value: base64.b64encode(base64.b64encode(value.encode())).decode(),
}

ODD = "1000.aB/c'd\"e<f>g&h=i~j!k*l(m)n oü"
BY_HAND = {
    "Go": r"1000.aB/c'd\"e\u003cf\u003eg\u0026h=i~j!k*l(m)n oü",
    "Gson": r"1000.aB/c\u0027d\"e\u003cf\u003eg\u0026h\u003di~j!k*l(m)n oü",
    "PHP": r"1000.aB\/c'd\"e<f>g&h=i~j!k*l(m)n o\u00fc",
    "PHP-hex": r"1000.aB\/c\u0027d\u0022e\u003Cf\u003Eg\u0026h=i~j!k*l(m)n o\u00fc",
    "dotnet": r"1000.aB/c\u0027d\u0022e\u003Cf\u003Eg\u0026h=i~j!k*l(m)n o\u00FC",
    "Go-in-json": r"1000.aB/c'd\\\"e\\u003cf\\u003eg\\u0026h=i~j!k*l(m)n oü",
    "encodeURIComponent": "1000.aB%2Fc'd%22e%3Cf%3Eg%26h%3Di~j!k*l(m)n%20o%C3%BC",
    "encodeURIComponent-twice": (
        "1000.aB%252Fc'd%2522e%253Cf%253Eg%2526h%253Di~j!k*l(m)n%2520o%25C3%25BC"
    ),
    "encodeURI": "1000.aB/c'd%22e%3Cf%3Eg&h=i~j!k*l(m)n%20o%C3%BC",
    "URLEncoder": "1000.aB%2Fc%27d%22e%3Cf%3Eg%26h%3Di%7Ej%21k*l%28m%29n+o%C3%BC",
    "dotnet-form": "1000.aB%2fc%27d%22e%3cf%3eg%26h%3di%7ej!k*l(m)n+o%c3%bc",
    "Go-html": "1000.aB/c&#39;d&#34;e&lt;f&gt;g&amp;h=i~j!k*l(m)n oü",
}
"""How programs in other languages spell it, written out."""


def scrubber(*values: str) -> Scrubber:
    made = Scrubber()
    for value in values:
        made.remember(Secret(value))
    return made


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_is_masked_however_it_is_spelled(spell: Callable[[str], str]) -> None:
    spelled = spell(VALUE)
    assert scrubber(VALUE).scrub(f"a {spelled} b") == f"a {MASK} b"


@pytest.mark.parametrize("spelled", BY_HAND.values(), ids=BY_HAND)
def test_a_secret_is_masked_as_other_languages_spell_it(spelled: str) -> None:
    assert scrubber(ODD).scrub(f"a {spelled} b") == f"a {MASK} b"


@pytest.mark.parametrize(
    "spelled",
    [
        "%73%33%73%61%6d%65%2f%c3%bc",
        "%73%33%73%61%6D%65%2F%C3%BC",
        "%2573%2533%2573%2561%256d%2565%252f%25c3%25bc",
        "czNzYW1lL8O8",
        "Y3pOellXMWxMOE84",
    ],
)
def test_a_secret_is_masked_where_no_sign_of_it_stands_as_it_is(spelled: str) -> None:
    assert scrubber("s3same/ü").scrub(f"a {spelled} b") == f"a {MASK} b"


@given(
    value=st.text(SIGNS, min_size=SHORTEST, max_size=30),
    before=st.text(SIGNS, max_size=20),
    after=st.text(SIGNS, max_size=20),
)
def test_no_spelling_of_any_secret_is_left_in_any_surroundings(
    value: str, before: str, after: str
) -> None:
    known = scrubber(value)
    for name, spell in SPELLINGS.items():
        spelled = spell(value)
        left = known.scrub(f"{before}{spelled}{after}").replace(MASK, HIDDEN)
        assert spelled not in left, name
        assert HIDDEN in left, name


@given(value=st.text(SIGNS, min_size=SHORTEST, max_size=30), text=st.text(max_size=200))
def test_text_without_the_secret_stays_as_it_is(value: str, text: str) -> None:
    held = {spell(value) for spell in SPELLINGS.values()}
    if not any(spelled[:SHORTEST] in text for spelled in held):
        assert scrubber(value).scrub(text) == text


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n  ", "\\n", "\\r\\n", "\\u{a}"])
@pytest.mark.parametrize("columns", [64, 76])
@given(before=st.binary(min_size=40, max_size=120), after=st.binary(max_size=90))
@settings(max_examples=25)
def test_a_secret_is_masked_where_a_line_of_base64_ends_in_it(
    columns: int, ending: str, before: bytes, after: bytes
) -> None:
    value = "a-secret-of-some-length"
    whole = base64.b64encode(before + value.encode() + after).decode()
    wrapped = ending.join(whole[start : start + columns] for start in range(0, len(whole), columns))
    shown = scrubber(value).scrub(f"PEM: {ending}{wrapped}{ending}end")
    assert MASK in shown
    assert shown.startswith("PEM: ")
    assert shown.endswith("end")
    joined = shown.replace(ending, "")
    assert not any(part in joined for part in parts(value))


def parts(value: str) -> set[str]:
    """Return what of a value in base64 no neighbour changes, at each place."""
    found = {base64.b64encode(bytes(n) + value.encode()).decode()[4:-4] for n in range(3)}
    return {text[start : start + 12] for text in found for start in range(len(text) - 11)}


def test_line_breaks_elsewhere_stay_where_they_are() -> None:
    text = "\n".join(["x" * 70, "y" * 70, "secret-value", "z" * 70, "w"])
    assert scrubber("secret-value").scrub(text) == text.replace("secret-value", MASK)


def test_percent_escapes_are_known_in_small_letters() -> None:
    assert scrubber("token/+ü").scrub("token%2f%2b%c3%bc") == MASK


def test_a_form_in_a_form_is_known_of_a_secret_without_letters() -> None:
    assert scrubber("::::: ").scrub("%253A%253A%253A%253A%253A%2B") == MASK


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
