"""People who change manifests in pull requests, and the jobs that run for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.forges.hosts import COMMIT, NUMBER, TOKEN, GitHub
from tests.journeys.worlds import SECRETS, World
from tests.pipelines.repositories import MAIN, Repository
from tests.pipelines.workflows import Job, Meddling, Runner

WORKFLOWS = Path(__file__).parents[2] / "reconciler/app/pipelines/github/dot-github/workflows"
ACTION = Path(__file__).parents[2] / "action.yml"
REPOSITORY = "acme/crm"


@dataclass
class Team:
    """A repository, the host that it is on, and the service that it declares connections of."""

    world: World
    host: GitHub
    repository: Repository
    jobs: Path

    def propose(self, name: str, *manifests: str) -> None:
        """Push a branch with these manifests."""
        self.repository.branched(name)
        self.world.declare(*manifests)
        self.repository.pushed(f"Propose {name}", branch=name)

    def merge(self, name: str) -> None:
        self.repository.merged(name)

    def check(self, request: str) -> Job:
        """Run the job that everybody's pull requests get: without secrets."""
        return self._runner(request, secrets={}).play(WORKFLOWS / "reconciler-plan.yml", "check")

    def plan(
        self,
        request: str,
        *,
        fork: str = REPOSITORY,
        environment: str = "dev",
        during: Mapping[str, Meddling] | None = None,
    ) -> Job:
        """Run the job that shows a pull request's plan, where its branch is in ``fork``."""
        runner = self._runner(request, {"github.event.pull_request.head.repo.full_name": fork})
        workflow = WORKFLOWS / "reconciler-plan.yml"
        return runner.play(workflow, "plan", during=during, environment=environment)

    def apply(
        self, *, environment: str = "dev", during: Mapping[str, Meddling] | None = None
    ) -> Job:
        """Run what a merge runs, for one environment of the matrix."""
        return self._apply({"github.event_name": "push"}, environment, during=during)

    def dispatch(self, *, given: str, digest: str, environment: str = "dev") -> Job:
        """Run the same by hand, for the plan of the ``given`` environment."""
        inputs = {"inputs.environment": given, "inputs.digest": digest}
        return self._apply({"github.event_name": "workflow_dispatch", **inputs}, environment)

    def _apply(
        self,
        event: Mapping[str, str],
        environment: str,
        *,
        during: Mapping[str, Meddling] | None = None,
    ) -> Job:
        return self._runner(None, event).play(
            WORKFLOWS / "reconciler-apply.yml", "apply", during=during, environment=environment
        )

    def act(self, request: str, **inputs: str) -> Job:
        """Run the action in a workflow of somebody's own."""
        return self._runner(request, environ=self.world.environ).act(ACTION, inputs)

    def look_for_drift(self) -> Job:
        return self._runner(None).play(WORKFLOWS / "reconciler-drift.yml", "drift")

    @property
    def state(self) -> dict[str, Any]:
        """The state of dev as it is on the host."""
        found: dict[str, Any] = json.loads(self.repository.shown("state/dev.json"))
        return found

    @property
    def recorded(self) -> list[str]:
        return sorted(at.partition(".")[2] for at in self.state["resources"])

    def _runner(
        self,
        request: str | None,
        event: Mapping[str, str] | None = None,
        *,
        secrets: Mapping[str, str] = SECRETS,
        environ: Mapping[str, str] | None = None,
    ) -> Runner:
        service = {name: url for name, url in self.world.environ.items() if name.endswith("_URL")}
        contexts = {
            "github.token": TOKEN,
            "github.event.repository.default_branch": MAIN,
            "github.repository": REPOSITORY,
            "github.event.pull_request.number": str(NUMBER),
            "inputs.environment": "",
            "inputs.digest": "",
            **(event or {}),
            **{f"secrets.{name}": secrets.get(name, "") for name in SECRETS},
            **{
                f"vars.{name}": self.world.environ[name] for name in ("AEP_CLIENT_ID", "AEP_ORG_ID")
            },
        }
        surroundings = {
            **service,
            **(environ or {}),
            **{name: one for name, one in self.host.environ().items() if name != "GITHUB_TOKEN"},
            "GITHUB_REF": f"refs/heads/{MAIN}" if request is None else f"refs/pull/{NUMBER}/merge",
            "GITHUB_SHA": COMMIT,
            "GITHUB_ACTION_PATH": str(ACTION.parent),
        }
        return Runner(
            root=self.jobs,
            environ=surroundings,
            contexts=contexts,
            checkout=lambda folder, given: self.repository.check_out(
                folder, given, request=request
            ),
        )
