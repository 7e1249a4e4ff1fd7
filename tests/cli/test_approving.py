"""What somebody sees who is asked for a yes."""

from __future__ import annotations

from tests.journeys.worlds import World, crm

QUESTION = "  Enter a value: "


def test_the_answer_is_typed_behind_the_question(world: World) -> None:
    world.declare(crm())
    ended = world.run("apply", stdin="yes\n", terminal=True)
    assert ended.code == 0
    assert ended.err.endswith(f"\n\n{QUESTION}")


def test_where_no_line_is_typed_what_follows_has_one_of_its_own(world: World) -> None:
    world.declare(crm())
    ended = world.run("apply", stdin="", terminal=True)
    assert ended.code == 1
    assert f"{QUESTION}\n╷\n│ Error: Apply cancelled\n" in ended.err
