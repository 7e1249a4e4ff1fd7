"""Flow Service: one admitted request, one answer.

Operations and answers: AdobeDocs/experience-platform-apis ``flow-service.yaml`` and, where that is
silent, ``destinations.yaml`` of the same service. Guesses: answers to malformed JSON, unknown
paths and wrong methods.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.simulator import connections, explorations, gateway, queries, refusals
from reconciler.simulator.exchanges import Answer, Request, json_answer
from reconciler.simulator.gateway import Admission
from reconciler.simulator.ims import Ims
from reconciler.simulator.refusals import (
    GatewayError,
    MalformedError,
    RefusedError,
    UnversionedError,
)
from reconciler.simulator.routes import FLOW_SERVICE, Route
from reconciler.simulator.world import World

Document = Mapping[str, Any]

PARAMETERS: Mapping[str, Collection[str]] = {
    "list": queries.PARAMETERS,
    "flows": queries.PARAMETERS,
    "sourceConnections": queries.PARAMETERS,
    "specs": queries.PARAMETERS,
    "create": {"mode"},
    "explore": explorations.PARAMETERS,
}
"""Query parameters that an operation knows; any other is refused with 1451."""

SPEC_FIELDS = frozenset({
    "id", "name", "providerId", "version", "type", "authSpec", "sourceSpec", "exploreSpec",
    "attributes", "permissionsInfo",
})  # fmt: skip
OTHER_FIELDS = connections.FIELDS | {
    "baseConnectionId", "data", "params", "inheritedAttributes", "providerRefId", "flowSpec",
    "sourceConnectionIds", "targetConnectionIds", "transformations", "scheduleParams",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An admitted request."""

    request: Request
    target: str
    admission: Admission

    def json(self) -> Any:
        """Return the body; raise a refusal if there is none."""
        if not self.request.body:
            raise RefusedError(1405)
        try:
            document = json.loads(self.request.body)
        except (ValueError, RecursionError):
            raise MalformedError(400, "BadRequestError", "The body is not valid JSON") from None
        if not document:
            raise RefusedError(1405)
        return document


