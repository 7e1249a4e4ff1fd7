"""Plans as people and programs read them, held to golden files.

``pytest --accept tests/render`` writes the golden files anew; their difference is reviewed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler import __version__
from reconciler.core import bodies, canonical, matrix, plan_document, plan_reader, planner
from reconciler.model.addresses import Address
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding
from reconciler.model.plans import Plan
from reconciler.model.reviews import Review, exit_code
from reconciler.model.values import SecretRef, Spec
from reconciler.render import (
    findings,
    github,
    gitlab,
    html,
    markdown,
    matrix_text,
    phrases,
    text,
    workflow_commands,
)
from tests.builders import declaration, observation, record, recorded, situation, spec
from tests.render.plans import HOSTILE, SITUATIONS, made

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "plan.schema.json").read_text())
CHECK = jsonschema.Draft202012Validator(SCHEMA)
ONE, OTHER = SecretRef("env", "ONE"), SecretRef("env", "OTHER")
Golden = Callable[[str, str], None]

cases = pytest.mark.parametrize("case", SITUATIONS)


def for_people(plan: Plan) -> str:
    said = findings.render([*phrases.warnings(plan), *phrases.refusals(plan)])
    return text.render(plan) + (f"\n{said}\n" if said else "")


def reviewed(plan: Plan) -> Review:
    return Review(
        title="crm / dev",
        plan=plan,
        findings=(*phrases.warnings(plan), *phrases.refusals(plan)),
    )


def declared(case: str) -> Mapping[Address, Spec]:
    return {at: each.spec for at, each in SITUATIONS[case]().desired.items()}


def for_programs(plan: Plan) -> str:
    """Return the saved plan, as any version of ours would write it."""
    document = plan_document.encode(plan)
    assert document["reconciler"]["version"] == __version__
    document["reconciler"]["version"] = "0.0.0"
    return canonical.pretty(plan_reader.seal(document, key=None))


@cases
def test_a_plan_reads_as_it_did(case: str, golden: Golden) -> None:
    golden(f"plans/{case}.txt", for_people(made(case)))


def test_a_plan_that_never_saw_the_service_says_so_in_a_comment() -> None:
    unseen = replace(made("create"), refreshed=False)
    assert "Not compared with the service" in markdown.render([reviewed(unseen)])
    assert "Not compared with the service" not in markdown.render([reviewed(made("create"))])


@cases
def test_a_plan_reads_in_a_comment_as_it_did(case: str, golden: Golden) -> None:
    golden(f"plans/{case}.md", markdown.render([reviewed(made(case))]))


@cases
def test_gitlab_is_told_the_counts_as_it_was(case: str, golden: Golden) -> None:
    golden(f"plans/{case}.gitlab.json", gitlab.render([reviewed(made(case))]))


@cases
def test_github_is_told_what_it_was(case: str, golden: Golden) -> None:
    review = reviewed(made(case))
    code = review.exit_code(detailed=True)
    outputs = github.outputs([review], exit_code=code)
    golden(f"plans/{case}.github.txt", workflow_commands.render(review.findings) + outputs)


FORMATS: Mapping[str, Callable[[Sequence[Review]], str]] = {
    "txt": lambda reviews: "\n".join(
        [*map(text.titled, reviews), matrix_text.render(matrix.compare(reviews))]
    ),
    "md": markdown.render,
    "gitlab.json": gitlab.render,
    "github.txt": lambda reviews: github.outputs(
        reviews, exit_code=exit_code(reviews, detailed=True)
    ),
}


@pytest.mark.parametrize("form", FORMATS)
def test_two_environments_read_as_they_did(form: str, golden: Golden) -> None:
    reviews = [
        replace(reviewed(made(case)), title=f"crm / {title}", declared=declared(case))
        for title, case in (("dev", "update_with_drift"), ("prod", "create"))
    ]
    golden(f"plans/two_environments.{form}", FORMATS[form](reviews))


LARGE: Mapping[str, Callable[[Plan], str]] = {
    "txt": for_people,
    "json": for_programs,
    "md": lambda plan: markdown.render([reviewed(plan)]),
    "gitlab.json": lambda plan: gitlab.render([reviewed(plan)]),
    "github.txt": lambda plan: github.outputs([reviewed(plan)], exit_code=ExitCode.CHANGES),
    "html": lambda plan: html.render([reviewed(plan)]),
}


@pytest.mark.parametrize("form", LARGE)
def test_five_hundred_changes_read_as_they_did(form: str, golden: Golden) -> None:
    creates = [declaration(f"new-{one:03}", spec(f"New {one}")) for one in range(500)]
    shown = LARGE[form](planner.plan(situation(declared=creates)))
    # The file holds both ends and stands for the rest by its digest: nobody reads a megabyte.
    lines = shown.split("\n")
    if len(lines) > 200:
        whole = hashlib.sha256(shown.encode()).hexdigest()
        middle = f"[{len(lines) - 120} more lines; SHA-256 of all: {whole}]"
        shown = "\n".join([*lines[:60], middle, *lines[-60:]])
    golden(f"large/500_changes.{form}", shown)


@pytest.mark.parametrize("form", FORMATS)
def test_a_failure_reads_as_it_did(form: str, golden: Golden) -> None:
    finding = Finding(summary="Not reachable", detail="Nobody answered. Try again.")
    failed = Review(title="crm / prod", plan=None, findings=(finding,), trouble=ExitCode.ERROR)
    golden(f"plans/failure.{form}", FORMATS[form]([failed]))


@cases
def test_a_plan_is_saved_as_it_was(case: str, golden: Golden) -> None:
    golden(f"plans/{case}.json", for_programs(made(case)))


@cases
@pytest.mark.parametrize("key", [None, b"k" * 32], ids=["checksum", "mac"])
def test_a_saved_plan_is_what_its_schema_says(case: str, key: bytes | None) -> None:
    CHECK.validate(plan_reader.seal(plan_document.encode(made(case)), key=key))


@cases
def test_a_saved_plan_is_read_back_as_it_was(case: str) -> None:
    plan = made(case)
    assert plan_reader.read(json.loads(for_programs(plan)), key=None) == plan


def test_what_a_saved_plan_sends_is_what_was_reviewed_whatever_its_members_are_called() -> None:
    was: dict[str, Any] = {"a.b": 1, "a": {"b": 1}, "a-b": 1, "a/b": {"~1": 1}, "": {"": 1}}
    is_: dict[str, Any] = {"a.b": 2, "a": {"b": 1}, "a-b": 2, "a/b": {"~1": 2}, "": {"": 2}}
    plan = planner.plan(
        situation(
            declared=[declaration("crm", spec(**is_))],
            state=recorded({"crm": record(1, spec(**was))}),
            live=[observation(1, spec(secret=False, **was))],
        )
    )
    document = json.loads(for_programs(plan))
    CHECK.validate(document)
    read = plan_reader.read(document, key=None)
    assert read == plan
    ((change,), observed) = read.changes, spec(secret=False, **was)
    sent = [(one["op"], one["path"]) for one in bodies.patch(change, observed, {})]
    assert sent == [("replace", path) for path in ("//", "/a-b", "/a.b", "/a~1b/~01")]


def test_drift_is_read_back_as_it_was_where_a_mapping_has_been_emptied() -> None:
    plan = planner.plan(
        situation(
            declared=[declaration("crm", spec(limits={"a": 1, "b": {"c": 2}}))],
            state=recorded({"crm": record(1, spec(limits={"a": 1, "b": {"c": 2}}))}),
            live=[observation(1, spec(secret=False, limits={"b": {}}))],
        )
    )
    (drift,) = plan.drift
    assert [field.path for field in drift.fields] == [("limits", "a"), ("limits", "b", "c")]
    assert plan_reader.read(json.loads(for_programs(plan)), key=None) == plan


def test_credentials_of_two_fields_with_one_dotted_name_are_both_reviewed() -> None:
    members: dict[str, Any] = {"a.b": None, "a": {"b": None}}
    given = declaration("crm", spec(**members))
    plans = [
        planner.plan(
            situation(declared=[replace(given, secrets={("a.b",): one, ("a", "b"): other})])
        )
        for one, other in ((ONE, OTHER), (OTHER, OTHER))
    ]
    assert plans[0].digest != plans[1].digest
    read = [plan_reader.read(json.loads(for_programs(plan)), key=None) for plan in plans]
    assert read == plans


def test_the_schema_is_a_schema_with_a_description_of_every_part_of_ours() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert {"$id", "title", "description"} <= SCHEMA.keys()


@pytest.mark.parametrize("member", ["lineage", "digest", "changes", "checksum"])
def test_the_schema_misses_what_is_missing(member: str) -> None:
    document = json.loads(for_programs(made("create")))
    del document["reconciler"][member]
    assert not CHECK.is_valid(document)


def test_the_schema_knows_every_member_of_ours() -> None:
    document = json.loads(for_programs(made("create")))
    document["reconciler"]["surprise"] = True
    assert not CHECK.is_valid(document)


def test_no_name_can_pass_for_a_line_of_the_plan() -> None:
    shown = for_people(made("hostile"))
    assert all(line.isprintable() for line in shown.splitlines())
    assert shown.count("\n") == len(shown.splitlines())
    assert re.findall(r"(?m)^ *# (.*) will be destroyed$", shown) == []
    assert len(re.findall(r"(?m)^Plan: ", shown)) <= 1
    assert HOSTILE not in shown


def test_the_same_world_makes_the_same_bytes_whatever_the_hashes_are() -> None:
    program = (
        "import hashlib; from tests.render.test_plans import *; "
        "shown = ''.join(for_people(made(c)) + for_programs(made(c)) for c in SITUATIONS); "
        "print(hashlib.sha256(shown.encode()).hexdigest())"
    )
    made_here = "".join(for_people(made(c)) + for_programs(made(c)) for c in SITUATIONS)
    for seed in ("0", "1", "2"):
        ended = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert ended.stdout.strip() == hashlib.sha256(made_here.encode()).hexdigest()
