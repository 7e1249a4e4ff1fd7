"""gitlab-ci-local, which reads pipelines as GitLab does, reads the one that ``init`` writes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from reconciler.app import starter
from tests.pipelines.repositories import git

TOOL = Path(__file__).parents[2] / ".tools" / "npm" / "node_modules" / ".bin" / "gitlab-ci-local"


def test_every_job_is_there_for_each_environment(tmp_path: Path) -> None:
    starter.start(tmp_path, pipeline="gitlab")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "remote", "add", "origin", "git@gitlab.example:acme/crm.git")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "Begin")
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    ended = subprocess.run(
        [str(TOOL), "--list-csv-all"], cwd=tmp_path,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    jobs = {line.split(";")[0].strip('"') for line in ended.stdout.splitlines()[1:]}
    assert jobs == {"check", "plan: [dev]", "apply: [dev]", "drift"}
