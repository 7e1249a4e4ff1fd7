"""A person, or a pipeline, who comments plans on a request."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.forges.hosts import TOKEN, Host
from tests.journeys.worlds import Ended, World, crm

PLAN = "crm.plan.json"
MARK = "<!-- reconciler:plan:journey:dev -->"
ENVIRONMENTS = {name: {"sandbox": name, "state": f"state/{name}.json"} for name in ("dev", "prod")}


@dataclass
class Discussion:
    """A world whose plans are commented on a host."""

    world: World
    host: Host

    def __post_init__(self) -> None:
        self.world.secrets.append(TOKEN)

    def planned(self, *manifests: str, flags: tuple[str, ...] = ()) -> str:
        """Save a plan of these manifests; return its digest."""
        self.world.declare(*(manifests or [crm()]))
        ended = self.world.run("plan", f"-out={PLAN}", *flags)
        assert ended.code == 0, ended
        return str(json.loads((self.world.folder / PLAN).read_text())["reconciler"]["digest"])

    def comment(self, *words: str, env: Mapping[str, str | None] | None = None) -> Ended:
        """Comment the saved plan."""
        return self.ask(PLAN, *words, env=env)

    def ask(self, *words: str, env: Mapping[str, str | None] | None = None) -> Ended:
        """Run the command in a pipeline of that host."""
        return self.world.run("comment", *words, env={**self.host.environ(), **(env or {})})

    def commented(self, *words: str) -> str:
        """Comment, and return the only comment of ours."""
        ended = self.comment(*words)
        assert (ended.code, ended.err) == (0, ""), ended
        (ours,) = self.host.ours
        return ours.body


def digest_of(body: str) -> str:
    (found,) = re.findall(r"<!-- reconciler:digest:([0-9a-f]{64}) -->", body)
    return str(found)
