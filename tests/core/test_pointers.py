"""Paths as JSON Pointers: the examples of RFC 6901, and no two paths that look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import pointers
from reconciler.model.values import Path


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        pytest.param(("foo",), "/foo", id="one"),
        pytest.param(("foo", "0"), "/foo/0", id="two"),
        pytest.param(("",), "/", id="empty-name"),
        pytest.param(("a/b",), "/a~1b", id="slash"),
        pytest.param(("m~n",), "/m~0n", id="tilde"),
        pytest.param(("~1",), "/~01", id="what-looks-escaped"),
        pytest.param(("a.b", "c"), "/a.b/c", id="dot"),
    ],
)
def test_a_path_is_spelled_as_the_rfc_says(path: Path, pointer: str) -> None:
    assert pointers.spell(path) == pointer
    assert pointers.read(pointer) == path


@given(st.lists(st.text(), min_size=1).map(tuple))
def test_every_path_comes_back(path: Path) -> None:
    assert pointers.read(pointers.spell(path)) == path


@pytest.mark.parametrize("text", ["", "a", "a/b", "/~", "/~2", "/a~"])
def test_what_names_no_member_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no JSON Pointer"):
        pointers.read(text)
