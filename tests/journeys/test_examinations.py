"""What is wrong with a project, in the words of every tool that shows such things."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from jsonschema import Draft202012Validator

from reconciler import __version__
from tests import sarif
from tests.journeys.worlds import World, crm

Golden = Callable[[str, str], None]
Environ = Mapping[str, str | None]
FORMATS = ("text", "json", "github", "sarif", "junit")
LITERAL = "canary9b1f-literal"


def valid(world: World) -> None:
    world.declare(crm("sales", title="Sales"), crm("support", title="Support"))


def wrong(world: World) -> None:
    """Declare one that is sound, one with two errors, and one of an unknown kind."""
    world.declare(
        crm("sales", title="Sales"),
        crm("support", title="Sales", params={"endpoint": "https://evil.example"}),
        crm("other", title="Other").replace("ZohoCrmConnection", "ZohoCrmConection"),
    )


def warned(world: World) -> None:
    world.configure(policy={"silence": []})
    world.declare(crm())


def hostile(world: World) -> None:
    world.declare(crm(title='"><script>\n::error::x</failure> ]]> \x85 | %0A', params={"x": "y"}))


def broken(world: World) -> None:
    world.write("reconciler.yaml", "kind: [")


def secret(world: World) -> None:
    world.declare(crm(params={"clientSecret": LITERAL}))


CASES: dict[str, Callable[[World], None]] = {
    make.__name__: make for make in (valid, wrong, warned, hostile, broken, secret)
}


def shown(world: World, form: str, env: Environ | None = None) -> tuple[int, str]:
    ended = world.run("validate", f"-format={form}", env=env)
    return ended.code, ended.out


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("case", CASES)
def test_an_examination_reads_as_it_did(world: World, case: str, form: str, golden: Golden) -> None:
    CASES[case](world)
    code, out = shown(world, form, {"GITHUB_WORKSPACE": str(world.folder)})
    steady = out.replace(f'"version": "{__version__}"', '"version": "0.0.0"')
    golden(f"examinations/{case}.{form}", steady)
    assert code == (0 if case in ("valid", "warned") else 1)


@pytest.mark.parametrize("case", CASES)
def test_every_format_counts_the_same(world: World, case: str) -> None:
    CASES[case](world)
    document = json.loads(shown(world, "json")[1])
    (run,) = json.loads(shown(world, "sarif")[1])["runs"]
    report = Xml.fromstring(shown(world, "junit")[1])  # noqa: S314 -- our own
    levels = [result["level"] for result in run["results"]]
    assert document["valid"] is (document["error_count"] == 0)
    assert levels.count("error") == document["error_count"]
    assert levels.count("warning") == document["warning_count"]
    assert len(report.findall(".//failure")) == document["error_count"]
    assert len(report.findall(".//system-out")) == document["warning_count"]


def test_each_manifest_is_a_case_and_the_sound_ones_pass(world: World) -> None:
    wrong(world)
    report = Xml.fromstring(shown(world, "junit")[1])  # noqa: S314 -- our own
    passed = [case.get("name") for case in report.iter("testcase") if len(case) == 0]
    assert "ZohoCrmConnection.sales" in passed
    suite = report.find("testsuite")
    assert suite is not None
    assert int(suite.get("tests", "")) == len(list(report.iter("testcase")))


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x85", "\u2028"])
def test_a_place_is_counted_in_bytes_too(world: World, end: str) -> None:
    world.write("connections/1.yaml", f"# ü{end}kind: Nothing\n")
    document = json.loads(shown(world, "json")[1])
    place = next(
        one["range"]["start"]
        for one in document["diagnostics"]
        if one["range"]["filename"] == "connections/1.yaml" and one["range"]["start"]["line"] == 2
    )
    assert place["byte"] == len(f"# ü{end}".encode()) + place["column"] - 1


def test_no_line_of_a_file_is_quoted(world: World) -> None:
    secret(world)
    for form in FORMATS:
        assert LITERAL not in shown(world, form)[1]


def test_a_finding_stays_the_same_where_its_line_moves(world: World) -> None:
    def prints() -> list[Any]:
        (run,) = json.loads(shown(world, "sarif")[1])["runs"]
        return [result["partialFingerprints"] for result in run["results"]]

    wrong(world)
    before = prints()
    path = world.folder / "connections" / "2.yaml"
    world.write("connections/2.yaml", f"\n\n{path.read_text()}")
    assert prints() == before
    assert len({json.dumps(one) for one in before}) == len(before)


def test_places_are_told_from_the_root_of_the_repository(world: World) -> None:
    wrong(world)
    env = {"GITHUB_WORKSPACE": str(world.folder.parent)}
    place = f"{world.folder.name}/connections/2.yaml"
    assert f"file={place}," in shown(world, "github", env)[1]
    (run,) = json.loads(shown(world, "sarif", env)[1])["runs"]
    uris = {
        location["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
        for location in result["locations"]
    }
    assert place in uris


def test_a_schema_that_cannot_be_used_is_told_in_every_format(world: World) -> None:
    world.write("schemas/mine.schema.json", "{")
    valid(world)
    for form in FORMATS:
        code, out = shown(world, form)
        assert code == 1
        assert out or form == "text"


def test_sarif_is_what_its_rules_say(world: World) -> None:
    wrong(world)
    (run,) = json.loads(shown(world, "sarif")[1])["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert re.fullmatch(r"[a-z0-9-]+", result["ruleId"])
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1


@pytest.mark.parametrize("case", CASES)
def test_sarif_keeps_to_its_specification(world: World, case: str) -> None:
    CASES[case](world)
    document = json.loads(shown(world, "sarif")[1])
    Draft202012Validator.check_schema(sarif.SCHEMA)
    assert [each.message for each in Draft202012Validator(sarif.SCHEMA).iter_errors(document)] == []


def test_a_file_of_any_name_has_a_place_in_sarif(world: World) -> None:
    world.write("connections/a b:%0A#ü?.yaml", "kind: Nothing\n")
    document = json.loads(shown(world, "sarif")[1])
    assert [each.message for each in Draft202012Validator(sarif.SCHEMA).iter_errors(document)] == []
    assert "a%20b%3A%250A%23%C3%BC%3F.yaml" in json.dumps(document)


@pytest.mark.parametrize("form", ["json", "sarif", "junit", "github"])
def test_a_run_refused_beforehand_is_told_in_the_same_form(world: World, form: str) -> None:
    valid(world)
    ended = world.run("validate", "-e", "nowhere", f"-format={form}")
    assert ended.code == 1
    assert "Unknown environment" in ended.out
    (world.folder / "reconciler.yaml").unlink()
    code, out = shown(world, form)
    assert code == 1
    assert "No project" in out


def test_all_environments_are_checked_by_that_name_too(world: World) -> None:
    wrong(world)
    one, other = world.run("validate"), world.run("validate", "-e", "all")
    assert (one.code, one.err) == (other.code, other.err)


def test_no_environment_may_have_the_name_of_all(world: World, tmp_path: Path) -> None:
    world.configure(environments={"all": {"sandbox": "dev", "state": "state/dev.json"}})
    world.declare(crm())
    ended = world.run("validate")
    assert ended.code == 1
    assert "reconciler.yaml:" in ended.err
    assert "Environment cannot be called all" in ended.err
