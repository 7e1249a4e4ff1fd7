"""``reconciler comment``."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.app import commenting, plan_files, reviewing
from reconciler.app.commenting import Discussion
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.core.escaping import escape
from reconciler.forges.places import Host, Wishes
from reconciler.model.exit_codes import ExitCode


@running.command(name="comment", changing=True)
@click.argument("planfile", required=False, type=click.Path(path_type=Path))
@options.environment
@click.option("--digest", is_flag=True, help="Print the digest that our comment names.")
@click.option(
    "--host", type=click.Choice([each.value for each in Host]), help="What the host speaks."
)
@click.option("--number", type=click.IntRange(1), help="The pull or merge request.")
@click.option("--repository", metavar="R", help="GitHub's OWNER/NAME, GitLab's project.")
@click.option("--base-url", metavar="URL", help="Where the API is.")
@click.option("--author", metavar="NAME", help="Our account, where the token cannot ask for it.")
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    planfile: Path | None,
    environment: str | None,
    digest: bool,
    author: str | None,
    host: str | None,
    number: int | None,
    repository: str | None,
    base_url: str | None,
) -> int:
    """Show a saved plan in the one comment of a pull or merge request.

    The comment is made once for each environment and updated from then on. Flags left out are
    taken from the variables of GitHub's and GitLab's pipelines; the token stands in GITHUB_TOKEN
    or GITLAB_TOKEN. With -digest nothing is written: the digest is for `apply -expect`.
    """
    if (planfile is None) is not digest:
        raise click.UsageError("Give either a PLANFILE to show or --digest.")
    session = Session(surroundings, environment=environment, live=False)
    wishes = Wishes(
        host=Host(host) if host else None, number=number, repository=repository, base_url=base_url
    )
    if planfile is None:
        console.out(Discussion(session, wishes, author=author).digest())
        return ExitCode.DONE
    plan = plan_files.read(surroundings.folder / planfile, key=session.key)
    commenting.check(plan, session)
    discussion = Discussion(session, wishes, author=author)
    reviews = console.masked((reviewing.of_saved(plan, title=session.title),))
    published = discussion.publish(reviews, digest=plan.digest)
    console.out(f"{published.done} the plan comment on {escape(discussion.title)}.")
    console.findings(published.warnings)
    return ExitCode.DONE
