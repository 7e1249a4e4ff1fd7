"""The state in somebody's own hands: looked at, moved, let go, pulled and pushed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.simulator.effects import Reset, Status
from reconciler.state import locker
from tests.canaries import own
from tests.journeys.test_rows import AT, settled
from tests.journeys.worlds import ORGANIZATION, Ended, World, crm
from tests.state.samples import Clock

A, B = "ZohoCrmConnection.a", "ZohoCrmConnection.b"
NOWHERE = "2484f2df-c057-4ab5-84f2-dfc0577ab592"
WRITING = [("mv", A, "ZohoCrmConnection.c"), ("rm", A), ("push", "new.json")]


@pytest.fixture
def two(world: World) -> World:
    """Two connections are recorded, and nobody has looked at the state yet."""
    world.applied(crm("a"), crm("b"))
    return world


def doubtful(world: World) -> None:
    """Leave ``crm`` in doubt beside what is recorded."""
    world.configure(policy={"quarantine": 235})
    world.declare(crm("a"), crm("b"), crm())
    world.service.fault(Reset(), kind="create")
    assert world.apply().code == 4
    assert world.intents == ["crm"]


def backup(world: World) -> bytes:
    return (world.folder / "state" / "dev.json.backup").read_bytes()


def refused(world: World, *words: str, code: int = 1) -> str:
    """Claim that a command changes neither the state nor the service; return what it said."""
    before = world.state, len(world.writes)
    ended = world.run("state", *words)
    assert ended.code == code, ended
    assert (world.state, len(world.writes)) == before
    return ended.told


# --- list and show ------------------------------------------------------------------------------


def test_the_addresses_are_listed_in_order_and_by_address_and_by_id(two: World) -> None:
    listed = two.run("state", "list")
    assert (listed.code, listed.out, listed.err) == (0, f"{A}\n{B}\n", "")
    assert two.run("state", "list", B).out == f"{B}\n"
    assert two.run("state", "list", f"-id={two.ids['a']}").out == f"{A}\n"
    assert two.run("state", "list", B, f"-id={two.ids['a']}") == Ended(0, "", "")
    assert two.run("state", "list", AT) == Ended(0, "", "")


def test_one_connection_is_shown_as_the_whole_state_shows_it(two: World) -> None:
    shown = two.run("state", "show", B)
    assert (shown.code, two.ids["b"] in shown.out, two.ids["a"] in shown.out) == (0, True, False)
    assert shown.out.strip() in two.run("show").out


def test_a_program_gets_one_object_without_any_secret(two: World) -> None:
    shown = two.run("state", "show", "-json", A)
    record = two.document["resources"][A]
    assert json.loads(shown.out) == {
        "address": A,
        "id": two.ids["a"],
        "etag": record["etag"],
        "in_doubt": False,
        "deposed": [],
        "spec": record["spec"],
        "credentials_version": None,
        "prevent_destroy": False,
    }
    assert record["spec"]["auth"]["params"]["clientSecret"] is None


def test_not_even_the_fingerprint_of_a_secret_is_shown(world: World) -> None:
    key = {"RECONCILER_KEY": b"canary9b1f".hex() * 4}
    world.declare(crm("a"))
    assert world.apply(env=key).code == 0
    fingerprints = world.document["resources"][A]["fingerprints"]
    assert fingerprints
    shown = world.run("state", "show", "-json", A, env=key)
    assert "fingerprint" not in shown.out
    assert not any(one in shown.out for one in fingerprints.values())


def test_a_create_in_doubt_is_shown_as_one_and_not_listed(two: World) -> None:
    doubtful(two)
    assert two.run("state", "list").out == f"{A}\n{B}\n"
    assert f"# {AT}: a create in doubt" in two.run("state", "show", AT).out
    shown = json.loads(two.run("state", "show", AT, "-json").out)
    assert (shown["address"], shown["id"], shown["in_doubt"]) == (AT, None, True)


def test_what_is_not_recorded_cannot_be_shown_and_a_near_one_is_named(two: World) -> None:
    two.applied(crm("a"), crm("b"), crm("crm-eu"))
    told = refused(two, "show", "ZohoCrmConnection.crm-us")
    assert "Error: Address is not recorded" in told
    assert 'Did you mean "ZohoCrmConnection.crm-eu"?' in told


@pytest.mark.parametrize("words", [("list",), ("show", A), ("mv", A, B), ("rm", A)])
def test_without_a_state_there_is_nothing_to_work_on(world: World, words: tuple[str, ...]) -> None:
    assert "Error: No state There is no state/dev.json" in refused(world, *words)


@pytest.mark.parametrize("words", [("list", "a"), ("show", "a.b"), ("rm", "-"), ("mv", A, "b")])
def test_a_word_that_is_no_address_is_said_to_be_none(two: World, words: tuple[str, ...]) -> None:
    assert "is no address; one reads KIND.NAME." in refused(two, *words)


# --- mv -----------------------------------------------------------------------------------------


def test_a_connection_is_moved_and_the_state_before_is_kept(two: World) -> None:
    before, ids = two.state, two.ids
    moved = two.run("state", "mv", A, AT)
    assert moved == Ended(0, f'Move "{A}" to "{AT}"\nSuccessfully moved 1 object(s).\n', "")
    assert two.ids == {"b": ids["b"], "crm": ids["a"]}
    assert (backup(two), two.document["serial"]) == (
        before,
        json.loads(before or b"")["serial"] + 1,
    )
    two.declare(crm("b"), crm(title="CRM a"))
    settled(two)


def test_a_dry_run_says_what_it_would_do_and_leaves_no_trace(two: World) -> None:
    before = {path: path.stat().st_mtime_ns for path in two.folder.rglob("*")}
    assert two.run("state", "mv", "-dry-run", A, AT) == Ended(
        0, f'Would move "{A}" to "{AT}"\n', ""
    )
    assert two.run("state", "rm", "-dry-run", B, A) == Ended(
        0, f"Would remove {A}\nWould remove {B}\n", ""
    )
    assert {path: path.stat().st_mtime_ns for path in two.folder.rglob("*")} == before


@pytest.mark.parametrize("dry", [(), ("-dry-run",)])
@pytest.mark.parametrize(
    ("source", "target", "summary"),
    [
        pytest.param(A, B, "Address is recorded already", id="taken"),
        pytest.param(A, A, "Address is recorded already", id="itself"),
        pytest.param(A, "Other.a", "Move to another kind", id="kind"),
        pytest.param("ZohoCrmConnection.c", "ZohoCrmConnection.d", "Address is not", id="none"),
        pytest.param(AT, "ZohoCrmConnection.d", "Create in doubt", id="in doubt"),
        pytest.param(A, AT, "Create in doubt", id="to one in doubt"),
    ],
)
def test_what_cannot_be_moved_stays(
    two: World, source: str, target: str, summary: str, dry: tuple[str, ...]
) -> None:
    doubtful(two)
    assert f"Error: {summary}" in refused(two, "mv", *dry, source, target)


def test_all_that_speaks_against_a_move_is_said_at_once(two: World) -> None:
    told = refused(two, "mv", "Other.c", B)
    for summary in ("Address is not recorded", "Move to another kind", "is recorded already"):
        assert summary in told


# --- rm -----------------------------------------------------------------------------------------


def test_what_is_let_go_lives_on_and_is_taken_back_by_the_line_that_is_printed(
    two: World,
) -> None:
    before, held = two.state, two.ids["a"]
    removed = two.run("state", "rm", A)
    assert removed.out.startswith(f"Removed {A}\nSuccessfully removed 1 resource instance(s).\n")
    assert "The connection lives on in Flow Service." in removed.out
    assert (removed.code, backup(two), list(two.ids)) == (0, before, ["b"])
    assert two.titles == ["CRM a", "CRM b"]
    line = f"reconciler -C {two.folder} import {A} {held}"
    assert line in removed.out
    assert two.run(*line.split()[3:]).code == 0
    settled(two)


def test_several_are_let_go_at_once_or_none_of_them(two: World) -> None:
    told = refused(two, "rm", A, "ZohoCrmConnection.x", "ZohoCrmConnection.y")
    assert told.count("Error: Address is not recorded") == 2
    assert two.run("state", "rm", B, A, A).code == 0
    assert (two.ids, two.titles) == ({}, ["CRM a", "CRM b"])


def test_a_create_in_doubt_is_not_let_go(two: World) -> None:
    doubtful(two)
    assert "Error: Create in doubt" in refused(two, "rm", AT)
    assert two.intents == ["crm"]


# --- pull and push ------------------------------------------------------------------------------


def edited(world: World, **members: object) -> Path:
    """Write the state with these members changed, as somebody's editor would."""
    return world.write("new.json", json.dumps({**world.document, **members}, indent=4))


