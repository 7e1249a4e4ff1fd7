"""A saved plan is applied as it stands, where it was made for, or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.app import plan_files
from reconciler.core import plan_reader
from reconciler.errors import PlanError
from reconciler.simulator.effects import Scene
from reconciler.simulator.exchanges import Answer
from tests.journeys.test_rows import AT, settled
from tests.journeys.worlds import SECRETS, World, crm

Environ = Mapping[str, str | None]
KEY: Environ = {"RECONCILER_KEY": "ab" * 32}
OTHER_KEY: Environ = {"RECONCILER_KEY": "cd" * 32}
PLAN = "crm.plan.json"
Spoil = Callable[[World], object]


def saved(world: World, *manifests: str, env: Environ | None = None) -> World:
    """Save a plan that changes a description."""
    world.applied(crm())
    world.declare(*(manifests or [crm(description="new")]))
    ended = world.run("plan", f"-out={PLAN}", env=env)
    assert ended.code == 0, ended
    return world


def refused(world: World, *said: str, env: Environ | None = None) -> None:
    """Claim that the saved plan is refused before anything is sent or recorded."""
    before, writes = world.state, len(world.writes)
    ended = world.run("apply", PLAN, env=env)
    assert ended.code == 1, ended
    assert "Error: Saved plan refused" in ended.err
    for words in said:
        assert words in ended.told, ended.told
    assert (world.state, len(world.writes)) == (before, writes)


def altered(change: Callable[[dict[str, Any]], object]) -> Spoil:
    def spoil(world: World) -> None:
        document = json.loads((world.folder / PLAN).read_text())
        change(document)
        (world.folder / PLAN).write_text(json.dumps(document))

    return spoil


def forged(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Alter a plan and make its checksum anew, as somebody might who knows how."""

    def spoil(world: World) -> None:
        document = json.loads((world.folder / PLAN).read_text())
        change(document)
        sealed = plan_reader.seal(document, key=None)
        (world.folder / PLAN).write_text(json.dumps(sealed))

    return spoil


def of_change(**members: object) -> Spoil:
    return forged(lambda document: document["reconciler"]["changes"][AT].update(members))


FORGERIES = [
    pytest.param(of_change(source={"path": True, "line": 1, "column": 1}), id="place"),
    pytest.param(of_change(id={"a": 1}), id="id"),
    pytest.param(of_change(id=-1), id="number"),
    pytest.param(of_change(pins=None), id="pins"),
    pytest.param(forged(lambda document: document["reconciler"].update(lineage=-1)), id="lineage"),
    pytest.param(forged(lambda document: document["reconciler"].update(digest="0")), id="digest"),
    pytest.param(forged(lambda document: document.pop("applyable")), id="applyable"),
    pytest.param(forged(lambda document: document.update(errored=True)), id="errored"),
]


@pytest.mark.parametrize("spoil", FORGERIES)
def test_one_that_was_sealed_again_by_hand_is_still_no_plan(world: World, spoil: Spoil) -> None:
    saved(world)
    spoil(world)
    refused(world, "Make a new one")


def added(value: object) -> Spoil:
    return altered(lambda document: document.update(surprise=value))


def instead_of_it(make: Callable[[Path], None]) -> Spoil:
    def spoil(world: World) -> None:
        (world.folder / PLAN).unlink()
        make(world.folder / PLAN)

    return spoil


def written(world: World, text: str | bytes) -> None:
    (world.folder / PLAN).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_it_is_applied_without_asking_and_only_once(world: World) -> None:
    saved(world)
    assert world.run("show", PLAN).code == 0
    ended = world.run("apply", PLAN)
    assert (ended.code, world.connection()["description"]) == (0, "new")
    refused(world, "its state's serial is", "as it stands or not at all")
    settled(world)


def test_it_is_applied_whatever_the_manifests_say_by_then(world: World) -> None:
    saved(world)
    world.declare("not: a manifest")
    assert (world.run("apply", PLAN).code, world.connection()["description"]) == (0, "new")


def left(place: Path) -> tuple[int, ...]:
    """Return what no reading changes of a file, as it does when it was last read."""
    status = place.lstat()
    return status.st_ino, status.st_mode, status.st_size, status.st_ctime_ns


TAKEN = ["state/dev.json", "reconciler.yaml", "connections/1.yaml", "state/dev.json.backup"]


