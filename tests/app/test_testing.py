"""Connections are tried as many at a time as is allowed, and no more."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from reconciler.app import testing
from reconciler.app.threads import SystemThreads
from reconciler.model.addresses import RemoteId
from reconciler.model.kinds import Kind
from reconciler.model.trials import Health
from tests.builders import KIND, address, remote_id


class Crowded:
    """A remote whose tests end only when so many are under way."""

    def __init__(self, number: int) -> None:
        self.under_way = 0
        self.most = 0
        self._lock = threading.Lock()
        self._meeting = threading.Barrier(number, timeout=20)

    def test(self, kind: Kind, remote_id: RemoteId) -> bool:
        del kind, remote_id
        with self._lock:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        self._meeting.wait()
        with self._lock:
            self.under_way -= 1
        return True


@pytest.mark.parametrize(("parallelism", "connections"), [(1, 3), (3, 6), (10, 4)])
def test_so_many_are_tried_at_once(parallelism: int, connections: int) -> None:
    remote = Crowded(min(parallelism, connections))
    session: Any = SimpleNamespace(
        machine=SimpleNamespace(threads=SystemThreads()), remote=remote, kinds={KIND.name: KIND}
    )
    ids = {address(f"crm-{number}"): remote_id(number) for number in range(connections)}
    tried = testing.try_each(session, ids, parallelism=parallelism)
    assert [(each.address, each.id) for each in tried] == sorted(ids.items())
    assert {each.health for each in tried} == {Health.OK}
    assert remote.most <= parallelism


def test_nothing_is_tried_of_nothing() -> None:
    session: Any = SimpleNamespace(
        machine=SimpleNamespace(threads=SystemThreads()), remote=None, kinds={}
    )
    assert testing.try_each(session, {}, parallelism=10) == ()
