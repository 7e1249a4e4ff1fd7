"""yaml-language-server as an editor talks to it: JSON-RPC over standard input and output."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

SERVER = (
    Path(__file__).parents[2]
    / ".tools/npm/node_modules/yaml-language-server/bin/yaml-language-server"
)


class Editor:
    """An editor with one folder open."""

    def __init__(self, folder: Path, to: IO[bytes], by: IO[bytes]) -> None:
        self._folder = folder
        self._to = to
        self._by = by
        self._ids = itertools.count(1)
        self._published: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        """What the server has asked the editor to do or to fetch."""
        self.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities={})
        self.tell("initialized")
        settings = {"yaml": {"schemaStore": {"enable": False}, "hover": True, "completion": True}}
        self.tell("workspace/didChangeConfiguration", settings=settings)

    def open(self, name: str, text: str | None = None) -> list[dict[str, Any]]:
        """Open a file, as it is or with another text; return what the server finds wrong."""
        path = self._folder / name
        document = {
            "uri": path.as_uri(),
            "languageId": "yaml",
            "version": next(self._ids),
            "text": path.read_text() if text is None else text,
        }
        self.tell("textDocument/didOpen", textDocument=document)
        while path.as_uri() not in self._published:
            self._hear()
        return self._published.pop(path.as_uri())

    def complete(self, name: str, line: int, character: int) -> list[str]:
        """Return what may stand at a place, counted from zero."""
        found = self.ask("textDocument/completion", **self._at(name, line, character))
        items = found["items"] if isinstance(found, dict) else found
        return [item["label"] for item in items]

    def hover(self, name: str, line: int, character: int) -> str:
        """Return what is said about what stands at a place."""
        found = self.ask("textDocument/hover", **self._at(name, line, character))
        return json.dumps(found["contents"]) if found else ""

    def _at(self, name: str, line: int, character: int) -> dict[str, Any]:
        return {
            "textDocument": {"uri": (self._folder / name).as_uri()},
            "position": {"line": line, "character": character},
        }

    def ask(self, method: str, **params: Any) -> Any:
        """Send a request and wait for its answer."""
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": params})
        while True:
            heard = self._hear()
            if heard.get("id") == number and "method" not in heard:
                assert "error" not in heard, heard
                return heard["result"]

    def tell(self, method: str, **params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self._to.flush()

    def _hear(self) -> dict[str, Any]:
        length = 0
        while line := self._by.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server has left"
        heard: dict[str, Any] = json.loads(self._by.read(length))
        if heard.get("method") == "textDocument/publishDiagnostics":
            self._published[heard["params"]["uri"]] = heard["params"]["diagnostics"]
        elif "method" in heard and "id" in heard:
            self.asked.append(heard["method"])
            result = [None] if heard["method"] == "workspace/configuration" else None
            self._send({"id": heard["id"], "result": result})
        return heard


@contextmanager
def editing(folder: Path) -> Iterator[Editor]:
    """Provide an editor on that folder; the server has no network that it could use."""
    with subprocess.Popen(
        ["/usr/bin/env", "unshare", "--net", "node", str(SERVER), "--stdio"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Editor(folder, process.stdin, process.stdout)
        finally:
            process.kill()
