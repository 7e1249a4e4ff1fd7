"""Five thousand histories of faults, kills and other runs, and no promise broken in any of them.

``python -m tests.simulation`` plays more of them, and plays one again.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.histories import played
from tests.simulation.projects import Projects
from tests.simulation.themes import FATES

HISTORIES = 5000
AT_ONCE = 100

ENDINGS = ("exit 0", "exit 1", "exit 3", "exit 4", "exit 5", "exit 6", "exit 130", "killed")
MISHAPS = (
    "frozen", "lock lost", "power cut", "disk full", "disk: fsync fails", "disk: rename fails",
)  # fmt: skip


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Projects:
    return Projects(tmp_path_factory.mktemp("simulation"))


@pytest.mark.parametrize("first", range(0, HISTORIES, AT_ONCE))
def test_no_history_breaks_a_promise(projects: Projects, first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        played(seed, projects)


def test_the_histories_have_met_everything_that_they_are_about(projects: Projects) -> None:
    met: Counter[str] = Counter()
    for seed in range(HISTORIES, HISTORIES + 2 * AT_ONCE):
        met.update(played(seed, projects).counts)
    missing = [what for what in (*FATES, *ENDINGS, *MISHAPS) if not met[what]]
    assert not missing, met


def test_a_seed_is_the_same_history_each_time(projects: Projects) -> None:
    assert [played(seed, projects).trace for seed in (7, 162)] == [
        played(seed, projects).trace for seed in (7, 162)
    ]
