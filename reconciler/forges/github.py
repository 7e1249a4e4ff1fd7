"""GitHub's REST API, about the comments of one pull request.

Each pull request is an issue to it: comments are those of issues
(docs.github.com/rest/issues/comments).
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from reconciler.errors import ForgeRefusedError
from reconciler.forges import shapes
from reconciler.forges.courier import Courier, Credential
from reconciler.forges.places import Place
from reconciler.forges.refusals import Terms
from reconciler.http.transport import Transport
from reconciler.model.comments import Comment
from reconciler.ports import Clock

LONGEST: Final = 65_536
ACTIONS: Final = "github-actions[bot]"
"""Who a workflow is. Its token may not ask for that, as no token of an app may; brackets stand in
no name that somebody can choose."""

_PERMISSION: Final = (
    "It needs `pull-requests: write`, in the workflow's `permissions` or the settings of the token."
)


class GitHub:
    """``ports.Forge`` for one pull request."""

    longest = LONGEST

    def __init__(self, place: Place, *, number: int, courier: Courier) -> None:
        self._repository = f"/repos/{place.repository}"
        self._comments = f"{self._repository}/issues/{number}/comments"
        self._courier = courier
        self.title = _title(place, number)

    def account(self) -> str:
        """Return the name of the token's user, that of GitHub Actions where it has none."""
        try:
            user, _ = self._courier.read("/user")
        except ForgeRefusedError as error:
            if error.status == HTTPStatus.FORBIDDEN:
                return ACTIONS
            raise
        return shapes.name(user, "login")

    def comments(self) -> Iterator[Comment]:
        """Yield every comment, page by page."""
        target: str | None = f"{self._comments}?per_page=100"
        for _ in range(shapes.PAGES):
            if target is None:
                return
            page, answer = self._courier.read(target)
            yield from map(_comment, shapes.objects(page))
            target = shapes.following(answer)
        raise shapes.endless()

    def create(self, body: str) -> Comment:
        """Make a comment."""
        answer = self._courier.send("POST", self._comments, body={"body": body})
        return shapes.created(answer, _comment, body)

    def update(self, comment: Comment, body: str) -> None:
        """Give a comment another body."""
        target = f"{self._repository}/issues/comments/{comment.id}"
        self._courier.send("PATCH", target, body={"body": body})


def connect(place: Place, *, wire: Transport, clock: Clock) -> GitHub:
    """Return the pull request; where no number says which, the one that brought the commit."""
    courier = Courier(
        place.base_url,
        accept={
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
        credential=Credential(header="Authorization", scheme="Bearer ", token=place.token),
        terms=Terms(
            request=_title(place, place.number),
            token="GITHUB_TOKEN",  # noqa: S106 -- the name of a variable
            permission=_PERMISSION,
            longest=LONGEST,
        ),
        wire=wire,
        clock=clock,
    )
    number = place.number
    if number is None:
        found, _ = courier.read(f"/repos/{place.repository}/commits/{place.commit}/pulls")
        tests = (_is_merged, _is_no_fork)
        number = shapes.only(found, "number", what="pull request", tests=tests)
    return GitHub(place, number=number, courier=courier)


def _title(place: Place, number: int | None) -> str:
    return f"pull request {number or 'of the commit'} of {place.repository}"


def _is_merged(request: dict[str, Any]) -> bool:
    return request.get("merged_at") is not None


def _is_no_fork(request: dict[str, Any]) -> bool:
    return bool(_repository(request.get("head")) == _repository(request.get("base")))


def _repository(end: Any) -> Any:
    """Return the id of the repository that a branch is in, ``None`` where that is gone."""
    repository = end.get("repo") if isinstance(end, dict) else None
    return repository.get("id") if isinstance(repository, dict) else None


def _comment(item: Any) -> Comment:
    author = item.get("user")
    login = author.get("login") if isinstance(author, dict) else None
    return shapes.comment(item, author=login)
