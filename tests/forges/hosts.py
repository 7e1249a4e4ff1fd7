"""Stand-ins of GitHub and GitLab on loopback, as far as comments go, and stricter than they are.

Written from their documentation: docs.github.com/rest (issues/comments, users, commits, "Using
pagination") and docs.gitlab.com/api (notes, users, commits, rest). What GitHub says of a comment
that is too long, and of an app's token that asks for a user, is as its users report it.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

TOKEN = "canary9b1f-forge-token"
OURS = "plan-bot"
ACTIONS = "github-actions[bot]"
NUMBER = 7
COMMIT = "ab" * 20

Reply: TypeAlias = "tuple[int, Any] | tuple[int, Any, dict[str, str]]"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Message
    body: Any
    port: int = 0
    """The client's, by which connections are told apart."""

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Fault:
    """What befalls the next requests of a method instead of an answer, or after it took effect."""

    method: str
    reply: Reply | None
    """``None`` closes the connection without a word."""
    takes_effect: bool = False


@dataclass
class Stored:
    id: int
    author: str
    body: str
    system: bool = False


@dataclass
class Host:
    """What a host holds and was asked."""

    account: str | None = OURS
    """Whose the token is; ``None`` where it is that of a workflow."""
    comments: list[Stored] = field(default_factory=list)
    log: list[Asked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    url: str = ""
    brought: list[int] = field(default_factory=lambda: [NUMBER])
    """The requests that brought ``COMMIT``, merged from branches of the repository itself."""
    opened: list[int] = field(default_factory=list)
    """Those that hold it too and are open, as one that is based on another."""
    forked: list[int] = field(default_factory=list)
    """Those of forks, which count as merged once the branch has all that they hold."""
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1001))

    longest = 0
    kind = ""
    prefix = ""

    # --- for a test ---

    def plant(self, author: str, body: str) -> Stored:
        """Have somebody comment."""
        made = Stored(id=next(self._ids), author=author, body=body)
        self.comments.append(made)
        return made

    def fault(self, method: str, *reply: Any, times: int = 1, takes_effect: bool = False) -> None:
        """Have the next requests of that method end otherwise: status, document, headers."""
        said: Any = reply or None
        self.faults += [Fault(method, said, takes_effect=takes_effect)] * times

    @property
    def writer(self) -> str:
        return self.account or ACTIONS

    @property
    def ours(self) -> list[Stored]:
        return [one for one in self.comments if one.author == self.writer]

    @property
    def writes(self) -> list[str]:
        return [one.line for one in self.log if one.method != "GET"]

    def environ(self) -> dict[str, str]:
        """What a pipeline would set."""
        raise NotImplementedError

    # --- for the wire ---

    def answer(self, asked: Asked) -> Reply | None:
        """Return status, document and headers; ``None`` hangs up."""
        self.log.append(asked)
        fault = next((one for one in self.faults if one.method == asked.method), None)
        if fault is None:
            return self._answered(asked)
        self.faults.remove(fault)
        if fault.takes_effect:
            self._answered(asked)
        return fault.reply

    def _answered(self, asked: Asked) -> Reply:
        if (refusal := self.stopped(asked)) is not None:
            return refusal
        for method, pattern, act in self.routes():
            found = re.fullmatch(self.prefix + pattern, asked.path)
            if found and method == asked.method:
                return act(asked, *found.groups())
        return 404, {"message": "Not Found"}

    def stopped(self, asked: Asked) -> Reply | None:
        raise NotImplementedError

    def routes(self) -> list[tuple[str, str, Callable[..., Reply]]]:
        raise NotImplementedError

    def page(self, asked: Asked) -> tuple[list[Stored], int, int]:
        """Return one page, its number, and that of the last one."""
        size = min(int(asked.query.get("per_page", "30")), 100)
        number = int(asked.query.get("page", "1"))
        last = max(1, -(-len(self.comments) // size))
        return self.comments[(number - 1) * size : number * size], number, last

    def found(self, comment_id: str) -> Stored | None:
        return next((one for one in self.comments if one.id == int(comment_id)), None)


def _typed(asked: Asked) -> bool:
    body = asked.body
    return asked.headers.get("Content-Type") == "application/json" and isinstance(
        body.get("body") if isinstance(body, dict) else None, str
    )


class GitHub(Host):
    longest = 65_536
    kind = "github"

    def environ(self) -> dict[str, str]:
        return {
            "GITHUB_REPOSITORY": "acme/crm",
            "GITHUB_API_URL": self.url,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_REF": f"refs/pull/{NUMBER}/merge",
        }

    def stopped(self, asked: Asked) -> Reply | None:
        headers = asked.headers
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials"}
        good = (
            headers.get("Accept") == "application/vnd.github+json"
            and headers.get("X-GitHub-Api-Version") == "2022-11-28"
            and headers.get("User-Agent")
        )
        return None if good else (415, {"message": "Unsupported 'Accept' header"})

    def routes(self) -> list[tuple[str, str, Callable[..., Reply]]]:
        return [
            ("GET", "/user", self.user),
            ("GET", f"/repos/acme/crm/issues/{NUMBER}/comments", self.list),
            ("GET", f"/repositories/42/issues/{NUMBER}/comments", self.list),
            ("POST", f"/repos/acme/crm/issues/{NUMBER}/comments", self.create),
            ("PATCH", r"/repos/acme/crm/issues/comments/(\d+)", self.update),
            ("GET", f"/repos/acme/crm/commits/{COMMIT}/pulls", self.pulls),
        ]

    def user(self, _: Asked) -> Reply:
        if self.account is None:
            return 403, {"message": "Resource not accessible by integration"}
        return 200, {"login": self.account, "id": 1}

    def list(self, asked: Asked) -> Reply:
        page, number, last = self.page(asked)
        links = {}
        if number < last:
            at = f"{self.url}/repositories/42/issues/{NUMBER}/comments?per_page=100"
            links["Link"] = f'<{at}&page={number + 1}>; rel="next", <{at}&page={last}>; rel="last"'
        return 200, [self.shown(one) for one in page], links

    def create(self, asked: Asked) -> Reply:
        return self.judged(asked) or (201, self.shown(self.plant(self.writer, asked.body["body"])))

    def update(self, asked: Asked, comment_id: str) -> Reply:
        found = self.found(comment_id)
        if found is None:
            return 404, {"message": "Not Found"}
        if found.author != self.writer:
            return 403, {"message": "Must have admin rights to Repository."}
        if refusal := self.judged(asked):
            return refusal
        found.body = asked.body["body"]
        return 200, self.shown(found)

    def pulls(self, _: Asked) -> Reply:
        return 200, [
            {
                "id": 1, "number": number, "merged_at": merged,
                "head": {"repo": repository and {"id": repository}}, "base": {"repo": {"id": 42}},
            }
            for numbers, merged, repository in (
                (self.opened, None, 42), (self.forked, "2026-01-01T00:00:00Z", None),
                (self.brought, "2026-01-01T00:00:00Z", 42),
            )
            for number in numbers
        ]  # fmt: skip

    def judged(self, asked: Asked) -> Reply | None:
        if not _typed(asked):
            return 400, {"message": "Problems parsing JSON"}
        if len(asked.body["body"]) > self.longest:
            said = f"Body is too long (maximum is {self.longest} characters)"
            error = {"resource": "IssueComment", "code": "unprocessable", "message": said}
            return 422, {"message": "Validation Failed", "errors": [error]}
        return None

    def shown(self, one: Stored) -> dict[str, Any]:
        return {"id": one.id, "body": one.body, "user": {"login": one.author, "id": 1}}


class GitLab(Host):
    longest = 1_000_000
    kind = "gitlab"
    prefix = "/api/v4"

    def environ(self) -> dict[str, str]:
        return {
            "CI_PROJECT_ID": "42",
            "CI_API_V4_URL": self.url,
            "GITLAB_TOKEN": TOKEN,
            "CI_MERGE_REQUEST_IID": str(NUMBER),
        }

    def stopped(self, asked: Asked) -> Reply | None:
        good = asked.headers.get("PRIVATE-TOKEN") == TOKEN and "Authorization" not in asked.headers
        return None if good else (401, {"message": "401 Unauthorized"})

    def routes(self) -> list[tuple[str, str, Callable[..., Reply]]]:
        notes = f"/projects/(?:42|acme%2Fcrm)/merge_requests/{NUMBER}/notes"
        commit = f"/projects/42/repository/commits/{COMMIT}/merge_requests"
        return [
            ("GET", "/user", lambda _: (200, {"id": 1, "username": self.account})),
            ("GET", notes, self.list),
            ("POST", notes, self.create),
            ("PUT", notes + r"/(\d+)", self.update),
            ("GET", commit, self.requests),
        ]

    def requests(self, _: Asked) -> Reply:
        return 200, [
            {
                "id": 9, "iid": number, "state": state,
                "source_project_id": source, "target_project_id": 42,
            }
            for numbers, state, source in (
                (self.opened, "opened", 42), (self.forked, "merged", 43),
                (self.brought, "merged", 42),
            )
            for number in numbers
        ]  # fmt: skip

    def list(self, asked: Asked) -> Reply:
        assert (asked.query["order_by"], asked.query["sort"]) == ("created_at", "asc")
        page, number, last = self.page(asked)
        following = str(number + 1) if number < last else ""
        return 200, [self.shown(one) for one in page], {"X-Next-Page": following}

    def create(self, asked: Asked) -> Reply:
        return self.judged(asked) or (201, self.shown(self.plant(self.writer, asked.body["body"])))

    def update(self, asked: Asked, note_id: str) -> Reply:
        found = self.found(note_id)
        if found is None:
            return 404, {"message": "404 Not found"}
        if found.author != self.writer:
            return 403, {"message": "403 Forbidden"}
        if refusal := self.judged(asked):
            return refusal
        found.body = asked.body["body"]
        return 200, self.shown(found)

    def judged(self, asked: Asked) -> Reply | None:
        if not _typed(asked) or len(asked.body["body"]) > self.longest:
            return 400, {"message": "400 Bad request - Note is too long (maximum is 1000000)"}
        return None

    def shown(self, one: Stored) -> dict[str, Any]:
        author = {"id": 1, "username": one.author}
        return {"id": one.id, "body": one.body, "author": author, "system": one.system}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def answer(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length", "0"))
        body = json.loads(self.rfile.read(length)) if length else None
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        port = self.client_address[1]
        asked = Asked(self.command, parts.path, query, self.headers, body, port)
        with self.server.lock:
            reply = self.server.host.answer(asked)
        if reply is None:
            self.close_connection = True
            return
        status, document, *more = reply
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        headers = {"Content-Type": "application/json", **(more[0] if more else {})}
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815 -- as http.server has it

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: Host) -> None:
        self.host = host
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)


@contextmanager
def serve(host: Host) -> Iterator[Host]:
    """Serve a host from a background thread until the block ends."""
    server = _Server(host)
    host.url = f"http://127.0.0.1:{server.server_port}{host.prefix}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
