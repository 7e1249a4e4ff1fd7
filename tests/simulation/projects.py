"""The manifests of a simulation: many versions of one project, each read once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from reconciler.app import reading
from reconciler.catalog import schemas
from reconciler.core.validator import Verdict
from reconciler.manifests import loader
from reconciler.manifests.loader import Loaded
from reconciler.model.kinds import Kind
from tests.journeys.worlds import QUIET, crm

LABELS = ("a", "b", "c", "d")
VERSIONS = 24
STATE = "state/dev.json"


@dataclass(frozen=True)
class Version:
    """What the manifests say at one time."""

    loaded: Loaded
    titles: Mapping[str, str]
    """``spec.name`` by ``metadata.name``."""
    descriptions: Mapping[str, str]
    """``spec.description`` by ``metadata.name``."""


class Projects:
    """One project in a folder, in all its versions; the files themselves are read only here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        chance = Random(20)  # noqa: S311 -- repeatable
        _write(folder / "reconciler.yaml", _project())
        self.kinds = schemas.load(folder)
        self.opened = loader.open_project(folder)
        assert not self.opened.findings
        self.versions = [self._version(chance, number) for number in range(VERSIONS)]
        self.current = self.versions[0]
        self._judged: dict[tuple[int, str | None, bool], Verdict] = {}

    def _version(self, chance: Random, number: int) -> Version:
        titles: dict[str, str] = {}
        descriptions: dict[str, str] = {}
        folder = self.folder / "connections"
        for path in folder.glob("*.yaml"):
            path.unlink()
        for label in sorted(chance.sample(LABELS, chance.randrange(1, len(LABELS) + 1))):
            titles[label] = f"CRM {label}" + chance.choice(("", "", "", " anew"))
            descriptions[label] = chance.choice(("ours", "theirs", f"version {number}"))
            more = {"metadata": {"credentialsVersion": chance.choice(("1", "2"))}}
            manifest = crm(label, title=titles[label], description=descriptions[label], **more)
            _write(folder / f"{label}.yaml", manifest)
        loaded = loader.load(self.opened, self.kinds)
        assert not loaded.findings
        return Version(loaded, titles, descriptions)

    @contextmanager
    def read(self) -> Iterator[None]:
        """Have every run find the current version, without reading its files again."""

        def judge(
            loaded: Loaded, kinds: Mapping[str, Kind], environment: str | None, **flags: bool
        ) -> Verdict:
            key = (id(loaded), environment, flags["may_be_empty"])
            if key not in self._judged:
                self._judged[key] = judged(loaded, kinds, environment, **flags)
            return self._judged[key]

        judged = reading.judge
        with ExitStack() as stack:
            for module, name, stand_in in (
                (schemas, "load", lambda _: self.kinds),
                (loader, "open_project", lambda _: self.opened),
                (loader, "load", lambda *_: self.current.loaded),
                (reading, "judge", judge),
            ):
                stack.enter_context(mock.patch.object(module, name, stand_in))
            yield


@cache
def projects(folder: Path) -> Projects:
    """Return the project in that folder, written and read once."""
    return Projects(folder)


def _project() -> str:
    document: dict[str, Any] = {
        "apiVersion": "reconciler/v1",
        "kind": "Project",
        "metadata": {"name": "simulation"},
        "manifests": ["connections"],
        "environments": {"dev": {"sandbox": "dev", "state": STATE}},
        "policy": {"silence": QUIET, "max_destroy": 100},
    }
    return json.dumps(document)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
