"""The control API below ``/_simulator``: what a person or a test does to the world.

| request | does |
|---|---|
| ``GET``, ``POST /_simulator/switches`` | shows, changes switches |
| ``GET``, ``POST``, ``DELETE /_simulator/faults`` | shows, adds (one or a list), drops rules |
| ``GET``, ``POST /_simulator/connections`` | shows all, creates one by hand |
| ``POST``, ``DELETE /_simulator/connections/{id}`` | changes, removes one by hand |
| ``POST /_simulator/flows``, ``/sourceConnections`` | creates one by hand |
| ``POST /_simulator/codes`` | makes a grant code, as Zoho's API console does for a self client |
| ``DELETE /_simulator/refreshTokens/{token}`` | revokes one of Zoho's refresh tokens |
| ``DELETE /_simulator/tokens`` | revokes every access token |
| ``GET /_simulator/log`` | shows what was asked, without secrets |
| ``POST /_simulator/reset`` | starts again from the settings |

Of a secret only the SHA-256 is shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from reconciler.simulator import trees
from reconciler.simulator.connections import Connection
from reconciler.simulator.exchanges import Answer, Request, json_answer
from reconciler.simulator.faults import Rule, rule_from
from reconciler.simulator.refusals import RefusedError
from reconciler.simulator.routes import CONTROL
from reconciler.simulator.shapes import expect
from reconciler.simulator.stage import Stage

Document = Mapping[str, Any]


def handle(request: Request, stage: Stage, *, reset: Callable[[], None]) -> Answer:
    """Answer a request to the control API; a bad one is a 400 that says why."""
    steps = request.path.removeprefix(CONTROL).strip("/").split("/")
    shape = "/".join("*" if place else step for place, step in enumerate(steps))
    if (request.method, shape) == ("POST", "reset"):
        reset()
        return json_answer(200, {})
    operation = OPERATIONS.get((request.method, shape))
    if operation is None:
        return json_answer(404, {"error": "there is no such operation"})
    try:
        return json_answer(200, operation(stage, steps[-1], json.loads(request.body or b"null")))
    except RefusedError:
        return json_answer(404, {"error": "there is no such object"})
    except (ValueError, RecursionError) as error:
        return json_answer(400, {"error": str(error)})


def _log(stage: Stage, _: str, __: object) -> Document:
    return {"requests": [asdict(entry) for entry in stage.journal]}


def _revoke(stage: Stage, _: str, __: object) -> Document:
    return {"revoked": stage.ims.revoke_all()}


def _switches(stage: Stage, _: str, __: object) -> Document:
    return asdict(stage.switches)


def _switch(stage: Stage, _: str, document: object) -> Document:
    stage.switch_by(document)
    return asdict(stage.switches)


def _faults(stage: Stage, _: str, __: object) -> Document:
    return {"faults": [_rule(rule) for rule in stage.faults.standing()]}


def _add_faults(stage: Stage, step: str, document: object) -> Document:
    documents = document if isinstance(document, list) else [document]
    rules = [rule_from(one, at=f"$[{index}]") for index, one in enumerate(documents)]
    for rule in rules:
        stage.faults.add(rule)
    return _faults(stage, step, None)


def _clear_faults(stage: Stage, step: str, __: object) -> Document:
    stage.faults.clear()
    return _faults(stage, step, None)


def _connections(stage: Stage, _: str, __: object) -> Document:
    return {"connections": [shown(one) for one in stage.world.everything()]}


def _plant(stage: Stage, _: str, document: object) -> Document:
    return shown(stage.plant(document))


def _edit(stage: Stage, connection_id: str, document: object) -> Document:
    return shown(stage.edit(connection_id, document))


def _uproot(stage: Stage, connection_id: str, _: object) -> Document:
    stage.world.uproot(connection_id)
    return {}


def _plant_other(stage: Stage, collection: str, document: object) -> Document:
    return stage.plant_other(collection, document)


def _generate_code(stage: Stage, _: str, document: object) -> Document:
    asked = expect(dict, document, at="$")
    client = expect(str, asked.get("client"), at="$.client")
    data_centre = expect(str, asked.get("dataCentre"), at="$.dataCentre")
    return {"code": stage.zoho.generate_code(client, data_centre)}


def _withdraw(stage: Stage, token: str, _: object) -> Document:
    return {"revoked": stage.zoho.withdraw(token)}


OPERATIONS: Mapping[tuple[str, str], Callable[[Stage, str, Any], Document]] = {
    ("GET", "log"): _log,
    ("DELETE", "tokens"): _revoke,
    ("GET", "switches"): _switches,
    ("POST", "switches"): _switch,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_faults,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "connections"): _connections,
    ("POST", "connections"): _plant,
    ("POST", "connections/*"): _edit,
    ("DELETE", "connections/*"): _uproot,
    ("POST", "flows"): _plant_other,
    ("POST", "sourceConnections"): _plant_other,
    ("POST", "codes"): _generate_code,
    ("DELETE", "refreshTokens/*"): _withdraw,
}
"""Operations by method and path, each given the stage, the path's last step and the body."""


def shown(found: Connection) -> Document:
    """Return the connection, and under ``secrets`` the SHA-256 of each secret by its name."""
    return {**found.document, "secrets": _digests(found.secrets)}


def _digests(secrets: Document) -> Document:
    texts = {
        ".".join(path): value if isinstance(value, str) else json.dumps(value)
        for path, value in trees.leaves(secrets)
    }
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}


def _rule(rule: Rule) -> Document:
    match = {name: value for name, value in asdict(rule.match).items() if value is not None}
    return {"do": rule.name, "match": match, "after": rule.after, "times": rule.times}