@pytest.mark.parametrize("name", [*TAKEN, "link", "pipe"])
def test_it_takes_the_place_of_nothing_else(world: World, name: str) -> None:
    world.applied(crm(description="old"))
    world.applied(crm())
    (world.folder / "link").symlink_to("reconciler.yaml")
    os.mkfifo(world.folder / "pipe")
    place = world.folder / name
    before = left(place)
    ended = world.run("plan", f"-out={name}")
    assert ended.code == 1
    assert "it is something else than a saved plan, and is not overwritten." in ended.told
    assert left(place) == before


def test_it_does_not_lie_where_the_state_will(world: World) -> None:
    world.declare(crm())
    assert world.run("plan", "-out=state/dev.json").code == 1
    assert world.state is None


def test_it_takes_the_place_of_an_earlier_one(world: World) -> None:
    saved(world)
    first = (world.folder / PLAN).read_bytes()
    world.declare(crm(description="newer"))
    assert world.run("plan", f"-out={PLAN}").code == 0
    assert (world.folder / PLAN).read_bytes() != first


def test_one_that_is_never_applied_does_not_say_how(world: World) -> None:
    world.declare(crm())
    ended = world.run("plan", f"-out={PLAN}", "-refresh=false")
    assert ended.code == 0
    assert "It is for reading alone" in ended.out
    assert "To perform exactly" not in ended.out


def test_the_first_plan_of_all_is_refused_once_there_is_a_state(world: World) -> None:
    world.declare(crm())
    assert world.run("plan", f"-out={PLAN}").code == 0
    assert world.run("apply", PLAN).code == 0
    refused(world, "its state's lineage is none")


def elsewhere(**members: object) -> Spoil:
    environment = {"sandbox": "dev", "state": "state/dev.json", **members}
    return lambda world: world.configure(environments={"dev": environment})


ELSEWHERE = [
    pytest.param(
        elsewhere(sandbox="prod", state="state/other.json"), "its sandbox is", id="sandbox"
    ),
    pytest.param(elsewhere(state="state/other.json"), "its state's lineage is", id="state"),
    pytest.param(
        altered(lambda document: document["reconciler"].update(serial=99)),
        "its checksum does not fit",
        id="edited",
    ),
    pytest.param(
        altered(lambda document: document["resource_changes"].clear()),
        "its checksum does not fit",
        id="edited-changes",
    ),
    pytest.param(
        altered(lambda document: document.update(format_version="2.0")),
        "format version 2.0",
        id="newer-format",
    ),
    pytest.param(
        lambda world: (world.folder / PLAN).write_text('{"format_version": "1.2"'),
        "is not JSON",
        id="cut-short",
    ),
    pytest.param(
        lambda world: (world.folder / PLAN).write_text('{"format_version": "1.2"}'),
        "is not a plan of reconciler's",
        id="not-ours",
    ),
    pytest.param(lambda world: written(world, "[]"), "is not a plan of", id="no-object"),
    pytest.param(lambda world: written(world, ""), "is not JSON", id="empty"),
    pytest.param(lambda world: written(world, b"\xff\xfe{}"), "is not JSON", id="no-text"),
    pytest.param(added(float("nan")), "none that JSON can carry", id="nan"),
    pytest.param(added("\ud800"), "half of a surrogate pair", id="half-a-character"),
    pytest.param(added(json.loads("[" * 600 + "]" * 600)), "levels deep", id="deep"),
    pytest.param(
        lambda world: written(world, '{"errored":0,' + (world.folder / PLAN).read_text()[1:]),
        "a name stands twice in one object ('errored')",
        id="twice",
    ),
    pytest.param(
        altered(lambda document: document["resource_changes"][0]["change"].update(actions=[])),
        "is not a plan of reconciler's",
        id="no-action",
    ),
    pytest.param(
        altered(
            lambda document: document["resource_changes"][0]["change"]["actions"].append("delete")
        ),
        "is not a plan of reconciler's",
        id="two-actions",
    ),
    pytest.param(
        instead_of_it(os.mkfifo),
        "is no regular file",
        id="pipe",
    ),
    pytest.param(
        instead_of_it(os.mkdir),
        "cannot be read",
        id="folder",
    ),
    pytest.param(lambda world: (world.folder / PLAN).unlink(), "cannot be read", id="missing"),
]