def test_what_is_pulled_is_what_is_stored(two: World) -> None:
    pulled = two.run("state", "pull")
    assert (pulled.code, pulled.out.encode(), pulled.err) == (0, two.state, "")


def test_what_somebody_has_written_otherwise_is_pulled_as_a_save_spells_it(two: World) -> None:
    held = two.state or b""
    by_hand = json.dumps(json.loads(held), indent="\t").replace("\n", "\r\n")
    two.write("state/dev.json", b"\xef\xbb\xbf" + by_hand.encode())
    assert two.run("state", "pull").out.encode() == held


def test_what_is_pulled_is_harmless_to_a_terminal_and_still_the_same(world: World) -> None:
    world.applied(crm("a", title="a\u202eb\x1b[31m", description="##[x] ::y\n::z"))
    pulled = world.run("state", "pull")
    assert "\\u202e" in pulled.out
    assert json.loads(pulled.out) == world.document
    assert "Nothing to push" in world.run("state", "push", "-", stdin=pulled.out).out


def test_without_a_state_nothing_is_pulled(world: World) -> None:
    assert world.run("state", "pull") == Ended(0, "", "")
    assert list((world.folder).glob("state/*")) == []


def test_what_was_pulled_and_changed_is_pushed(two: World) -> None:
    before = two.document
    serial = before["serial"] + 1
    renamed = {"ZohoCrmConnection.new": before["resources"][A], B: before["resources"][B]}
    edited(two, serial=serial, resources=renamed)
    held = two.state
    pushed = two.run("state", "push", "new.json")
    assert pushed == Ended(0, f"State pushed: state/dev.json is at serial {serial}.\n", "")
    assert (sorted(two.ids), two.document["serial"], backup(two)) == (["b", "new"], serial, held)
    assert two.document["lineage"] == before["lineage"]
    again = two.state
    assert "Nothing to push" in two.run("state", "push", "new.json").out
    assert (two.state, backup(two)) == (again, held)


