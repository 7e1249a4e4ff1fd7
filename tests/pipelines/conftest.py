"""A team with a repository on GitHub, which begins with what ``init --ci`` writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forges import hosts
from tests.forges.hosts import GitHub
from tests.journeys.worlds import Hours, opened
from tests.pipelines.repositories import Repository
from tests.pipelines.teams import Team


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    folder = tmp_path / "clone"
    folder.mkdir()
    jobs = tmp_path / "jobs"
    jobs.mkdir()
    host = GitHub(account=None)
    with opened(folder, Hours()) as world, hosts.serve(host):
        world.secrets.append(hosts.TOKEN)
        assert world.run("init", "--ci=github").code == 0
        (folder / "connections").mkdir()
        (folder / "connections" / ".keep").touch()
        yield Team(world, host, Repository.begun(tmp_path, folder), jobs)
