"""Turns a grant code into a refresh token, and hands that over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.app import issuing
from reconciler.app.handovers import Handover
from reconciler.app.surroundings import Surroundings
from reconciler.app.workspaces import Workspace
from reconciler.core import hosts, tokens
from reconciler.core.wording import either, guess, quoted
from reconciler.errors import RejectedError, TokenError
from reconciler.manifests import projects
from reconciler.model.findings import Finding
from reconciler.model.kinds import Kind, TokenRule
from reconciler.model.projects import Policy
from reconciler.model.secrets import Secret
from reconciler.model.tokens import Client, Trouble
from reconciler.model.values import SecretRef, assign, dotted
from reconciler.secrets.sources import LocalSecrets

STOPPING = "\nStopping as soon as the token is safe. A second signal would lose it.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An accounts server, named by its URL or by its data centre."""

    accounts_url: str | None = None
    data_centre: str | None = None


class Exchange:
    """One exchange, everything about it looked at before the code is spent."""

    def __init__(self, surroundings: Surroundings) -> None:
        """Read the project's policy, where there is a project, and the kinds."""
        self._surroundings = surroundings
        workspace = Workspace(surroundings.folder)
        self._kinds: Mapping[str, Kind] = workspace.kinds
        has_project = (surroundings.folder / projects.FILE).exists()
        self._project = workspace.project(None) if has_project else None
        self._policy = self._project.policy if self._project else Policy()

    def reveal(self, reference: SecretRef) -> Secret:
        """Return what a reference leads to; ``SecretError`` where that is nothing."""
        return LocalSecrets(
            self._surroundings.folder,
            environ=self._surroundings.environ,
            secret_paths=self._policy.secret_paths,
            commands=self._project.commands if self._project else None,
            remember=self._surroundings.scrubber.remember,
            stop=self._surroundings.machine.signals.stop,
        ).reveal(reference)

    def accounts_url(self, place: Place) -> str:
        """Return the origin to ask; ``RejectedError`` where policy does not let a secret go there.

        No more is known of it than of an ``accountsUrl`` in a manifest.
        """
        rules = [(kind, rule) for kind in self._kinds.values() for rule in kind.tokens]
        if place.data_centre is not None:
            return self._of_data_centre(place.data_centre, rules)
        url = place.accounts_url or ""
        allowed = self._policy.allowed_hosts
        problems = [
            tokens.host_problem(kind, rule, assign({}, rule.accounts_url, url), allowed)
            for kind, rule in rules
        ]
        problem = None if None in problems else next(iter(problems))
        if problem is not None:
            detail = problem.detail.replace(dotted(problem.path), "-accounts-url", 1)
            finding = Finding(summary=problem.summary, detail=detail, lines=problem.lines)
            raise RejectedError([finding])
        return url

    def run(self, client: Client, code: Secret, handover: Handover) -> Sequence[str]:
        """Spend the code, hand the refresh token over, and return what to tell about it.

        A signal meanwhile is heeded afterwards. Raises ``TokenError`` and ``HandoverError``.
        """
        with self._surroundings.machine.signals.handled(notice=STOPPING):
            return handover.give(self._exchanged(client, code))

    def _exchanged(self, client: Client, code: Secret) -> Secret:
        try:
            return issuing.issuer(self._surroundings).exchange(client, code)
        except TokenError as error:
            if error.trouble in {Trouble.UNREACHABLE, Trouble.UNUSABLE}:
                detail = f"{error.detail} If the code is refused next time, it was spent by this."
                raise TokenError(detail, trouble=error.trouble) from error
            raise

    def _of_data_centre(self, code: str, rules: Sequence[tuple[Kind, TokenRule]]) -> str:
        known = {
            centre.code: host
            for kind, rule in rules
            for centre in kind.data_centres
            for host in centre.hosts.get(hosts.role_at(kind, rule.accounts_url), ())
        }
        if code not in known:
            detail = f"There is no data centre {quoted(code)}.{guess(code, known)} Known are "
            detail += f"{either(sorted(known))}; -accounts-url takes any that policy allows."
            raise RejectedError([Finding(summary="Unknown data centre", detail=detail)])
        return f"https://{known[code]}"