@pytest.mark.parametrize(("spoil", "said"), ELSEWHERE)
def test_it_is_refused_anywhere_else(world: World, spoil: Spoil, said: str) -> None:
    saved(world)
    spoil(world)
    refused(world, said)


def test_it_is_refused_at_another_base_url(world: World) -> None:
    saved(world)
    port = world.service.url.rpartition(":")[2]
    refused(world, "its base URL is", env={"AEP_BASE_URL": f"http://localhost:{port}"})


def test_a_file_larger_than_any_plan_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / PLAN).touch()
    os.truncate(tmp_path / PLAN, 2**40)
    with pytest.raises(PlanError, match="larger than any plan"):
        plan_files.read(tmp_path / PLAN, key=None)


@pytest.mark.parametrize(
    "made", [pytest.param({}, id="no-mac"), pytest.param(OTHER_KEY, id="another-key")]
)
def test_with_a_key_it_needs_the_mac_of_that_key(world: World, made: Environ) -> None:
    saved(world, env=made)
    refused(world, "carries no valid MAC", env=KEY)


def test_a_mac_that_no_hexadecimal_digit_is_in_is_none_either(world: World) -> None:
    saved(world, env=KEY)
    altered(lambda document: document["reconciler"].update(mac="é"))(world)
    refused(world, "carries no valid MAC", env=KEY)


@pytest.mark.parametrize("applied", [pytest.param(KEY, id="key"), pytest.param({}, id="no-key")])
def test_a_plan_with_a_mac_is_applied_with_its_key_or_with_none(
    world: World, applied: Environ
) -> None:
    saved(world, env=KEY)
    assert world.run("apply", PLAN, env=applied).code == 0


def test_a_plan_that_was_refused_is_not_applied_as_a_file_either(world: World) -> None:
    world.plant("CRM crm")
    world.declare(crm())
    assert world.run("plan", f"-out={PLAN}").code == 1
    refused(world, "The plan was refused when it was made")


def test_a_plan_from_the_state_alone_needs_nobody_and_is_never_applied(world: World) -> None:
    world.applied(crm())
    world.declare(crm(description="new"))
    asked = len(world.service.log)
    nobody = dict.fromkeys(world.environ)
    pinned = {"sandbox": "dev", "state": "state/dev.json"}
    world.configure(environments={"dev": pinned})
    ended = world.plan("-refresh=false", f"-out={PLAN}", env=nobody)
    assert ended.code == 2, ended
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in ended.out
    assert len(world.service.log) == asked
    assert json.loads((world.folder / PLAN).read_text())["applyable"] is False
    refused(world, "-refresh=false")


def test_a_saved_plan_leaves_alone_what_has_moved_since(world: World) -> None:
    world.applied(crm(), crm("a"))
    saved(world, crm(description="new"), crm("a", description="new"))
    world.service.edit(world.ids["crm"], description="theirs")
    ended = world.run("apply", PLAN)
    assert ended.code == 4
    assert f"{AT}: Left alone" in ended.out
    assert "exc_app at 20" in ended.told
    assert world.connection()["description"] == "theirs"
    assert world.connection("a")["description"] == "new"


def test_a_saved_create_is_left_where_the_name_has_been_taken_since(world: World) -> None:
    world.declare(crm(), crm("a"))
    assert world.run("plan", f"-out={PLAN}").code == 0
    theirs = world.plant("CRM crm")
    ended = world.run("apply", PLAN)
    assert (ended.code, list(world.ids)) == (4, ["a"])
    assert "Error: Connection exists already" in ended.err
    assert f"import: {{id: {theirs}}}" in ended.err


def test_planning_flags_beside_a_plan_file_are_a_usage_error(world: World) -> None:
    saved(world)
    for flag in ("-destroy", "-allow-destroy=1", "-expect=abc"):
        ended = world.run("apply", PLAN, flag)
        assert (ended.code, "applied as it stands" in ended.err) == (1, True)


# --- the reviewed digest ------------------------------------------------------------------------


def digest(world: World) -> str:
    return str(json.loads(world.run("plan", "-format=json").out)["reconciler"]["digest"])


def test_what_was_reviewed_is_applied_although_the_serial_has_moved(world: World) -> None:
    world.applied(crm(), crm("a"))
    world.declare(crm(description="new"), crm("a"))
    reviewed = digest(world)
    assert f"Plan digest: {reviewed}" in world.run("plan").out
    world.applied(crm(), crm("a", description="merged meanwhile"))
    world.declare(crm(description="new"), crm("a", description="merged meanwhile"))
    assert world.apply(f"-expect={reviewed}").code == 0
    assert world.connection()["description"] == "new"


