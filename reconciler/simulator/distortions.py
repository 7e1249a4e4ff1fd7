"""Effects on what a client believes: lists that lie, objects that move under its hands."""

# ruff: noqa: D102 -- the docstring of an effect says what calling it does
from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from reconciler.simulator import queries
from reconciler.simulator.effects import Scene
from reconciler.simulator.exchanges import Answer
from reconciler.simulator.refusals import RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleList:
    """A list without the connections that were made in the last writes."""

    writes: int = 1

    def __call__(self, scene: Scene) -> Answer:
        last = list(scene.world.writes)[-self.writes :] if self.writes > 0 else []
        hidden = {connection_id for verb, connection_id in last if verb == "create"}

        def without(body: dict[str, Any]) -> None:
            body["items"] = [one for one in body["items"] if one["id"] not in hidden]

        return _changed(scene.serve(scene.request), without)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The connection that the request is about changes just before the request arrives."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    """Merged in as somebody else's; without any, the service moves the etag by itself."""

    def __call__(self, scene: Scene) -> Answer:
        if scene.target is not None and self.changes:
            with suppress(RefusedError):  # an unknown id: the service will say so itself
                scene.world.edit(scene.target, self.changes)
        elif scene.target is not None:
            scene.world.touch(scene.target)
        return scene.serve(scene.request)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndlessPages:
    """The first page over and over, each time with a new token for the next one."""

    def __call__(self, scene: Scene) -> Answer:
        return _paged(scene, f"{scene.chance.getrandbits(64):016x}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLoop:
    """Two pages that name each other as the next one."""

    def __call__(self, scene: Scene) -> Answer:
        token = dict(scene.request.query).get("continuationToken")
        return _paged(scene, "loop-b" if token == "loop-a" else "loop-a")  # noqa: S105 -- a place


@dataclass(frozen=True, slots=True, kw_only=True)
class Misshape:
    """A list whose ``items`` are null, an object or not there."""

    items: Literal["null", "object", "missing"] = "null"

    def __call__(self, scene: Scene) -> Answer:
        def misshape(body: dict[str, Any]) -> None:
            del body["items"]
            if self.items != "missing":
                body["items"] = None if self.items == "null" else {}

        return _changed(scene.serve(scene.request), misshape)


def _paged(scene: Scene, token: str) -> Answer:
    query = tuple(pair for pair in scene.request.query if pair[0] != "continuationToken")

    def link(body: dict[str, Any]) -> None:
        body["_links"] = {"next": {"href": queries.link("connections", token)}}

    return _changed(scene.serve(replace(scene.request, query=query)), link)


def _changed(answer: Answer, change: Callable[[dict[str, Any]], None]) -> Answer:
    """Return the answer with its list changed; what is no list stays as it is."""
    body = json.loads(answer.body) if answer.body else None
    if not isinstance(body, dict) or "items" not in body:
        return answer
    change(body)
    return replace(answer, body=json.dumps(body, ensure_ascii=False).encode())
