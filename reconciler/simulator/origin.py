"""Everything below one origin: a request in, an answer out, in one process and without sockets.

The same settings, clock and chance give the same answers, byte for byte.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from functools import partial
from random import Random

from reconciler.simulator import control, routes
from reconciler.simulator.effects import Scene
from reconciler.simulator.exchanges import Answer, Request, json_answer
from reconciler.simulator.routes import Route
from reconciler.simulator.seeds import Settings
from reconciler.simulator.stage import Stage


class Origin:
    """Flow Service, IMS, Zoho accounts and the control API; one request at a time."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        now: Callable[[], float],
        chance: Random,
    ) -> None:
        self._settings = settings or Settings()
        self._now = now
        self._chance = chance
        self.lock = threading.RLock()
        """Held while a request is answered; hold it to look at the stage from elsewhere."""
        self.accounts: dict[str, str] = {}
        """The data centre of each origin that is one of Zoho's accounts servers alone."""
        self.stage = self._new_stage()

    def handle(self, request: Request) -> Answer:
        """Answer the request, having done before what was due by then."""
        with self.lock:
            self.stage.agenda.settle()
            route = routes.route(request)
            if route.kind == "control":
                return control.handle(request, self.stage, reset=self.reset)
            return self._handle(request, route)

    def reset(self) -> None:
        """Start again from the settings."""
        with self.lock:
            self.stage = self._new_stage()

    def _new_stage(self) -> Stage:
        return Stage(self._settings, now=self._now, chance=self._chance, accounts=self.accounts)

    def _handle(self, request: Request, route: Route) -> Answer:
        stage = self.stage
        request_id = f"{self._chance.getrandbits(128):032x}"
        serve = partial(_serve, stage=stage, route=route, request_id=request_id)
        rule = stage.faults.take(request, route.kind)
        if rule is None:
            answer = serve(request)
        else:
            scene = Scene(
                request=request,
                target=route.target,
                world=stage.world,
                chance=self._chance,
                request_id=request_id,
                serve=serve,
            )
            answer = rule.effect(scene)
        moment = stage.agenda.now()
        stage.journal.add(
            request,
            at=moment,
            kind=route.kind,
            status=answer.status,
            committed=answer.committed,
            fault=None if rule is None else rule.name,
            request_id=request_id,
        )
        date = (("Date", formatdate(moment, usegmt=True)),) if stage.switches.tells_date else ()
        headers = (*date, ("X-Request-Id", request_id))
        given = {name.lower() for name, _ in answer.headers}  # by a fault, in their place
        ours = [(name, value) for name, value in headers if name.lower() not in given]
        return replace(answer, headers=(*ours, *answer.headers))


def _serve(request: Request, *, stage: Stage, route: Route, request_id: str) -> Answer:
    match route.kind:
        case "token":
            return stage.ims.handle(request)
        case "zoho":
            return stage.zoho.handle(request)
        case "other" if not request.path.startswith(routes.FLOW_SERVICE):
            return json_answer(404, {"error": "nothing is played here"})
        case _:
            return stage.flow_service.handle(request, route, request_id=request_id)