class FlowService:
    """Answers requests below ``/data/foundation/flowservice``."""

    def __init__(self, *, world: World, ims: Ims, sandboxes: Collection[str]) -> None:
        self._world = world
        self._ims = ims
        self._sandboxes = sandboxes
        self._operations: Mapping[str, Callable[[Visit], Answer]] = {
            "list": self._list,
            "create": self._create,
            "get": self._get,
            "patch": self._patch,
            "delete": self._delete,
            "test": self._test,
            "explore": self._explore,
            "specs": self._specs,
            "spec": self._spec,
            "flows": lambda visit: self._others(visit, "flows"),
            "flow": lambda visit: self._other(visit, "flows"),
            "sourceConnections": lambda visit: self._others(visit, "sourceConnections"),
            "sourceConnection": lambda visit: self._other(visit, "sourceConnections"),
        }

    def handle(self, request: Request, route: Route, *, request_id: str) -> Answer:
        """Answer the request, with a refusal where there is something to refuse."""
        try:
            admission = gateway.admit(request, ims=self._ims, sandboxes=self._sandboxes)
            _check_form(request, route)
            visit = Visit(request=request, target=route.target or "", admission=admission)
            return self._operations[route.kind](visit)
        except GatewayError as error:
            return refusals.gateway_answer(error.code)
        except MalformedError as error:
            return refusals.malformed_answer(error)
        except UnversionedError:
            return refusals.unversioned_answer()
        except RefusedError as error:
            return refusals.service_answer(
                error, request_id=request_id, switches=self._world.switches
            )

    # --- connections -----------------------------------------------------------------------

    def _list(self, visit: Visit) -> Answer:
        def rows(before: int | None) -> Iterable[queries.Row]:
            tenant = visit.admission.tenant
            for one in self._world.newest_first(tenant, before=before):
                yield one.sequence, one.document

        def show(document: Document) -> Document:
            return self._item(document["id"], visit)

        return self._page(visit, "connections", rows=rows, fields=connections.FIELDS, show=show)

    def _create(self, visit: Visit) -> Answer:
        mode = dict(visit.request.query).get("mode")
        if mode not in (None, "draft"):
            raise RefusedError(1453, value=f"mode={mode}")
        body = visit.json()
        if not isinstance(body, dict):
            raise MalformedError(400, "BadRequestError", "The body must be an object")
        made = self._world.create(
            body,
            tenant=visit.admission.tenant,
            author=visit.admission.author,
            draft=mode == "draft",
        )
        location = ("Location", f"{FLOW_SERVICE}/connections/{made.id}")
        return json_answer(
            201, {"id": made.id, "etag": made.etag}, headers=(location,), committed=made.id
        )

    def _get(self, visit: Visit) -> Answer:
        return json_answer(200, {"items": [self._item(visit.target, visit)]})

    def _patch(self, visit: Visit) -> Answer:
        self._world.connection(visit.target, tenant=visit.admission.tenant)
        etag = visit.request.headers.get("if-match")
        if not etag:
            raise RefusedError(1403)
        changed = self._world.patch(
            visit.target,
            visit.json(),
            etag=etag,
            tenant=visit.admission.tenant,
            author=visit.admission.author,
        )
        return json_answer(200, {"id": changed.id, "etag": changed.etag}, committed=changed.id)

    def _delete(self, visit: Visit) -> Answer:
        self._world.delete(visit.target, tenant=visit.admission.tenant)
        return Answer(status=self._world.switches.delete_status, committed=visit.target)

    def _test(self, visit: Visit) -> Answer:
        found = self._world.connection(visit.target, tenant=visit.admission.tenant)
        return json_answer(200, {"result": self._world.credentials_work(found)})

    def _explore(self, visit: Visit) -> Answer:
        self._world.connection(visit.target, tenant=visit.admission.tenant)
        return json_answer(200, explorations.explore(dict(visit.request.query)))

    def _item(self, connection_id: str, visit: Visit) -> Document:
        found = self._world.connection(connection_id, tenant=visit.admission.tenant)
        return found.item(self._world.switches)

    # --- specs, flows, source connections ----------------------------------------------------

    def _specs(self, visit: Visit) -> Answer:
        listed = [spec.document for spec in map(self._world.spec, self._world.specs) if spec]
        return self._page(
            visit, "connectionSpecs", rows=_rows(listed), fields=SPEC_FIELDS, show=dict
        )

    def _spec(self, visit: Visit) -> Answer:
        spec = self._world.spec(visit.target)
        if spec is None:
            raise RefusedError(1439, type="connectionSpecs", id=visit.target)
        return json_answer(200, {"items": [spec.document]})

    def _others(self, visit: Visit, collection: str) -> Answer:
        documents = self._world.others(collection, tenant=visit.admission.tenant)
        return self._page(visit, collection, rows=_rows(documents), fields=OTHER_FIELDS, show=dict)

    def _other(self, visit: Visit, collection: str) -> Answer:
        for document in self._world.others(collection, tenant=visit.admission.tenant):
            if document["id"] == visit.target:
                return json_answer(200, {"items": [document]})
        raise RefusedError(1439, type=collection, id=visit.target)

    def _page(
        self,
        visit: Visit,
        collection: str,
        *,
        rows: Callable[[int | None], Iterable[queries.Row]],
        fields: Collection[str],
        show: Callable[[Document], Document],
    ) -> Answer:
        switches = self._world.switches
        body = queries.answer(
            queries.parse(visit.request.query, switches=switches),
            collection=collection,
            rows=rows,
            fields=fields,
            show=show,
            switches=switches,
        )
        return json_answer(200, body)


def _rows(documents: Collection[Document]) -> Callable[[int | None], Iterable[queries.Row]]:
    """Return the documents' rows; as with connections, a later row has a smaller place."""

    def rows(before: int | None) -> Iterable[queries.Row]:
        for place, document in zip(range(len(documents), 0, -1), documents, strict=True):
            if before is None or place < before:
                yield place, document

    return rows


def _check_form(request: Request, route: Route) -> None:
    if route.kind == "other":
        raise MalformedError(404, "NotFoundError", "There is no such resource")
    if route.kind == "method":
        raise MalformedError(405, "MethodNotAllowedError", "The method is not allowed here")
    if request.method in ("POST", "PATCH"):
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise MalformedError(400, "BadRequestError", "A valid content-type must be specified")
    known = PARAMETERS.get(route.kind, ())
    for name, _ in request.query:
        if name not in known:
            raise RefusedError(1451, field=name)
