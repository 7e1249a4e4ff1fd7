"""gitlab-ci-local, which reads pipelines as GitLab does, reads ours and the component."""

from __future__ import annotations

import subprocess
from pathlib import Path

from docs import generate
from reconciler.app import starter
from tests.pipelines.repositories import git

TOOL = Path(__file__).parents[2] / ".tools" / "npm" / "node_modules" / ".bin" / "gitlab-ci-local"


def jobs(folder: Path) -> set[str]:
    """Return the names of the jobs of the pipeline in a folder."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "remote", "add", "origin", "git@gitlab.example:acme/crm.git")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Begin")
    git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    ended = subprocess.run(
        [str(TOOL), "--list-csv-all"], cwd=folder,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return {line.split(";")[0].strip('"') for line in ended.stdout.splitlines()[1:]}


def test_every_job_is_there_for_each_environment(tmp_path: Path) -> None:
    starter.start(tmp_path, pipeline="gitlab")
    assert jobs(tmp_path) == {
        "reconciler-check", "reconciler-plan: [dev]", "reconciler-apply: [dev]", "reconciler-drift",
    }  # fmt: skip


def test_the_component_has_a_job_for_each_environment_that_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "template.yml").write_text(generate.COMPONENT.read_text())
    (tmp_path / ".gitlab-ci.yml").write_text(
        "include:\n"
        "  - local: template.yml\n"
        "    inputs: {environments: [dev, prod], apply-stage: release}\n"
        "stages: [test, release]\n"
    )
    assert jobs(tmp_path) == {
        "reconciler-check", "reconciler-plan: [dev]", "reconciler-plan: [prod]",
        "reconciler-apply: [dev]", "reconciler-apply: [prod]", "reconciler-drift",
    }  # fmt: skip
