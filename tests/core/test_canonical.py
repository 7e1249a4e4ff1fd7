"""Canonical JSON: one spelling for each value, and none for what JSON cannot carry."""

from __future__ import annotations

import json
from collections import OrderedDict
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import canonical
from reconciler.model.values import SecretRef, freeze, same, thaw

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=12,
)


@given(JSON)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    assert same(json.loads(canonical.dumps(value)), value)
    assert same(json.loads(canonical.pretty(value)), value)


@given(JSON)
def test_frozen_and_plain_values_are_spelled_alike(value: Any) -> None:
    frozen = freeze(value)
    assert canonical.dumps(frozen) == canonical.dumps(thaw(frozen))
    assert canonical.digest(frozen) == canonical.digest(value)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers()))
def test_the_order_of_members_does_not_matter(members: dict[str, int]) -> None:
    backwards = OrderedDict(reversed(members.items()))
    assert canonical.dumps(backwards) == canonical.dumps(members)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param({"b": [1, 2.5], "a": None}, '{"a":null,"b":[1,2.5]}', id="sorted-compact"),
        pytest.param("Zürich ☂ \u2028", '"Zürich ☂ \u2028"', id="not-escaped-to-ascii"),
        pytest.param('a"\n\x00', '"a\\"\\n\\u0000"', id="escaped-where-json-must"),
        pytest.param([1, 1.0, True], "[1,1.0,true]", id="types-are-told-apart"),
        pytest.param(MappingProxyType({}), "{}", id="read-only-mapping"),
        pytest.param((), "[]", id="tuple"),
    ],
)
def test_a_value_has_one_spelling(value: Any, text: str) -> None:
    assert canonical.dumps(value) == text


def test_pretty_is_indented_by_two_and_ends_in_a_line_break() -> None:
    assert canonical.pretty({"b": [1], "a": {}}) == '{\n  "a": {},\n  "b": [\n    1\n  ]\n}\n'


def test_the_digest_is_sha256_of_the_compact_spelling_in_utf8() -> None:
    assert canonical.digest({}) == (
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )


@pytest.mark.parametrize("spell", [canonical.dumps, canonical.pretty, canonical.digest])
@pytest.mark.parametrize(
    ("value", "error"),
    [
        pytest.param({1: "a"}, TypeError, id="key-of-a-number"),
        pytest.param({None: "a"}, TypeError, id="key-of-null"),
        pytest.param({"a": {"b"}}, TypeError, id="set"),
        pytest.param(b"bytes", TypeError, id="bytes"),
        pytest.param(SecretRef("env", "TOKEN"), TypeError, id="reference"),
        pytest.param([float("nan")], ValueError, id="nan"),
        pytest.param(float("-inf"), ValueError, id="infinity"),
        pytest.param("\ud83d", ValueError, id="half-a-surrogate-pair"),
        pytest.param({"\udc00": 1}, ValueError, id="half-a-surrogate-pair-as-key"),
    ],
)
def test_what_json_cannot_carry_is_refused(spell: Any, value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        spell(value)
