"""Who is shown a plan: a person, a program, a workflow of GitHub."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reconciler.app.surroundings import Surroundings
from reconciler.cli import github, showing, stream
from reconciler.cli.console import Console
from reconciler.errors import RejectedError
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding
from reconciler.model.reviews import Review

_ONE_EACH = Finding(
    summary="Several plans, one stream",
    detail="-e all plans every environment, and -json tells of one. Plan each of them by itself.",
)


class Viewer:
    """Is shown plans in a format."""

    def __init__(self, console: Console, form: str) -> None:
        self._console = console
        self._form = form

    @property
    def reads_words(self) -> bool:
        """Whether standard output is for people, and more may be said there."""
        return self._form in showing.LOGGED

    def plan(self, review: Review, *, key: bytes | None) -> None:
        """Show one plan."""
        showing.plan(review, console=self._console, form=self._form, key=key)

    def require_several(self) -> None:
        """Raise ``RejectedError`` where it cannot be shown more than one plan."""

    def plans(self, reviews: Sequence[Review], *, key: bytes | None) -> None:
        """Show the plans of several environments, and the environments side by side."""
        showing.plans(reviews, console=self._console, form=self._form, key=key)

    def end(self, reviews: Sequence[Review], code: ExitCode) -> None:
        """Hear what it all came to, be it that no plan could be made."""


class Workflow(Viewer):
    """A workflow of GitHub, which has annotations, a summary and outputs besides its log."""

    def __init__(self, console: Console, surroundings: Surroundings) -> None:
        super().__init__(console, "github")
        self._surroundings = surroundings

    def end(self, reviews: Sequence[Review], code: ExitCode) -> None:
        """Annotate, and write the files of the runner."""
        github.show(
            reviews,
            console=self._console,
            environ=self._surroundings.environ,
            folder=self._surroundings.folder,
            exit_code=code,
        )


class Follower(Viewer):
    """A program that follows event by event."""

    def __init__(self, console: Console, surroundings: Surroundings) -> None:
        super().__init__(console, "stream")
        self._stream = stream.Stream(console, today=surroundings.machine.today)

    def plan(self, review: Review, *, key: bytes | None) -> None:
        """Tell what it would do, event by event."""
        del key  # events are not sealed
        self._stream.review(review)

    def require_several(self) -> None:
        """Refuse: no event says which environment it is of."""
        raise RejectedError([_ONE_EACH])


def viewer(
    form: str, *, console: Console, surroundings: Surroundings, as_json: bool = False
) -> Viewer:
    """Return who is shown a plan, from now on; wrong usage where two formats were asked for."""
    if as_json and form != "text":
        raise click.UsageError("-json is a format of its own: leave -format out.")
    if as_json:
        return Follower(console, surroundings)
    return Workflow(console, surroundings) if form == "github" else Viewer(console, form)
