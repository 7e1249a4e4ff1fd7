"""What the hosts send, read with suspicion."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from reconciler.errors import ForgeError, UncommentedError
from reconciler.forges.courier import document
from reconciler.http import links
from reconciler.http.transport import Response
from reconciler.model.comments import Comment

Test: TypeAlias = Callable[[dict[str, Any]], bool]
"""Of a request, as the host shows it."""

PAGES: Final = 1_000
"""Of a hundred comments each."""

_UNUSABLE: Final = "The host sent a list of comments that is not what it should be."


def objects(page: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; ``ForgeError`` where it is not one of those."""
    if not isinstance(page, list) or not all(isinstance(item, dict) for item in page):
        raise ForgeError(_UNUSABLE)
    return page


def comment(item: dict[str, Any], *, author: Any) -> Comment:
    """Return one comment; without an author, as when an account is gone, it is nobody's."""
    number, body = item.get("id"), item.get("body")
    if type(number) is not int or number < 1:
        raise ForgeError(_UNUSABLE)
    return Comment(
        id=number,
        author=author if isinstance(author, str) else "",
        body=body if isinstance(body, str) else "",
    )


def following(answer: Response) -> str | None:
    """Return the link by which a list goes on, ``None`` at its end."""
    found = links.related(answer, "next")
    if len(found) > 1:
        raise ForgeError(_UNUSABLE)
    return found[0] if found else None


def created(answer: Response, read: Callable[[Any], Comment], body: str) -> Comment:
    """Return the comment that was made; it was, also where the answer cannot be read."""
    try:
        (item,) = objects([document(answer)])
        return read(item)
    except ForgeError:
        return Comment(id=0, author="", body=body)


def name(user: Any, member: str) -> str:
    """Return the name of an account."""
    found = user.get(member) if isinstance(user, dict) else None
    if not isinstance(found, str) or not found:
        raise ForgeError("The host does not say whose the token is. --author NAME does.")
    return found


def only(found: Any, member: str, *, what: str, tests: Iterable[Test]) -> int:
    """Return the number of the one request that brought a commit.

    Others may hold the same commit, and anybody can open one in a fork: of several, those that fail
    a test are left out, unless all of them do.
    """
    items = objects(found)
    for test in tests:
        items = [item for item in items if test(item)] or items
    numbers = {item[member] for item in items if type(item.get(member)) is int}
    if len(numbers) != 1:
        raise UncommentedError(
            f"The host knows {len(numbers) or 'no'} {what}s that brought this commit, and one is "
            "needed. Name it with --number N."
        )
    return int(numbers.pop())


def endless() -> ForgeError:
    """Return the error for a list that does not end."""
    return ForgeError(f"The list of comments has no end within {PAGES:,} pages.")
