"""Repositories over HTTP as on GitLab: a job's own token may fetch, and only another may push."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

JOB = "gitlab-ci-token:of-this-job"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    root: Path
    pushing: str
    """Who may push, as ``user:password``."""


class _Handler(BaseHTTPRequestHandler):
    """Hands everything to git's own CGI program, once it knows who asks."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        who = base64.b64decode(self.headers.get("Authorization", "").partition(" ")[2]).decode()
        if who not in {JOB, self.server.pushing}:
            return self._answer(401, {"WWW-Authenticate": 'Basic realm="GitLab"'}, b"")
        if "git-receive-pack" in self.path and who != self.server.pushing:
            return self._answer(403, {}, b"You are not allowed to push code to this project.\n")
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        ended = subprocess.run(
            ["/usr/bin/env", "git", "http-backend"],
            input=body, capture_output=True, check=True, timeout=60,
            env={
                "PATH": os.environ["PATH"], "HOME": str(self.server.root),
                "GIT_PROJECT_ROOT": str(self.server.root), "GIT_HTTP_EXPORT_ALL": "1",
                "REMOTE_USER": "job", "REQUEST_METHOD": self.command,
                "PATH_INFO": parts.path, "QUERY_STRING": parts.query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            },
        )  # fmt: skip
        head, _, answer = ended.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        return self._answer(int(headers.pop("Status", "200").split()[0]), headers, answer)

    do_POST = do_GET  # noqa: N815 -- the name that http.server calls

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve(root: Path, *, pushing: str) -> Iterator[str]:
    """Serve the bare repositories in a folder; provide the origin, as ``127.0.0.1:PORT``."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.root, server.pushing = root, pushing
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
