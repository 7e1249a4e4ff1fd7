"""The example for Atlantis, run as Atlantis runs it: by ``sh``, over a merge of the request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.journeys.worlds import crm
from tests.pipelines import projects
from tests.pipelines.projects import Project
from tests.pipelines.repositories import MAIN, git

EXAMPLE = Path(__file__).parents[2] / "examples" / "atlantis" / "repos.yaml"
WORKFLOW = yaml.safe_load(EXAMPLE.read_text())["workflows"]["reconciler"]
ONE = crm("one", title="One")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with projects.opened(tmp_path, {}, ci="atlantis") as project:
        yield project


def checked_out(project: Project, branch: str) -> Path:
    """Merge a branch into the main one, as the merge strategy of Atlantis does."""
    folder = project.jobs / "atlantis"
    git(project.jobs, "clone", "--quiet", str(project.repository.bare), folder.name)
    git(folder, "merge", "--quiet", "--no-ff", "--message", "merge", f"origin/{branch}")
    return folder


def played(
    project: Project, folder: Path, stage: str, branch: str, *, owner: str = "acme"
) -> tuple[int, str]:
    """Play a stage for a pull request whose branch is in the repository of ``owner``."""
    environ = {
        **project.world.environ,
        "WORKSPACE": "dev",
        "PLANFILE": str(project.jobs / "crm-dev.tfplan"),
        "HEAD_BRANCH_NAME": branch,
        "HEAD_REPO_OWNER": owner, "HEAD_REPO_NAME": "crm",
        "BASE_REPO_OWNER": "acme", "BASE_REPO_NAME": "crm",
    }  # fmt: skip
    log = ""
    for step in WORKFLOW[stage]["steps"]:
        code, said = project.run(folder, step["run"], environ, interpreter=("sh",))
        log += said
        if code != 0:
            return code, log
    return 0, log


def test_the_plan_is_applied_and_the_state_goes_to_the_branch(project: Project) -> None:
    project.propose("add-one", ONE)
    folder = checked_out(project, "add-one")
    code, said = played(project, folder, "plan", "add-one")
    assert code == 0, said
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in said
    assert played(project, folder, "apply", "add-one")[0] == 0
    assert project.world.titles == ["One"]
    assert '"ZohoCrmConnection.one"' in project.repository.shown("state/dev.json", "add-one")


def test_a_state_that_cannot_be_pushed_fails_the_apply(project: Project) -> None:
    project.propose("add-one", ONE)
    folder = checked_out(project, "add-one")
    assert played(project, folder, "plan", "add-one")[0] == 0
    hook = project.repository.bare / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    code, said = played(project, folder, "apply", "add-one")
    assert code == 1
    assert "The file of this run is kept." in said


def test_no_script_of_a_request_is_run(project: Project) -> None:
    project.repository.branched("cheat")
    project.world.write("ci/commit-state.sh", "touch ran\n")
    project.world.declare(ONE)
    project.repository.pushed("Cheat", branch="cheat")
    folder = checked_out(project, "cheat")
    for stage in ("plan", "apply"):
        assert played(project, folder, stage, "cheat")[0] == 0
    assert not (folder / "ran").exists()


def test_a_fork_moves_no_branch_of_ours_that_is_called_as_its_own(project: Project) -> None:
    project.propose("theirs", ONE)
    folder = checked_out(project, "theirs")
    before = git(project.repository.bare, "rev-parse", MAIN)
    assert played(project, folder, "plan", MAIN, owner="stranger")[0] == 0
    code, said = played(project, folder, "apply", MAIN, owner="stranger")
    assert code == 1
    assert "Push it to a branch of this one" in said
    assert project.world.titles == []
    assert git(project.repository.bare, "rev-parse", MAIN) == before


def test_the_repository_s_side_plans_what_init_writes(project: Project) -> None:
    written = yaml.safe_load((project.repository.clone / "atlantis.yaml").read_text())
    assert [one["workspace"] for one in written["projects"]] == ["dev"]
