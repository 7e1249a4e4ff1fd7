"""Every test gets a project, a host and a request to comment on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.forges import hosts
from tests.forges.discussions import Discussion
from tests.forges.hosts import GitHub, GitLab
from tests.journeys.conftest import world
from tests.journeys.worlds import World

__all__ = ["world"]

KINDS = {"github": GitHub, "gitlab": GitLab}


@pytest.fixture(params=sorted(KINDS))
def discussion(request: pytest.FixtureRequest, world: World) -> Iterator[Discussion]:
    """On both kinds of hosts, one after the other."""
    with hosts.serve(KINDS[request.param]()) as host:
        yield Discussion(world, host)


@pytest.fixture
def on_github(world: World) -> Iterator[Discussion]:
    with hosts.serve(GitHub()) as host:
        yield Discussion(world, host)


@pytest.fixture
def on_gitlab(world: World) -> Iterator[Discussion]:
    with hosts.serve(GitLab()) as host:
        yield Discussion(world, host)
