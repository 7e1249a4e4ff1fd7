"""The simulator as a command: it serves, or says in words why it cannot."""

from __future__ import annotations

import socket

from tests.journeys.worlds import World


def test_a_port_that_is_taken_is_said_to_be(world: World) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        ended = world.run("simulate", f"-port={other.getsockname()[1]}")
    assert (ended.code, ended.out) == (1, "")
    assert "Error: Simulator cannot start" in ended.err
    assert "Address already in use" in ended.err