def test_a_state_is_pushed_from_standard_input(two: World) -> None:
    pulled = two.run("state", "pull").out
    assert "Nothing to push" in two.run("state", "push", "-", stdin=pulled).out
    (two.folder / "state" / "dev.json").unlink()
    (two.folder / "state" / "dev.json.backup").unlink()
    assert two.run("state", "push", "-", stdin=pulled).code == 0
    assert two.state == pulled.encode()
    settled(two)


Change = Callable[[dict[str, Any]], object]


def exposed(document: dict[str, Any]) -> object:
    params = document["resources"][A]["spec"]["auth"]["params"]
    return params.update(clientSecret="canary9b1f-pushed")


@pytest.mark.parametrize("force", [(), ("-force",)])
@pytest.mark.parametrize(
    ("change", "summary"),
    [
        pytest.param(lambda d: d.update(format_version="2.0"), "Unusable state", id="newer"),
        pytest.param(lambda d: d.update(sandbox="prod"), "State of another env", id="sandbox"),
        pytest.param(lambda d: d.update(organization="X@AdobeOrg"), "State of another", id="org"),
        pytest.param(exposed, "Secret in the state", id="secret"),
        pytest.param(lambda d: d.pop("intents"), "Unusable state", id="not whole"),
        pytest.param(
            lambda d: d["resources"].update({"Nope.a": d["resources"].pop(A)}),
            "Recorded kind is unknown",
            id="unknown kind",
        ),
        pytest.param(
            lambda d: d["resources"][A]["spec"].pop("name"), "Incomplete record", id="no name"
        ),
    ],
)
def test_what_no_force_pushes(
    two: World, change: Change, summary: str, force: tuple[str, ...]
) -> None:
    two.secrets.append("canary9b1f-pushed")
    document = two.document
    document["serial"] += 1
    change(document)
    two.write("new.json", json.dumps(document))
    assert f"Error: {summary}" in refused(two, "push", *force, "new.json")
    if summary != "Secret in the state":  # a file of that content is a leak where it lies already
        text = json.dumps(document)
        before = two.state
        assert two.run("state", "push", *force, "-", stdin=text).code == 1
        assert two.state == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"serial": 1, "resources": {}}, "It is at serial 1,", id="older"),
        pytest.param({"resources": {}}, "and say different things", id="same"),
        pytest.param({"lineage": "x"}, "It is of lineage x,", id="lineage"),
    ],
)
def test_another_lineage_and_an_older_serial_need_force(
    two: World, changes: dict[str, Any], said: str
) -> None:
    before, held = two.state, two.document
    edited(two, **changes)
    told = refused(two, "push", "new.json")
    assert "Error: State not pushed" in told
    assert said in told
    assert two.run("state", "push", "-force", "new.json").code == 0
    assert two.document["serial"] == held["serial"] + 1
    assert two.document["lineage"] == changes.get("lineage", held["lineage"])
    assert backup(two) == before


