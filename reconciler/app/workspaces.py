"""The files of a project, each read once, whatever number of its environments is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from reconciler.app import reading
from reconciler.catalog import schemas
from reconciler.errors import RejectedError
from reconciler.manifests import loader
from reconciler.manifests.loader import Loaded
from reconciler.model.kinds import Kind
from reconciler.model.projects import Project


class Workspace:
    """The project file and the kinds, and the manifests once somebody asks for them."""

    def __init__(self, folder: Path) -> None:
        """Read both; raise ``RejectedError`` where a schema cannot be used."""
        self.kinds: Mapping[str, Kind] = schemas.load(folder)
        self._opened = loader.open_project(folder)

    @cached_property
    def loaded(self) -> Loaded:
        """The project with its manifests."""
        return loader.load(self._opened, self.kinds)

    def project(self, environment: str | None) -> Project:
        """Return the project; raise ``RejectedError`` with what is wrong with the file.

        What is wrong with the manifests of that environment, or of all, is told together with it.
        """
        project = self._opened.project
        if project is None or self._opened.findings:
            verdict = reading.judge(self.loaded, self.kinds, environment, may_be_empty=True)
            raise RejectedError(verdict.findings)
        return project
