"""The tools of each field find nothing wrong with the pipelines that we write."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from docs import generate
from reconciler import __version__
from reconciler.app import starter
from tests.pipelines import projects
from tests.pipelines.workflows import BIN

QUIET = ["--exclude=SC2016"]
"""The function that git is to ask stands in single quotes, so that no argument shows the token."""
ROOT = Path(__file__).parents[2]
PIPELINES = ROOT / "reconciler" / "app" / "pipelines"
WORKFLOWS = sorted((PIPELINES / "github" / "dot-github" / "workflows").iterdir())


def judged(*words: str | Path) -> None:
    ended = subprocess.run(
        [str(BIN / words[0]), *map(str, words[1:])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-workflows", WORKFLOWS),
        ("github-actions", [ROOT / "action.yml"]),
        ("gitlab-ci", [PIPELINES / "gitlab" / "dot-gitlab-ci.yml"]),
    ],
    ids=["workflows", "action", "gitlab"],
)
def test_each_file_is_what_its_host_reads(schema: str, files: list[Path]) -> None:
    judged("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)


def test_the_workflows_are_safe(tmp_path: Path) -> None:
    starter.start(tmp_path / "crm", pipeline="github")
    judged("zizmor", "--offline", "--no-progress", tmp_path / "crm", ROOT / "action.yml")


def test_the_script_is_sound() -> None:
    judged("shellcheck", PIPELINES / "common" / "ci" / "commit-state.sh")


def steps() -> Iterator[Mapping[str, str]]:
    """Yield every step of a workflow, of the action and of the example for Atlantis."""
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text())["jobs"].values():
            yield from job["steps"]
    yield from yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    server = yaml.safe_load((ROOT / "examples" / "atlantis" / "repos.yaml").read_text())
    for stage in server["workflows"]["reconciler"].values():
        yield from ({**step, "shell": "sh"} for step in stage["steps"])


def scripts() -> Iterator[tuple[str, str]]:
    """Yield every script that stands in a file of YAML, after the shell that runs it."""
    yield from ((step.get("shell", "bash"), step["run"]) for step in steps() if "run" in step)
    for jobs in (projects.pipeline(), projects.component()):
        for job in jobs.values():
            for part in ("before_script", "script", "after_script"):
                yield "bash", "\n".join(job.get(part, []))


def test_every_step_is_sound() -> None:
    for shell, script in scripts():
        ended = subprocess.run(
            [BIN / "shellcheck", f"--shell={shell}", *QUIET, "-"],
            input=script, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout


def test_the_component_is_the_pipeline_with_inputs() -> None:
    assert generate.COMPONENT.read_text() == generate.component(), "stale: run `make docs`"


def test_gitlab_reads_the_component(tmp_path: Path) -> None:
    head, jobs = yaml.safe_load_all(generate.COMPONENT.read_text())
    assert {*re.findall(r"inputs\.([\w-]+)", str(jobs))} == {*head["spec"]["inputs"]}
    filled = generate.COMPONENT.read_text().partition("\n---\n")[2]
    for name, declared in head["spec"]["inputs"].items():
        filled = filled.replace(f"$[[ inputs.{name} ]]", json.dumps(declared["default"]))
    written = tmp_path / "jobs.gitlab-ci.yml"
    written.write_text(filled)
    judged("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", written)


@pytest.mark.parametrize("pipeline", ["github", "gitlab"])
def test_a_pipeline_installs_the_version_that_wrote_it(tmp_path: Path, pipeline: str) -> None:
    starter.start(tmp_path, pipeline=pipeline)
    texts = [path.read_text() for path in tmp_path.rglob("*.yml")]
    versions = [one for text in texts for one in re.findall(r"flow-reconciler==(\S+)", text)]
    assert {*versions} == {__version__}


def test_a_later_commit_ends_the_whole_run_of_an_earlier_one() -> None:
    # Were it the job that plans alone, it could begin after the later one has, and end that.
    (workflow,) = (path for path in WORKFLOWS if path.name == "reconciler-plan.yml")
    said = yaml.safe_load(workflow.read_text())
    assert said["concurrency"] == {
        "group": "reconciler-plan-${{ github.event.pull_request.number }}",
        "cancel-in-progress": True,
    }
    assert not any("concurrency" in job for job in said["jobs"].values())


def test_actions_are_pinned_by_commit() -> None:
    for workflow in WORKFLOWS:
        for used in re.findall(r"uses: (\S+)", workflow.read_text()):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", used), used


def test_nothing_that_somebody_wrote_gets_into_a_shell() -> None:
    for path in (*WORKFLOWS, ROOT / "action.yml"):
        for block in re.findall(r"run: (?:\|\n((?:\s{8,}.*\n)+)|(.*)\n)", path.read_text()):
            assert "${{" not in "".join(block)


def test_no_pipeline_overwrites_anything(tmp_path: Path) -> None:
    (tmp_path / ".gitlab-ci.yml").write_text("mine\n")
    started = starter.start(tmp_path, pipeline="gitlab")
    assert ".gitlab-ci.yml" in started.kept
    assert (tmp_path / ".gitlab-ci.yml").read_text() == "mine\n"
