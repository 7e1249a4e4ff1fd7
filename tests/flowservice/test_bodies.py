"""Bodies of answers are read strictly, and what is wrong with one is said without repeating it."""

from __future__ import annotations

import pytest

from reconciler.flowservice import bodies
from reconciler.model.secrets import Secret
from reconciler.model.values import freeze

CANARY = "canary9b1f-9b1f"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(f'{{"{CANARY}": 1, "{CANARY}": 2}}'.encode(), "stands twice", id="twice"),
        pytest.param(f'["{CANARY}", {"9" * 40}]'.encode(), "more than 64 bits", id="integer"),
        pytest.param(f'["{CANARY}", 9e999]'.encode(), "out of range", id="float"),
        pytest.param(f'["{CANARY}", NaN]'.encode(), "none that JSON can carry", id="nan"),
        pytest.param(f'["{CANARY}\\ud800"]'.encode(), "half of a surrogate pair", id="half"),
        pytest.param(b"[" * 65 + b"]" * 65, "more than 64 levels deep", id="deep"),
        pytest.param(b"[" * 100_000, "more than 64 levels deep", id="bottomless"),
        pytest.param(f'["{CANARY}"'.encode(), "not JSON: Expecting ',' delimiter", id="cut-off"),
        pytest.param(f'["{CANARY}"]'.encode("utf-16"), "not UTF-8", id="utf-16"),
    ],
)
def test_what_is_wrong_with_a_body_is_said_without_repeating_it(body: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        bodies.parse(body)
    assert CANARY not in str(caught.value)
    assert "9999" not in str(caught.value)


def test_the_largest_integer_that_a_manifest_can_hold_is_read_back() -> None:
    assert bodies.parse(b"[18446744073709551615]") == [0xFFFF_FFFF_FFFF_FFFF]


def test_a_secret_is_open_on_the_wire_and_what_is_frozen_is_spelled_as_what_is_not() -> None:
    body = freeze({"name": "CRM", "auth": {"params": {"scopes": ["a", "b"]}}})
    spelled = b'{"body":{"name":"CRM","auth":{"params":{"scopes":["a","b"]}}},"secret":"x"}'
    assert bodies.spell({"body": body, "secret": Secret("x")}) == spelled


@pytest.mark.parametrize("value", [{1, 2}, object(), float("nan")])
def test_what_json_cannot_carry_is_never_sent(value: object) -> None:
    with pytest.raises((TypeError, ValueError), match=r"not part of a request|not JSON compliant"):
        bodies.spell({"name": value})
