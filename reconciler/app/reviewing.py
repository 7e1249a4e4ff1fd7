"""Plans made for somebody to review, of one environment or of all."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from reconciler.app import planning
from reconciler.app.planning import Planned
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.app.workspaces import Workspace
from reconciler.core.situations import Request
from reconciler.errors import ReconcilerError
from reconciler.model.plans import Plan
from reconciler.model.reviews import Review
from reconciler.render import phrases


def of_saved(plan: Plan, *, title: str | None = None) -> Review:
    """Return a saved plan with everything there is to say about it.

    It does not hold the environment's name: without a title, it is called as its sandbox is.
    """
    said = (*phrases.warnings(plan), *phrases.refusals(plan))
    return Review(title=title or plan.scope.sandbox, plan=plan, findings=said)


def of_planned(planned: Planned, session: Session) -> Review:
    """Return a plan just made with everything there is to say about it."""
    plan = planned.plan
    return Review(
        title=session.title,
        plan=plan,
        findings=(*planned.warnings, *phrases.warnings(plan), *phrases.refusals(plan)),
        declared={at: declared.spec for at, declared in planned.desired.items()},
    )


def of_failure(error: ReconcilerError, *, title: str) -> Review:
    """Return why no plan could be made."""
    return Review(title=title, plan=None, findings=error.findings, trouble=error.exit_code)


def of_all(surroundings: Surroundings, request: Request, *, live: bool) -> tuple[Review, ...]:
    """Plan every environment of the project, in order of name; one that fails stops no other.

    Raises ``RejectedError`` where the project file itself cannot be worked with.
    """
    workspace = Workspace(surroundings.folder)
    project = workspace.project(None)
    return tuple(
        _of(
            partial(Session, surroundings, environment=name, live=live, workspace=workspace),
            request,
            title=f"{project.name} / {name}",
        )
        for name in sorted(project.environments)
    )


def _of(opened: Callable[[], Session], request: Request, *, title: str) -> Review:
    try:
        session = opened()
        return of_planned(planning.plan(session, request), session)
    except ReconcilerError as error:
        return of_failure(error, title=title)
