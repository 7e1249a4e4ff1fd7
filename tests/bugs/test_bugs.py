"""The tests of the tests: each deliberate breakage of the package is noticed by those named for it.

``python -m tests.bugs`` prints which test notices which breakage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bugs import breakages
from tests.bugs.breakages import Breakage, Judge, NotCaughtError

BREAKAGES = breakages.all_breakages()


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with breakages.judging() as made:
        yield made


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.name)
def test_a_breakage_is_noticed(breakage: Breakage, judge: Judge, tmp_path: Path) -> None:
    judge.catch(breakage, tmp_path)


def test_a_breakage_that_its_test_does_not_look_for_is_told(judge: Judge, tmp_path: Path) -> None:
    unseen = replace(BREAKAGES[0], caught=("tests/core/test_pointers.py",))
    with pytest.raises(NotCaughtError, match=r"does not notice: .* \(it was not run\)"):
        judge.catch(unseen, tmp_path)


def test_a_test_that_is_not_there_notices_nothing(judge: Judge, tmp_path: Path) -> None:
    unseen = replace(BREAKAGES[0], caught=("tests/core/test_pointers.py::test_nothing",))
    with pytest.raises(NotCaughtError, match="does not notice"):
        judge.catch(unseen, tmp_path)


def test_a_patch_that_no_longer_fits_is_to_be_renewed(judge: Judge, tmp_path: Path) -> None:
    stale = tmp_path / "stale.patch"
    text = BREAKAGES[0].patch.read_text(encoding="utf-8")
    stale.write_text(text.replace("\n-", "\n-was "), encoding="utf-8")
    with pytest.raises(NotCaughtError, match="renew the patch"):
        judge.catch(replace(BREAKAGES[0], patch=stale), tmp_path / "copy")
