"""GitLab's REST API, about the comments of one merge request (docs.gitlab.com/api/notes)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from reconciler.forges import events, shapes
from reconciler.forges.courier import Courier, Credential
from reconciler.forges.places import Place
from reconciler.forges.refusals import Terms
from reconciler.http.transport import Response, Transport
from reconciler.model.comments import Comment
from reconciler.ports import Clock

LONGEST: Final = 1_000_000

_PERMISSION: Final = (
    "It has to be a project access token with the scope `api` and a role that may comment, such as "
    "Reporter; CI_JOB_TOKEN cannot write comments."
)


class GitLab:
    """``ports.Forge`` for one merge request."""

    longest = LONGEST

    def __init__(self, place: Place, *, number: int, courier: Courier) -> None:
        self._notes = f"{_project(place)}/merge_requests/{number}/notes"
        self._courier = courier
        self.title = _title(place, number)

    def account(self) -> str:
        """Return the name of the token's user."""
        user, _ = self._courier.read("/user")
        return shapes.name(user, "username")

    def comments(self) -> Iterator[Comment]:
        """Yield every comment that somebody wrote, page by page."""
        first = f"{self._notes}?per_page=100&order_by=created_at&sort=asc"
        target: str | None = first
        for _ in range(shapes.PAGES):
            if target is None:
                return
            page, answer = self._courier.read(target)
            written = (note for note in shapes.objects(page) if note.get("system") is not True)
            yield from map(_comment, written)
            target = _next(answer, first)
        raise shapes.endless()

    def create(self, body: str) -> Comment:
        """Make a comment."""
        answer = self._courier.send("POST", self._notes, body={"body": body})
        return shapes.created(answer, _comment, body)

    def update(self, comment: Comment, body: str) -> None:
        """Give a comment another body."""
        self._courier.send("PUT", f"{self._notes}/{comment.id}", body={"body": body})


def connect(place: Place, *, wire: Transport, clock: Clock) -> GitLab:
    """Return the merge request; where no number says which, the one that brought the commit."""
    courier = Courier(
        place.base_url,
        accept={"Accept": "application/json"},
        credential=Credential(header="PRIVATE-TOKEN", token=place.token),
        terms=Terms(
            request=_title(place, place.number),
            token="GITLAB_TOKEN",  # noqa: S106 -- the name of a variable
            permission=_PERMISSION,
            longest=LONGEST,
        ),
        wire=wire,
        clock=clock,
    )
    number = place.number
    if number is None:
        path = f"{_project(place)}/repository/commits/{place.commit}/merge_requests"
        found, _ = courier.read(path)
        tests = (_is_merged, _is_no_fork)
        number = shapes.only(found, "iid", what="merge request", tests=tests)
    return GitLab(place, number=number, courier=courier)


def _project(place: Place) -> str:
    return f"/projects/{quote(place.repository, safe='')}"


def _title(place: Place, number: int | None) -> str:
    return f"merge request {number or 'of the commit'} of project {place.repository}"


def _is_merged(request: dict[str, Any]) -> bool:
    return request.get("state") == "merged"


def _is_no_fork(request: dict[str, Any]) -> bool:
    return bool(request.get("source_project_id") == request.get("target_project_id"))


def _comment(item: Any) -> Comment:
    author = item.get("author")
    username = author.get("username") if isinstance(author, dict) else None
    return shapes.comment(item, author=username)


def _next(answer: Response, first: str) -> str | None:
    """Return where the list goes on, ``None`` at its end.

    By number if there is one: behind a proxy, links may name a host that only GitLab knows.
    """
    number = events.positive(answer.headers.get("x-next-page", ""))
    return shapes.following(answer) if number is None else f"{first}&page={number}"
