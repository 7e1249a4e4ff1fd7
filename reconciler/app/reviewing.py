"""Plans made for somebody to review, of one environment or of all."""

from __future__ import annotations

from reconciler.app import planning, reading
from reconciler.app.planning import Planned
from reconciler.app.sessions import Session, Surroundings
from reconciler.catalog import schemas
from reconciler.core.situations import Request
from reconciler.errors import ReconcilerError, RejectedError
from reconciler.manifests import loader
from reconciler.model.plans import Plan
from reconciler.model.reviews import Review
from reconciler.render import phrases


def of_saved(plan: Plan) -> Review:
    """Return a saved plan with everything there is to say about it."""
    said = (*phrases.warnings(plan), *phrases.refusals(plan))
    return Review(title=plan.scope.sandbox, plan=plan, findings=said)


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
    kinds = schemas.load(surroundings.folder)
    opened = loader.open_project(surroundings.folder)
    if opened.project is None or opened.findings:
        verdict = reading.judge(loader.load(opened, kinds), kinds, None, may_be_empty=True)
        raise RejectedError(verdict.findings)
    project = opened.project
    return tuple(
        _of(surroundings, request, name, title=f"{project.name} / {name}", live=live)
        for name in sorted(project.environments)
    )


def _of(
    surroundings: Surroundings, request: Request, name: str, *, title: str, live: bool
) -> Review:
    try:
        session = Session(surroundings, environment=name, live=live)
        return of_planned(planning.plan(session, request), session)
    except ReconcilerError as error:
        return of_failure(error, title=title)
