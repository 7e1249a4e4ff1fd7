"""Starting to manage what exists: by a line in the manifest, by id, or by name."""

from __future__ import annotations

import pytest

from tests.journeys.test_rows import AT, refused, settled
from tests.journeys.worlds import ORGANIZATION, World, crm

ABSENT = "00000000-0000-4000-8000-000000000000"


def test_import_by_id_records_it_and_changes_nothing(world: World) -> None:
    theirs = world.plant("Something else", description="theirs")
    world.declare(crm())
    ended = world.run("import", AT, theirs)
    assert ended.code == 0
    assert f"{AT}: Import complete [id={theirs}]" in ended.out
    assert (world.ids, world.writes) == ({"crm": theirs}, [])
    planned = world.plan()
    assert planned.code == 2
    assert 'description = "theirs" -> "ours"' in planned.out
    assert 'name        = "Something else" -> "CRM crm"' in planned.out
    assert world.apply().code == 0
    settled(world)


REFUSED = [
    pytest.param("ZohoCrmConnection.other", None, "Address is not declared", id="undeclared"),
    pytest.param(AT, ABSENT, "Connection to import not found", id="absent"),
    pytest.param("crm", None, "is no address", id="no-address"),
]


@pytest.mark.parametrize(("address", "remote_id", "said"), REFUSED)
def test_import_by_id_refuses(world: World, address: str, remote_id: str | None, said: str) -> None:
    theirs = world.plant("Theirs")
    world.declare(crm())
    ended = world.run("import", address, remote_id or theirs)
    assert (ended.code, world.state) == (1, None)
    assert said in ended.told


@pytest.mark.parametrize("text", ["../../x", "x", ABSENT[:-1], f"{ABSENT}0", f"{ABSENT}\n", ""])
def test_what_is_no_id_is_refused_before_anything_is_asked(world: World, text: str) -> None:
    world.declare(crm())
    ended = world.run("import", AT, text)
    assert (ended.code, world.state, len(world.service.log)) == (1, None, 0)
    assert "Error: Malformed id" in ended.err


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("ZohoCrmConnection.nope", None),
        ("ZohoCrmConnection.crn", AT),
        ("ZohoCrmConection.crm", AT),
        ("ZohoCrmConection.nope", None),
    ],
)
def test_an_undeclared_address_is_taken_for_one_that_is_near_by_name(
    world: World, address: str, meant: str | None
) -> None:
    world.declare(crm())
    ended = world.run("import", address, ABSENT)
    assert "Address is not declared" in ended.told
    assert ("Did you mean" in ended.told) == (meant is not None)
    assert meant is None or f'Did you mean "{meant}"?' in ended.told


def test_an_id_may_be_written_in_capitals(world: World) -> None:
    theirs = world.plant("CRM crm", description="ours")
    world.declare(crm(adopt={"id": theirs.upper()}))
    planned = world.plan()
    assert "1 to import" in planned.out
    ended = world.run("import", AT, theirs.upper())
    assert (ended.code, world.ids) == (0, {"crm": theirs})
    assert f"{AT}: Import complete [id={theirs}]" in ended.out
    settled(world)


def test_import_by_id_refuses_what_is_recorded_on_either_side(world: World) -> None:
    world.applied(crm(), crm("a"))
    before, theirs = world.state, world.plant("Theirs")
    taken = world.run("import", "ZohoCrmConnection.a", theirs)
    assert (taken.code, "Address is recorded already" in taken.err) == (1, True)
    world.declare(crm(), crm("a"), crm("b"))
    held = world.run("import", "ZohoCrmConnection.b", world.ids["crm"])
    assert (held.code, "Connection is recorded already" in held.err) == (1, True)
    assert world.state == before


def test_a_connection_of_another_spec_is_not_adopted(world: World) -> None:
    other = {"id": "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5", "version": "1.0"}
    theirs = world.plant("CRM crm", connectionSpec=other)
    world.declare(crm())
    by_command = world.run("import", AT, theirs)
    assert (by_command.code, world.state) == (1, None)
    assert "Connection to import is of another kind" in by_command.err
    world.declare(crm(adopt={"id": theirs}))
    assert "Connection to import is of another kind" in refused(world)


def test_matching_records_what_fits_exactly_one_and_names_what_fits_several(world: World) -> None:
    one = world.plant("CRM a")
    several = [world.plant("CRM crm"), world.plant("CRM crm")]
    world.plant("Theirs")
    world.declare(crm("a"), crm(), crm("nowhere"))
    assert "import -matching" in world.plan().told
    ended = world.run("import", "-matching")
    assert ended.code == 4
    assert world.ids == {"a": one}
    assert "1 connection imported." in ended.out
    for each in several:
        assert f"import: {{id: {each}}}" in ended.err
    before = world.state
    assert world.run("import", "-matching").code == 4
    assert world.state == before


def test_matching_takes_the_one_that_a_manifest_names_and_no_other(world: World) -> None:
    first, second = world.plant("CRM a"), world.plant("CRM a")
    other = world.plant("CRM b")
    world.declare(crm("a", adopt={"id": second}), crm("b", adopt={"id": first}))
    ended = world.run("import", "-matching")
    assert (ended.code, world.ids) == (0, {"a": second})
    assert other not in ended.out


def test_a_lost_state_is_found_again_by_matching(world: World) -> None:
    world.applied(crm("a"), crm())
    before = world.ids
    for path in (world.folder / "state").iterdir():
        path.unlink()
    assert world.plan().code == 1
    assert world.run("import", "-matching").code == 0
    assert world.ids == before
    settled(world)


def test_an_import_entry_holds_for_its_environment_and_falls_silent(world: World) -> None:
    environments = {
        name: {"sandbox": name, "state": f"state/{name}.json"} for name in ("dev", "stage")
    }
    world.configure(environments=environments)
    ids = {name: world.plant("Theirs", sandboxName=name) for name in environments}
    entries = [{"environment": name, "id": ids[name]} for name in environments]
    world.declare(crm(adopt=entries))
    for name in environments:
        planned = world.plan("-e", name)
        assert (planned.code, f'(imported from "{ids[name]}")' in planned.out) == (2, True)
        assert world.apply("-e", name).code == 0
        assert world.plan("-e", name).code == 0
    assert world.titles == ["CRM crm", "CRM crm"]


def test_an_import_entry_must_name_its_environment_where_there_are_several(world: World) -> None:
    environments = {
        name: {"sandbox": name, "state": f"state/{name}.json"} for name in ("dev", "stage")
    }
    world.configure(environments=environments)
    world.declare(crm(adopt={"id": world.plant("Theirs")}))
    ended = world.plan("-e", "dev")
    assert (ended.code, "connections/1.yaml:" in ended.err) == (1, True)
    assert "environment" in ended.err


def test_one_adopted_without_a_version_of_its_credentials_gets_the_declared_ones(
    world: World,
) -> None:
    theirs = world.plant("CRM crm", description="ours", imsOrgId=ORGANIZATION)
    before = world.connections()[0]["secrets"]
    world.declare(crm(adopt={"id": theirs}, metadata={"credentialsVersion": "1"}))
    assert world.apply().code == 0
    assert world.writes[-1].body == ("replace /auth/params",)
    assert world.connection()["secrets"] != before
    settled(world)
