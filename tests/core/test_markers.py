"""The hidden lines at the top of a comment say what they say, whatever the names are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import markers

DIGEST = "0123456789abcdef" * 4
NAMES = st.text(st.characters(exclude_categories=()), max_size=20)


@given(NAMES, NAMES)
def test_no_name_ends_a_marker_early(project: str, environment: str) -> None:
    mark = markers.marker(project, environment)
    inner = mark.removeprefix("<!-- ").removesuffix(" -->")
    assert mark == f"<!-- {inner} -->"
    assert mark.isascii()
    assert mark.isprintable()
    assert not {">", "<", "!"} & {*inner}
    assert "--" not in inner


@given(NAMES, NAMES, NAMES, NAMES)
def test_other_names_make_another_marker(one: str, two: str, three: str, four: str) -> None:
    same = markers.marker(one, two) == markers.marker(three, four)
    assert same == ((one, two) == (three, four))


def test_usual_names_stand_as_they_are() -> None:
    assert markers.marker("crm", "prod-eu") == "<!-- reconciler:plan:crm:prod-eu -->"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_digest_of_a_head_is_read_whatever_ends_its_lines(end: str) -> None:
    mark = markers.marker("crm", "dev")
    body = (markers.head(mark, DIGEST) + "### Plan").replace("\n", end)
    assert markers.is_marked(body, mark)
    assert markers.digest_of(body, mark) == DIGEST


@pytest.mark.parametrize(
    "line",
    [
        "",
        "<!-- reconciler:digest: -->",
        f"<!-- reconciler:digest:{DIGEST[1:]} -->",
        f"<!-- reconciler:digest:{DIGEST.upper()} -->",
        f"<!-- reconciler:digest:{DIGEST} --> x",
        f"\n<!-- reconciler:digest:{DIGEST} -->",
    ],
)
def test_any_other_second_line_names_no_digest(line: str) -> None:
    mark = markers.marker("crm", "dev")
    assert markers.digest_of(f"{mark}\n{line}\n", mark) is None
    assert markers.digest_of(mark, mark) is None
    assert not markers.is_marked(mark, mark)
