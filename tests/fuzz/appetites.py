"""What hostile input costs in memory, each in a process of its own: ``python -m`` prints MiB.

A process is forked off for each input once everything is imported, and what is counted is how far
its peak lies above what it began with, the input included.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from reconciler.app import reading
from reconciler.catalog import schemas
from reconciler.core import state_document
from reconciler.errors import ReconcilerError
from reconciler.http.transport import PAGE_LIMIT, Response
from reconciler.manifests import loader
from reconciler.render import findings
from tests.builders import KIND, SPEC_ID
from tests.drafts import MANIFEST, PROJECT
from tests.flowservice.clients import item
from tests.fuzz.test_answers import served

_UNIT = 1 << (10 if sys.platform == "linux" else 20)


def filled(head: str, body: str, tail: str, size: int = PAGE_LIMIT) -> bytes:
    return (head + body * ((size - len(head) - len(tail)) // len(body)) + tail).encode()


def answer(body: bytes) -> None:
    response = Response(status=200, headers={"content-type": "application/json"}, body=body)
    served([response], issued=False).connections(KIND, SPEC_ID)


def manifest(text: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "connections").mkdir()
        (folder / "reconciler.yaml").write_text(PROJECT)
        (folder / "connections" / "crm.yaml").write_text(text)
        kinds = schemas.built_in()
        loaded = loader.load(loader.open_project(folder), kinds)
        findings.render(reading.judge(loaded, kinds, None, may_be_empty=False).findings)


def spec(member: str, times: int) -> str:
    members = ",".join(member.replace("%", str(number)) for number in range(times))
    return MANIFEST.replace("spec:", f"spec:\n  x: {{{members}}}", 1)


CASES: Mapping[str, Callable[[], object]] = {
    "lists": lambda: answer(filled('{"items":[', "[],", "0]}")),
    "most values": lambda: answer(filled('{"items":[', '{"a":{}},', "0]}", 740_000)),
    "nested": lambda: answer(filled('{"items":[', '{"a":' * 60 + "0" + "}" * 60 + ",", "0]}")),
    "depth": lambda: answer(filled("", "[", "")),
    "digits": lambda: answer(filled('{"items":', "9", "}")),
    "one text": lambda: answer(filled('{"items":"', "x", '"}')),
    "wide text": lambda: answer(filled('{"items":"😀', "x", '"}', PAGE_LIMIT - 8)),
    "connections": lambda: answer(filled('{"items":[', json.dumps(item(1)) + ",", "0]}")),
    "a state of lists": lambda: state_document.decode(filled("[", "[],", "0]")),
    "unknown fields": lambda: manifest(spec("k%: x", 24_000)),
    "references": lambda: manifest(spec('k%: {secret: "env:AEP_X"}', 12_000)),
    "anchors": lambda: manifest("[" + ",".join(f"&a{n} x" for n in range(49_000)) + "]"),
    "documents": lambda: manifest("---\n" * 260_000),
    "one scalar": lambda: manifest(MANIFEST.replace("CRM base", "x" * 1_000_000)),
}


def cost(case: Callable[[], object]) -> int:
    """Return the MiB by which a process that does it grows at most."""
    out, into = os.pipe()
    if not os.fork():
        begun = _peak()
        with suppress(ReconcilerError):
            case()
        os.write(into, str(_peak() - begun).encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as told:
        grown = int(told.read())
    os.wait()
    return grown // _UNIT


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    json.dump({name: cost(case) for name, case in CASES.items()}, sys.stdout)