def test_anything_but_what_was_reviewed_is_refused_with_both_digests(world: World) -> None:
    world.applied(crm())
    world.declare(crm(description="new"))
    reviewed = digest(world)
    world.declare(crm(description="newer"))
    before, writes = world.state, len(world.writes)
    ended = world.apply(f"-expect={reviewed}")
    assert (ended.code, world.state, len(world.writes)) == (1, before, writes)
    assert reviewed in ended.err
    assert digest(world) in ended.err
    assert '"ours" -> "newer"' in ended.out


@pytest.mark.parametrize(("times", "code"), [pytest.param(2, 0, id="twice"), (None, 5)])
def test_a_plan_starts_over_where_somebody_saves_and_gives_up_where_they_go_on(
    world: World, times: int | None, code: int
) -> None:
    world.applied(crm())

    def saving(scene: Scene) -> Answer:
        (world.folder / "state" / "dev.json").write_text(
            json.dumps({**world.document, "serial": world.document["serial"] + 1})
        )
        return scene.serve(scene.request)

    world.service.fault(saving, kind="list", times=times)
    ended = world.plan()
    assert (ended.code, "Another run is applying" in ended.told) == (code, code == 5)


def test_a_reviewed_plan_says_what_is_otherwise_now(world: World) -> None:
    world.applied(crm("goes", title="Goes"), crm("stays", title="Stays"))
    world.declare(
        crm("new", title="New"), crm("stays", title="Stays", description="one"), crm("x", title="X")
    )
    assert world.run("plan", f"-out={PLAN}").code == 0
    world.declare(
        crm("goes", title="Goes", description="kept"),
        crm("stays", title="Stays", description="other"),
        crm("x", title="X"),
        crm("y", title="Y"),
    )
    ended = world.apply(f"-expect={PLAN}")
    assert ended.code == 1
    assert [line for line in ended.err.splitlines() if line.startswith("│   ")] == [
        "│   ZohoCrmConnection.goes: update; the review saw delete",
        "│   ZohoCrmConnection.new: nothing to do; the review saw create",
        "│   ZohoCrmConnection.stays: update, but not as it was reviewed",
        '│       description comes out as "other"; the review saw "one"',
        "│   ZohoCrmConnection.y: create, which was not reviewed",
    ]
    assert len(world.writes) == 2


def test_a_secret_that_the_service_shows_by_now_is_masked_there_too(world: World) -> None:
    saved(world)
    world.service.edit(world.ids["crm"], description=SECRETS["ZOHO_REFRESH_TOKEN"])
    ended = world.apply(f"-expect={PLAN}")
    assert ended.code == 1
    assert "description is now" in ended.err


def test_a_reviewed_plan_is_carried_out_anew_where_it_is_the_same(world: World) -> None:
    world.applied(crm("one", title="One"))
    world.declare(crm("one", title="One"), crm("two", title="Two"))
    assert world.run("plan", f"-out={PLAN}").code == 0
    world.service.edit(world.ids["one"])  # another etag, so that another plan would be saved
    assert world.apply(f"-expect={PLAN}").code == 0


@pytest.mark.parametrize("expect", ["", "abc", "F" * 64, "no-such-file.json"])
def test_what_is_neither_a_digest_nor_a_plan_is_nothing_to_expect(
    world: World, expect: str
) -> None:
    world.declare(crm())
    ended = world.apply(f"-expect={expect}")
    assert ended.code == 1
    assert "neither a digest" in ended.told
    assert not world.writes


def test_one_changed_manifest_changes_its_own_block_of_the_file_alone(world: World) -> None:
    names = [f"crm-{number}" for number in range(5)]
    plans = []
    for description in ("one", "other"):
        world.declare(
            *(
                crm(name, title=name, description=description if name == "crm-2" else "same")
                for name in names
            )
        )
        assert world.run("plan", f"-out={PLAN}").code == 0
        plans.append((world.folder / PLAN).read_text().splitlines())
    differing = [one.split(":")[0].strip() for one in sorted({*plans[0]} ^ {*plans[1]})]
    assert sorted({*differing}) == ['"checksum"', '"description"', '"digest"']
    assert len(differing) == 6
