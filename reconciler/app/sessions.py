"""One environment of one project, and everything that a command needs of the world for it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial

from reconciler.app import issuing, stores
from reconciler.app.issuing import Issuing
from reconciler.app.observer import Observer
from reconciler.app.stores import Means, Store
from reconciler.app.surroundings import Surroundings
from reconciler.app.workspaces import Workspace
from reconciler.core import exposures
from reconciler.core.fingerprints import Fingerprinter
from reconciler.core.invocations import Invocation
from reconciler.core.wording import either, guess, quoted
from reconciler.errors import RejectedError
from reconciler.flowservice.settings import BASE_URL, Settings
from reconciler.manifests.loader import Loaded
from reconciler.model.findings import Finding
from reconciler.model.kinds import Kind
from reconciler.model.plans import Scope
from reconciler.model.projects import EVERY, Environment, Project
from reconciler.model.records import Recorded
from reconciler.ports import Remote, SecretSource, Service, Sources
from reconciler.secrets.sources import LocalSecrets


class Session:
    """One environment, opened. ``live`` says whether Flow Service may be asked."""

    def __init__(
        self,
        surroundings: Surroundings,
        *,
        environment: str | None,
        live: bool,
        workspace: Workspace | None = None,
    ) -> None:
        """Read the project file and the settings; raise ``RejectedError`` with what is wrong.

        A ``workspace`` has read the files already.
        """
        self.surroundings = surroundings
        self.machine = surroundings.machine
        self._workspace = workspace or Workspace(surroundings.folder)
        name = surroundings.environment_name(environment)
        self.project = self._workspace.project(name)
        self.environment: Environment = choose(self.project, name)
        self.settings = self._settings() if live else None
        self.invocation = Invocation(
            folder=str(surroundings.folder),
            environment=name,
        )

    def _settings(self) -> Settings:
        environ = self.surroundings.environ
        settings = Settings.read(
            environ,
            sandbox=self.environment.sandbox,
            allowed_hosts=self.project.policy.allowed_hosts,
        )
        for secret in settings.secrets:
            self.surroundings.scrubber.remember(secret)
        pin = self.environment.organization
        if pin is not None and pin != settings.organization:
            raise RejectedError(
                [_wrong_organization(self.project, self.environment, settings.organization)]
            )
        return settings

    @property
    def title(self) -> str:
        """The project and the environment, by name."""
        return f"{self.project.name} / {self.environment.name}"

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The kinds of connections that there are schema files of."""
        return self._workspace.kinds

    @property
    def loaded(self) -> Loaded:
        """The project with its manifests, which are read when they are first asked for."""
        return self._workspace.loaded

    @cached_property
    def store(self) -> Store:
        """The state of the environment."""
        surroundings = self.surroundings
        return stores.opened(
            self.environment,
            folder=surroundings.folder,
            organization=self._organization,
            invocation=self.invocation,
            means=Means(machine=self.machine, scrubber=surroundings.scrubber, log=surroundings.log),
            warn=surroundings.warn,
        )

    @property
    def remote(self) -> Remote:
        """Flow Service; nothing is sent before it is asked something."""
        return self._service

    @property
    def sources(self) -> Sources:
        """What Flow Service says of the sources that one can connect to."""
        return self._service

    @cached_property
    def _service(self) -> Service:
        # Imported here because requests costs 0.15 s, which offline commands need not pay.
        from reconciler.flowservice.client import FlowService  # noqa: PLC0415 -- see above

        assert self.settings is not None  # noqa: S101 -- only live sessions have a remote
        return FlowService.connect(
            self.settings,
            clock=self.machine.clock,
            threads=self.machine.threads,
            log=self.surroundings.log,
            scrubber=self.surroundings.scrubber,
            jitter=self.machine.chance,
            transport=self.machine.transport,
        )

    def observer(self) -> Observer:
        """Return who reads Flow Service once."""
        return Observer(self.remote, self.kinds, self.machine.threads)

    @cached_property
    def secrets(self) -> SecretSource:
        """Where the secret references of this project lead."""
        return LocalSecrets(
            self.surroundings.folder,
            environ=self.surroundings.environ,
            secret_paths=self.project.policy.secret_paths,
            commands=self.project.commands,
            remember=self.surroundings.scrubber.remember,
            stop=self.machine.signals.stop,
        )

    @cached_property
    def tokens(self) -> Issuing:
        """Where tokens are made of the credentials that connections declare."""
        issuer = partial(issuing.issuer, self.surroundings)
        return Issuing(issuer, allowed_hosts=self.project.policy.allowed_hosts)

    @cached_property
    def key(self) -> bytes | None:
        """``RECONCILER_KEY``, if there is one."""
        return self.surroundings.key

    @cached_property
    def fingerprinter(self) -> Fingerprinter | None:
        """Who marks secrets, if there is a key to do it with."""
        if self.key is None or self._organization is None:
            return None
        return Fingerprinter(
            self.key,
            organization=self._organization,
            sandbox=self.environment.sandbox,
            older=self.surroundings.older_keys,
        )

    def recorded(self) -> Recorded:
        """Return the state as it stands, an empty one where there never was one.

        Raises ``RejectedError`` where it holds a secret.
        """
        recorded = self.store.read()
        if recorded is None:
            organization = self._organization or ""
            return Recorded(organization=organization, sandbox=self.environment.sandbox)
        if exposed := exposures.findings(recorded, self.kinds, place=self.store.location):
            raise RejectedError(exposed)
        return recorded

    def scope(self, recorded: Recorded) -> Scope:
        """Return where a plan made now would hold."""
        return Scope(
            organization=recorded.organization,
            sandbox=self.environment.sandbox,
            base_url=self.settings.base_url if self.settings else BASE_URL,
            lineage=recorded.lineage,
            serial=recorded.serial,
        )

    @property
    def _organization(self) -> str | None:
        if self.settings is not None:
            return self.settings.organization
        return self.environment.organization


def choose(project: Project, name: str | None) -> Environment:
    """Return the environment of that name, or the only one; raise ``RejectedError`` otherwise."""
    environments = project.environments
    if name is None and len(environments) == 1:
        return next(iter(environments.values()))
    if name is not None and name in environments:
        return environments[name]
    if name == EVERY:
        detail = (
            "-e all stands for every environment of the project, and only validate and plan take "
            f"it. Name one here: {either(sorted(environments))}."
        )
        raise RejectedError([Finding(summary="One environment at a time", detail=detail)])
    if name is None:
        detail = (
            "The project has several environments, and none is ever assumed. Name one with "
            f"-e NAME or RECONCILER_ENVIRONMENT: {either(sorted(environments))}."
        )
        raise RejectedError([Finding(summary="No environment chosen", detail=detail)])
    detail = f"reconciler.yaml has no environment {quoted(name)}.{guess(name, environments)}"
    raise RejectedError([Finding(summary="Unknown environment", detail=detail)])


def _wrong_organization(project: Project, environment: Environment, organization: str) -> Finding:
    return Finding(
        summary="Wrong organisation",
        detail=(
            f"The environment {quoted(environment.name)} belongs to {environment.organization}, "
            f"and AEP_ORG_ID says {quoted(organization)}. Use the credentials of the organisation "
            "that the environment names."
        ),
        span=project.source.span("environments", environment.name, "organization"),
    )
