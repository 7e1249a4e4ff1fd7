"""What becomes of a request between a process and the simulated service.

Within what the protocol assumes, everything is possible: a request that our side has given up may
still take effect two minutes later, and what was made may be missing from lists for half a minute.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from reconciler.errors import SilentError, UnreachableError
from reconciler.http.transport import ERROR_LIMIT, HEARD, Request, Response
from reconciler.simulator.distortions import Edit, EndlessPages, TokenLoop
from reconciler.simulator.effects import (
    Effect,
    Form,
    Garbage,
    Redirect,
    Reply,
    Scene,
    Status,
    Truncate,
)
from reconciler.simulator.exchanges import Answer, Ending
from reconciler.simulator.exchanges import Request as Asked
from reconciler.simulator.faults import Rule
from reconciler.simulator.origin import Origin
from tests.simulation.scheduler import FibreMailbox, Process, Scheduler

PATIENCE = 75.0
"""Seconds after which our side gives a request up: ten to connect, sixty-five for the answer."""
LATE = 120.0
"""Seconds after that in which the service may still act on it."""
LAG = 30.0
"""Seconds for which reads may not show what was made."""

_REFUSALS = (400, 401, 403, 404, 405, 413, 415, 422, 429)
_REFUSED_READS = tuple(status for status in _REFUSALS if status != 404)
"""What is there is not denied to be: the protocol rests on that."""
_DOUBTS = (408, 409, 412, 423, 500, 502, 503, 504, 418, 599, 202, 204, 206, 302)
_DELETED = 204
_ENDLESS = 0.03
_FORMS: tuple[Form, ...] = ("envelope", "gateway", "html", "empty")


@dataclass
class Network:
    """The way to one service, and everything that can go wrong on it."""

    scheduler: Scheduler
    origin: Origin
    rates: Mapping[str, float]
    """How likely each fate is, of those that this history knows."""
    page: int = 100
    """How many items the service gives at most, whatever is asked for."""
    calm: bool = False
    """Whether nothing goes wrong any more."""
    met: Counter[str] = field(default_factory=Counter)
    """How often each fate was met."""
    writers: dict[str, set[str]] = field(default_factory=dict)
    """By the name of a process, the methods of the changes that left it."""

    @property
    def chance(self) -> Random:
        return self.scheduler.chance

    def fate(self) -> str | None:
        """Draw what befalls the next request, ``None`` where nothing does."""
        if self.calm:
            return None
        for name, rate in self.rates.items():
            if self.chance.random() < rate:
                self.met[name] += 1
                return name
        return None

    def send(self, process: Process, request: Request) -> Response:
        """Carry a request of a process and bring back an answer, or none."""
        process.touch(sending=True)
        fate = self.fate()
        if fate == "unreachable":
            self.scheduler.wait(timeout=self.delay(10))
            raise UnreachableError("127.0.0.1 cannot be reached. Nothing was sent.")
        if request.method != "GET" and "/ims/" not in request.url:
            self.writers.setdefault(process.name, set()).add(request.method)
        answer = self._answered(fate, self._asked(request))
        process.touch()
        if answer is None or answer.ending is not Ending.WHOLE:
            raise SilentError(f"{request.title}: the connection broke.")
        return _response(answer, request)

    def delay(self, most: float) -> float:
        """Draw how long something takes: mostly a moment, sometimes nearly ``most`` seconds."""
        return float(self.chance.choice((0.01, 0.05, 0.3, most * self.chance.random())))

    def _answered(self, fate: str | None, asked: Asked) -> Answer | None:
        arrived = FibreMailbox(self.scheduler)
        out, back = (0.02, 0.02) if self.calm else (self.delay(1), self.delay(2))
        match fate:
            case "lost before":
                pass
            case "lost after":
                self.scheduler.after(out, lambda: self._serve(asked, None))
            case "late":
                late = self.chance.random() * (PATIENCE + LATE)
                self.scheduler.after(late, lambda: self._serve(asked, None))
            case _:
                effect = self._effect(fate, asked)
                self.scheduler.after(out, lambda: arrived.put(self._serve(asked, effect)))
        if fate in ("late", "lost before", "lost after"):
            self._give_up(arrived)
            return None
        answer: Answer = arrived.get(timeout=PATIENCE)
        if fate == "wrong date":
            answer = self._misdated(answer)
        self.scheduler.wait(timeout=back)
        return answer

    def _asked(self, request: Request) -> Asked:
        url = urlsplit(request.url)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        if "limit" in query:
            query["limit"] = str(min(self.page, int(query["limit"])))
        return Asked(
            method=request.method,
            path=url.path,
            query=tuple(query.items()),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.body or b"",
        )

    def _misdated(self, answer: Answer) -> Answer:
        """Return the answer as of a machine whose clock is wrong, or of a cache."""
        wrong = self.chance.choice((-1e9, -3600.0, 3600.0, 1e9)) * self.chance.random()
        moment = self.scheduler.wall() + wrong
        headers = [pair for pair in answer.headers if pair[0] != "Date"]
        return replace(answer, headers=(("Date", formatdate(moment, usegmt=True)), *headers))

    def _give_up(self, arrived: FibreMailbox) -> None:
        try:
            arrived.get(timeout=self.chance.choice((0.1, self.chance.random() * PATIENCE)))
        except TimeoutError:
            return

    def _serve(self, asked: Asked, effect: Effect | None) -> Answer:
        if effect is not None:
            self.origin.stage.faults.add(Rule(effect=effect))
        return self.origin.handle(asked)

    def _effect(self, fate: str | None, asked: Asked) -> Effect | None:
        if asked.method == "GET" and fate in ("endless list", "lagging"):
            return self._misled(fate, asked)
        match fate:
            case "refused" | "doubtful":
                return self._denied(fate, asked)
            case "truncated":
                return Truncate()
            case "garbage":
                return Garbage()
            case "nonsense":
                return self._nonsense()
            case "redirect":
                return Redirect(to="https://elsewhere.example/")
            case "moved etag" if "/connections/" in asked.path:
                return Edit()
            case _:
                return None

    def _misled(self, fate: str, asked: Asked) -> Effect | None:
        if fate == "lagging":
            return Lagging(self.chance)
        if not asked.path.endswith("/connections"):
            return None
        # Hundreds of pages take as long as all the rest of a history.
        return EndlessPages() if self.chance.random() < _ENDLESS else TokenLoop()

    def _denied(self, fate: str, asked: Asked) -> Effect:
        chance = self.chance
        if fate == "refused":
            known = _REFUSALS if asked.method != "GET" else _REFUSED_READS
            wait = chance.choice((None, "1", "86400", "soon"))
            return Status(status=chance.choice(known), retry_after=wait)
        status, form = chance.choice(_DOUBTS), chance.choice(_FORMS)
        # What says of itself that it has deleted something is believed to have.
        done = chance.random() < 0.5 or (asked.method == "DELETE" and status == _DELETED)
        return Status(status=status, form=form, commit=done)

    def _nonsense(self) -> Effect:
        bodies: tuple[Any, ...] = ({}, [], None, {"id": "../x"}, {"items": None}, {"id": 7})
        status = self.chance.choice((200, 201))
        return Reply(status=status, json=self.chance.choice(bodies), commit=True)


def _response(answer: Answer, request: Request) -> Response:
    headers = {name.lower(): value for name, value in answer.headers}
    limit = min(request.limit, ERROR_LIMIT) if answer.status >= 400 else request.limit
    return Response(
        status=answer.status,
        headers={name: headers[name] for name in HEARD if name in headers},
        body=answer.body if answer.padding + len(answer.body) <= limit else None,
    )


@dataclass(frozen=True)
class Lagging:
    """A read that comes before what was made in the last seconds can be seen everywhere."""

    chance: Random

    def __call__(self, scene: Scene) -> Answer:
        answer = scene.serve(scene.request)
        body = json.loads(answer.body or b"null")
        if not isinstance(body, dict) or "items" not in body:
            return answer
        now = scene.world.agenda.now() * 1000
        seen = [
            one
            for one in body["items"]
            if one.get("createdAt", 0) < now - LAG * 1000 or self.chance.random() < 0.5
        ]
        if scene.target is not None and not seen:
            return Status(status=404)(scene)
        return replace(answer, body=json.dumps({**body, "items": seen}).encode())


@dataclass(frozen=True)
class ProcessTransport:
    """``http.transport.Transport`` of one process."""

    network: Network
    process: Process

    def send(self, request: Request) -> Response:
        return self.network.send(self.process, replace(request))

    def close(self) -> None:
        pass