@pytest.mark.parametrize("force", [(), ("-force",)])
def test_a_create_in_doubt_is_not_forgotten_by_a_push(two: World, force: tuple[str, ...]) -> None:
    doubtful(two)
    edited(two, intents={}, serial=two.document["serial"] + 1)
    assert "Error: Create in doubt" in refused(two, "push", *force, "new.json")


def test_a_plan_made_before_a_forced_push_is_refused(two: World) -> None:
    older = two.state
    two.declare(crm("a", description="new"), crm("b"))
    assert two.run("plan", "-out=crm.plan").code == 0
    two.write("new.json", json.dumps({**json.loads(older or b""), "serial": 1}))
    assert two.run("state", "push", "-force", "new.json").code == 0
    ended = two.run("apply", "crm.plan")
    assert (ended.code, "Error: Saved plan" in ended.err) == (1, True)


def test_a_state_of_another_organisation_is_refused_where_no_state_is(world: World) -> None:
    environment = {"sandbox": "dev", "state": "state/dev.json", "organization": ORGANIZATION}
    world.configure(environments={"dev": environment})
    world.applied(crm("a"))
    edited(world, organization="X@AdobeOrg")
    for path in (world.folder / "state").iterdir():
        path.unlink()
    assert "State of another environment" in refused(world, "push", "new.json")


def test_what_everybody_may_write_is_not_pushed(two: World) -> None:
    path = edited(two, serial=9)
    path.chmod(0o666)
    assert "every user of this machine may write it" in refused(two, "push", "new.json")
    own(path)
    assert "No such file" in refused(two, "push", "none.json")


# --- what was replaced --------------------------------------------------------------------------


@pytest.fixture
def left(two: World) -> str:
    """``a`` was replaced, and its predecessor could not be deleted; return the id of that one."""
    old = two.ids["a"]
    two.service.fault(Status(status=403), kind="delete")
    assert two.apply(f"-replace={A}").code == 3
    assert two.ids["a"] != old
    return old


def test_what_was_replaced_is_shown_with_its_address(two: World, left: str) -> None:
    for words in (("state", "show", A), ("show",)):
        assert f"# {A}: (deposed object {left})" in two.run(*words).out
    document = json.loads(two.run("state", "show", "-json", A).out)
    assert (document["id"], document["deposed"]) == (two.ids["a"], [left])
    assert two.run("state", "list").out == f"{A}\n{B}\n"
    assert two.run("state", "list", f"-id={left}").out == f"{A}\n"


def test_what_was_replaced_moves_along(two: World, left: str) -> None:
    new = two.ids["a"]
    assert two.run("state", "mv", A, AT).code == 0
    two.declare(crm(title="CRM a"), crm("b"))
    assert f"{AT} (deposed object {left}) will be destroyed" in two.plan().out
    assert two.apply().code == 0
    assert (two.ids["crm"], left in two.ids.values()) == (new, False)
    settled(two)


