"""The one comment that shows the plan of an environment, on a pull or merge request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.app.sessions import Session
from reconciler.core import markers
from reconciler.core.wording import quoted
from reconciler.errors import PlanError, UncommentedError
from reconciler.forges import places
from reconciler.forges.places import Wishes
from reconciler.model.comments import Comment
from reconciler.model.findings import Finding, Severity
from reconciler.model.plans import Plan
from reconciler.model.reviews import Review
from reconciler.ports import Forge
from reconciler.render import markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How the comment came to be what it is."""

    done: str
    """``Created``, ``Updated`` or ``Kept``."""
    warnings: tuple[Finding, ...] = ()


class Discussion:
    """The comments of one request, as far as they are ours and about one environment."""

    def __init__(self, session: Session, wishes: Wishes, *, author: str | None) -> None:
        """Find out what is meant and who we are; raise ``RejectedError`` or ``ForgeError``."""
        # Imported here because requests takes its time, of which a wrong setting needs none.
        from reconciler.forges.connecting import connect  # noqa: PLC0415 -- see above

        place = places.read(session.surroundings.environ, wishes)
        session.surroundings.scrubber.remember(place.token)
        self._scrub = session.surroundings.scrubber.scrub
        self._mark = markers.marker(session.project.name, session.environment.name)
        self._forge: Forge = connect(place, clock=session.machine.clock)
        self._author = author or self._forge.account()
        self.title = self._forge.title

    def publish(self, reviews: Sequence[Review], *, digest: str) -> Published:
        """Let our comment show the plan: the oldest one that does so already, else a new one."""
        body = self._body(reviews, digest)
        ours = self._ours()
        if not ours:
            made = self._forge.create(body)
            return Published(done="Created", warnings=_estranged(made, self._author))
        oldest, *others = ours
        warnings = _doubled(others)
        if oldest.body.rstrip() == body.rstrip():
            return Published(done="Kept", warnings=warnings)
        self._forge.update(oldest, body)
        return Published(done="Updated", warnings=warnings)

    def digest(self) -> str:
        """Return the digest that our comment names; ``UncommentedError`` where there is none."""
        ours = self._ours()
        found = markers.digest_of(ours[0].body, self._mark) if ours else None
        if found is None:
            raise UncommentedError(
                f"No comment of {quoted(self._author)} on {self.title} shows a plan of this "
                "environment, so nothing is known to be reviewed. Comments of others do not count. "
                "Have the pipeline of the request run `reconciler comment`."
            )
        return found

    def _ours(self) -> Sequence[Comment]:
        """Return the comments that are of our account and begin with the marker, oldest first."""
        found = (
            comment
            for comment in self._forge.comments()
            if comment.author.lower() == self._author.lower()
            and markers.is_marked(comment.body, self._mark)
        )
        return sorted(found, key=lambda comment: comment.id)

    def _body(self, reviews: Sequence[Review], digest: str) -> str:
        head = markers.head(self._mark, digest)
        shown = markdown.render(reviews, limit=self._forge.longest - len(head))
        return self._scrub(head + shown)


def check(plan: Plan, session: Session) -> None:
    """Raise ``PlanError`` for a plan of another environment than the one it would be shown for."""
    environment = session.environment
    pin = environment.organization
    if plan.scope.sandbox == environment.sandbox and pin in {None, plan.scope.organization}:
        return
    raise PlanError(
        f"The plan was made for the sandbox {quoted(plan.scope.sandbox)}, and the environment "
        f"{quoted(environment.name)} is another one. Name the plan's environment with -e NAME."
    )


def _estranged(made: Comment, author: str) -> tuple[Finding, ...]:
    if made.author.lower() in {"", author.lower()}:
        return ()
    detail = (
        f"The comment was made by {quoted(made.author)}, and the next run would look for one of "
        f"{quoted(author)}: it would make another. Name the account with --author."
    )
    return (Finding(summary="Comment of another account", detail=detail, severity=_WARNING),)


def _doubled(others: Sequence[Comment]) -> tuple[Finding, ...]:
    if not others:
        return ()
    count = f"are {len(others)} more comments" if len(others) > 1 else "is another comment"
    detail = (
        f"There {count} of ours about this environment, as runs side by side make. The oldest one "
        "is kept up to date; what the rest shows may be outdated: delete it."
    )
    return (Finding(summary="Several plan comments", detail=detail, severity=_WARNING),)


_WARNING = Severity.WARNING
