"""Strict JSON: a value has one meaning, or it is refused in words that say why."""

from __future__ import annotations

import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import canonical, strict_json
from reconciler.core.strict_json import DEPTH, NotStrictError
from reconciler.model.values import freeze, same

TEXT = st.text(st.characters(codec="utf-8"))
INTEGERS = st.integers(-(2**63), 2**64 - 1)
JSON = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=12,
)


@given(JSON, st.booleans())
def test_a_value_that_was_spelled_comes_back(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert same(strict_json.parse(text), value)
    assert same(strict_json.parse(text.encode()), value)


@given(JSON)
def test_a_value_that_was_read_is_spelled_and_frozen_as_any_other(value: Any) -> None:
    assert strict_json.spell(value) == canonical.dumps(value)
    frozen, expected = strict_json.frozen(value), freeze(value)
    assert same(frozen, expected)
    assert repr(frozen) == repr(expected)


def nested(levels: int, opening: str = "[", closing: str = "]") -> str:
    return opening * levels + "0" + closing * levels


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(nested(DEPTH), id="deepest-lists"),
        pytest.param(nested(DEPTH, '{"a":', "}"), id="deepest-objects"),
        pytest.param(str(2**64 - 1), id="largest-integer"),
        pytest.param(str(-(2**63)), id="smallest-integer"),
        pytest.param("1e308", id="largest-power-of-ten"),
        pytest.param('"\\ud83d\\ude00"', id="whole-surrogate-pair"),
        pytest.param('"\\\\ud800"', id="what-looks-like-half-a-pair"),
        pytest.param('[{"a": 1}, {"a": 1}]', id="one-name-in-two-objects"),
    ],
)
def test_what_is_just_allowed_is_read(text: str) -> None:
    assert same(strict_json.parse(text), json.loads(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(nested(DEPTH + 1), "more than 64 levels", id="lists"),
        pytest.param(nested(DEPTH + 1, '{"a":', "}"), "more than 64 levels", id="objects"),
        pytest.param("[" * 100_000, "more than 64 levels", id="bottomless"),
        pytest.param(str(2**64), "an integer takes more than 64 bits", id="integer"),
        pytest.param(str(-(2**63) - 1), "an integer takes more than 64 bits", id="negative"),
        pytest.param("9" * 10_000, "an integer takes more than 64 bits", id="endless-integer"),
        pytest.param("1e999", "a number is out of range", id="too-large"),
        pytest.param("[-Infinity]", "none that JSON can carry", id="infinity"),
        pytest.param("[NaN]", "none that JSON can carry", id="nan"),
        pytest.param('{"a": 1, "a": 1}', "a name stands twice", id="twice"),
        pytest.param('{"a": 1, "\\u0061": 1}', "a name stands twice", id="twice-by-escape"),
        pytest.param('[["\\ud800"]]', "half of a surrogate pair", id="first-half"),
        pytest.param('{"\\uDFFF": 0}', "half of a surrogate pair", id="second-half"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str, words: str) -> None:
    with pytest.raises(NotStrictError, match=words) as caught:
        strict_json.parse(text)
    assert words in caught.value.problem


def test_what_is_wrong_is_shown_shortened_escaped_and_apart_from_the_problem() -> None:
    name = "\x1b[31m" + "x" * 1000
    with pytest.raises(NotStrictError) as caught:
        strict_json.parse(json.dumps([name])[1:-1].join(["{", ":1,"]) + json.dumps(name) + ":2}")
    assert caught.value.problem == "a name stands twice in one object"
    assert str(caught.value).startswith("a name stands twice in one object ('\\x1b[31mxxx")
    assert len(str(caught.value)) < 100


def test_a_document_may_be_allowed_to_be_deeper() -> None:
    assert strict_json.parse(nested(5), depth=5) == [[[[[0]]]]]
    with pytest.raises(NotStrictError, match="more than 4 levels"):
        strict_json.parse(nested(5), depth=4)


CROWDS = [
    pytest.param("[" + "[]," * 15_000 + "0]", id="lists"),
    pytest.param("[" + "{}," * 15_000 + "0]", id="objects"),
    pytest.param("[" + "0," * 30_000 + "0]", id="scalars"),
    pytest.param("[" * 30_000, id="nothing-but-depth"),
    pytest.param('{"a":' * 30_000, id="members"),
    pytest.param('["' + "\\" * 100 + '",' + "0," * 30_000 + "0]", id="after-a-text"),
]


@pytest.mark.parametrize("text", CROWDS)
def test_a_crowd_of_values_is_refused_before_it_takes_memory(text: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(NotStrictError, match="more than 20,000 values"):
            strict_json.parse(text, values=20_000)
        assert tracemalloc.get_traced_memory()[1] < 1 << 16
    finally:
        tracemalloc.stop()


@given(JSON, st.booleans())
def test_no_document_is_taken_to_hold_more_than_it_does(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert same(strict_json.parse(text, values=weight(value)), value)
    if weight(value) > 1:
        with pytest.raises(NotStrictError, match="values"):
            strict_json.parse(text, values=weight(value) - 1)


def weight(value: Any) -> int:
    """Return one for each value, of which an empty list or object holds one."""
    if isinstance(value, dict | list):
        members = value.values() if isinstance(value, dict) else value
        return 1 + (sum(map(weight, members)) or 1)
    return 1


def test_commas_and_brackets_in_a_text_are_no_values() -> None:
    text = json.dumps(['a,[{\\",' * 100_000])
    assert strict_json.parse(text, values=2) == json.loads(text)


def test_a_name_that_stands_twice_among_many_is_found_at_once() -> None:
    names = [f'"{number}":0' for number in range(100_000)]
    began = time.process_time()
    with pytest.raises(NotStrictError, match="stands twice"):
        strict_json.parse("{" + ",".join([*names, '"99999":0']) + "}")
    assert time.process_time() - began < 5


@pytest.mark.parametrize("text", ["", " ", "[", "[1] 2", "{'a': 1}", "\ufeff[]", "True"])
def test_what_is_no_json_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        strict_json.parse(text)


def test_bytes_are_utf_8() -> None:
    with pytest.raises(UnicodeDecodeError):
        strict_json.parse("[]".encode("utf-16"))
