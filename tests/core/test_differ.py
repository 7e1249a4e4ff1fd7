"""What differs between two specs: strict about types, one path a leaf, nothing left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.core import differ
from reconciler.model.values import UNSET, Spec, assign, freeze, same, without

SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, "1", "a"])
NAMES = st.sampled_from(["a", "b", "__private", "with.dot", "it's", '"'])
SPECS = st.recursive(
    st.dictionaries(NAMES, SCALARS | st.lists(SCALARS, max_size=2), max_size=3),
    lambda inner: st.dictionaries(NAMES, inner | SCALARS, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(1, True, id="integer-and-boolean"),
        pytest.param(1, 1.0, id="integer-and-float"),
        pytest.param("1", 1, id="text-and-integer"),
        pytest.param("", UNSET, id="empty-and-absent"),
        pytest.param([1, 2], [2, 1], id="another-order"),
        pytest.param([0], [False], id="boolean-in-a-list"),
        pytest.param([1], [1.0], id="float-in-a-list"),
        pytest.param([{"b": 1}], [{"b": True}], id="boolean-below-a-list"),
    ],
)
def test_values_of_other_types_or_order_differ(before: Any, after: Any) -> None:
    one: Spec = freeze({"a": before})
    other: Spec = freeze({} if after is UNSET else {"a": after})
    assert [path for path, _, _ in differ.diff(one, other)] == [("a",)]


def pruned(value: Any) -> Any:
    """Leave out empty mappings: they say nothing that could be sent."""
    if not isinstance(value, Mapping):
        return value
    below = {name: pruned(member) for name, member in value.items()}
    return {name: member for name, member in below.items() if member != {}}


@given(SPECS, SPECS)
@example({"a": None, "b": [False, False]}, {"b": [False, 0]})
def test_the_differences_lead_from_one_spec_to_the_other(one: Any, other: Any) -> None:
    before, after = freeze(one), freeze(other)
    changed = before
    for path, was, is_ in differ.diff(before, after):
        assert not same(was, is_), path
        changed = without(changed, path) if is_ is UNSET else assign(changed, path, is_)
    assert same(pruned(changed), pruned(after))


@given(SPECS)
def test_nothing_differs_from_itself(spec: Any) -> None:
    assert differ.diff(freeze(spec), freeze(spec)) == ()