def test_what_was_replaced_is_let_go_along_with_its_address_and_told(two: World, left: str) -> None:
    removed = two.run("state", "rm", A)
    assert f"# {A} had replaced {left}, which is to be deleted by hand" in removed.out
    assert (removed.code, "deposed" in two.document, list(two.ids)) == (0, False, ["b"])
    assert len(two.connections()) == 3


def test_an_address_of_nothing_but_what_was_replaced_is_one(two: World, left: str) -> None:
    document = two.document
    document["resources"].pop(A)
    edited(two, resources=document["resources"], serial=document["serial"] + 1)
    assert two.run("state", "push", "new.json").code == 0
    assert two.run("state", "list").out == f"{A}\n{B}\n"
    shown = json.loads(two.run("state", "show", "-json", A).out)
    assert (shown["id"], shown["deposed"], shown["in_doubt"]) == (None, [left], False)
    assert "is not known to be deleted" in refused(two, "mv", B, A)
    removed = two.run("state", "rm", A)
    assert (removed.code, "import" in removed.out) == (0, False)


# --- locks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", WRITING, ids=lambda words: words[0])
def test_what_changes_the_state_waits_for_its_lock(two: World, words: tuple[str, ...]) -> None:
    edited(two, serial=9)
    state = two.folder / "state" / "dev.json"
    clock = Clock()
    with locker.hold(state, display="x", operation="apply", timeout=0, clock=clock):
        told = refused(two, *words, "-lock-timeout=0s", code=5)
    assert "Error: Error acquiring the state lock" in told
    assert "Operation: apply" in told


@pytest.mark.parametrize("words", [("list",), ("show", A), ("pull",)])
def test_who_only_looks_waits_for_nobody(two: World, words: tuple[str, ...]) -> None:
    state = two.folder / "state" / "dev.json"
    with locker.hold(state, display="x", operation="apply", timeout=0, clock=Clock()):
        assert two.run("state", *words).code == 0


def test_a_lock_is_not_taken_by_force_and_its_living_holder_is_named(two: World) -> None:
    state = two.folder / "state" / "dev.json"
    with locker.hold(state, display="x", operation="apply", timeout=0, clock=Clock()):
        ended = two.run("force-unlock", "-force", "1234")
        assert two.run("state", "rm", A, "-lock-timeout=0s").code == 5
    assert ended.code == 1
    assert "Error: Failed to unlock state" in ended.err
    for said in ("Local state cannot be unlocked by another process", "Operation: apply", "Who:"):
        assert said in ended.told


def test_where_no_process_holds_the_lock_there_is_nothing_to_unlock(world: World) -> None:
    ended = world.run("force-unlock", "1234")
    assert (ended.code, "No process holds that of state/dev.json" in ended.told) == (1, True)
    assert list(world.folder.glob("state/*")) == []
    world.applied(crm())
    assert "No process holds" in world.run("force-unlock", "1234").told


# --- several environments -----------------------------------------------------------------------


def test_each_environment_has_a_state_of_its_own(world: World) -> None:
    environments = {
        name: {"sandbox": name, "state": f"state/{name}.json"} for name in ("dev", "qa")
    }
    world.configure(environments=environments)
    world.declare(crm("a"))
    assert world.apply("-e=dev").code == 0
    assert world.run("state", "list").code == 1
    assert world.run("state", "list", "-e", "dev").out == f"{A}\n"
    assert "No state" in world.run("state", "list", "-e=qa").err
    removed = world.run("state", "rm", "-e=dev", A)
    assert f"import -e dev {A} " in removed.out


def test_a_connection_that_was_moved_by_hand_is_as_it_was_also_with_a_key(world: World) -> None:
    """A fingerprint is bound to its address, and says nothing under another one."""
    key = {"RECONCILER_KEY": "ab" * 32}
    world.declare(crm("old"))
    assert world.apply(env=key).code == 0
    moving = ("ZohoCrmConnection.old", "ZohoCrmConnection.new")
    assert world.run("state", "mv", *moving, env=key).code == 0
    assert world.document["resources"]["ZohoCrmConnection.new"]["fingerprints"] == {}
    world.declare(crm("new", title="CRM old"))
    assert world.plan(env=key).code == 0
