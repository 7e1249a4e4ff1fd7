"""What can go wrong with a request: each effect plays a scene in its own way.

An effect calls ``scene.serve`` as often as the service would act on the request: not at all where
the request is lost, once where only the answer is, twice where a proxy repeats it.
"""

# ruff: noqa: D102 -- the docstring of an effect says what calling it does
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from random import Random
from typing import Any, Literal

from reconciler.simulator import refusals
from reconciler.simulator.exchanges import Answer, Ending, Request, html_answer, json_answer
from reconciler.simulator.refusals import RefusedError
from reconciler.simulator.world import World

Form = Literal["envelope", "gateway", "html", "empty"]

CODES: Mapping[int, int] = {403: 2120, 404: 1439, 412: 1404, 500: 1102, 503: 1103, 504: 1104}
"""The catalogue's code of a status; the rest of them is a 1100."""

GATEWAY_CODES: Mapping[int, str] = {401: "401013", 429: "429050"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One request on its way to the service."""

    request: Request
    target: str | None
    """The id of the object that it is about."""
    world: World
    chance: Random
    request_id: str
    serve: Callable[[Request], Answer]
    """Have the service act on the request, which raises nothing."""


Effect = Callable[[Scene], Answer]
"""Turns a scene into the answer that leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Another status than the service's own."""

    status: int
    form: Form | None = None
    """The body; by default the gateway's for 401 and 429, else the service's envelope."""
    code: int | None = None
    """Code of an envelope; by default the one that goes with the status."""
    retry_after: str | None = None
    """The header as it stands: seconds, a date, or nonsense."""
    commit: bool = False
    """Whether the service acts on the request before all the same."""

    def __call__(self, scene: Scene) -> Answer:
        committed = scene.serve(scene.request).committed if self.commit else None
        answer = self._answer(scene)
        wait = () if self.retry_after is None else (("Retry-After", self.retry_after),)
        return replace(answer, committed=committed, headers=(*answer.headers, *wait))

    def _answer(self, scene: Scene) -> Answer:
        form = self.form or ("gateway" if self.status in GATEWAY_CODES else "envelope")
        match form:
            case "empty":
                return Answer(status=self.status)
            case "html":
                return html_answer(self.status, _phrase(self.status))
            case "gateway" if self.status in GATEWAY_CODES:
                return refusals.gateway_answer(GATEWAY_CODES[self.status])
            case "gateway":
                code = {"error_code": f"{self.status}000", "message": _phrase(self.status)}
                return json_answer(self.status, code)
            case "envelope":
                return self._envelope(scene)

    def _envelope(self, scene: Scene) -> Answer:
        gaps = {} if scene.target is None else {"id": scene.target, "type": "connections"}
        error = RefusedError(
            self.code or CODES.get(self.status, 1100),
            status=self.status,
            reason=_phrase(self.status),
            **gaps,
        )
        return refusals.service_answer(
            error, request_id=scene.request_id, switches=scene.world.switches
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer of one's own in place of the service's."""

    status: int = 200
    json: Any = None
    text: str | None = None
    """A body that is no JSON; it wins."""
    headers: Mapping[str, str] = field(default_factory=dict)
    commit: bool = False

    def __call__(self, scene: Scene) -> Answer:
        committed = scene.serve(scene.request).committed if self.commit else None
        headers = tuple((name, str(value)) for name, value in self.headers.items())
        if self.text is None:
            return json_answer(self.status, self.json, headers=headers, committed=committed)
        return Answer(
            status=self.status, body=self.text.encode(), headers=headers, committed=committed
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """The service acts at once; the answer leaves later."""

    seconds: float

    def __call__(self, scene: Scene) -> Answer:
        return replace(scene.serve(scene.request), delay=self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCommit:
    """A timeout is answered now; the service acts so many seconds later."""

    seconds: float
    status: int = 504

    def __call__(self, scene: Scene) -> Answer:
        scene.world.agenda.add(lambda: scene.serve(scene.request), after=self.seconds)
        return Status(status=self.status)(scene)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """The connection is reset, before the service acts or after it did."""

    commit: bool = False

    def __call__(self, scene: Scene) -> Answer:
        answer = scene.serve(scene.request) if self.commit else Answer(status=502)
        return replace(answer, ending=Ending.RESET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncate:
    """Half of the body, then the end."""

    def __call__(self, scene: Scene) -> Answer:
        return replace(scene.serve(scene.request), ending=Ending.TRUNCATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbage:
    """The right status with a body that is no JSON."""

    def __call__(self, scene: Scene) -> Answer:
        answer = scene.serve(scene.request)
        page = html_answer(answer.status, "Please stand by")
        return replace(page, committed=answer.committed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trickle:
    """The body, one byte after the other."""

    seconds: float

    def __call__(self, scene: Scene) -> Answer:
        return replace(scene.serve(scene.request), pace=self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Huge:
    """The body after that many blanks, which JSON allows."""

    bytes: int = 1 << 30

    def __call__(self, scene: Scene) -> Answer:
        return replace(scene.serve(scene.request), padding=self.bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """Somebody sends the client elsewhere."""

    to: str
    status: int = 307

    def __call__(self, scene: Scene) -> Answer:
        del scene
        return Answer(status=self.status, headers=(("Location", self.to),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Twice:
    """A proxy repeats the request: the service acts twice, and its second answer arrives."""

    def __call__(self, scene: Scene) -> Answer:
        scene.serve(scene.request)
        return scene.serve(scene.request)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
