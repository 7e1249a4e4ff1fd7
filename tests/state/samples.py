"""Snapshots to save, a clock that nobody waits for, and a store in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.model.addresses import Address, Etag, RemoteId
from reconciler.model.records import Record, Recorded
from reconciler.model.values import freeze
from reconciler.state import locker
from reconciler.state.disk import Disk
from reconciler.state.files import LocalState

ORGANIZATION = "0123456789ABCDEF01234567@AdobeOrg"


@dataclass
class Clock:
    """Sleeping moves it on; with ``stopped``, a sleep ends at once, as when a run is to stop."""

    now: float = 0.0
    stopped: bool = False
    naps: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> bool:
        self.naps.append(seconds)
        if not self.stopped:
            self.now += seconds
        return not self.stopped


def address(number: int) -> Address:
    return Address("ZohoCrmConnection", f"crm-{number}")


def record(number: int) -> Record:
    return Record(
        id=RemoteId(f"2484f2df-c057-4ab5-84f2-{number:012}"),
        etag=Etag(f'"{number}"'),
        spec=freeze({"name": f"Zoho {number}", "auth": {"params": {"clientSecret": None}}}),
    )


def snapshot(*numbers: int, sandbox: str = "dev", organization: str = ORGANIZATION) -> Recorded:
    return Recorded(
        organization=organization,
        sandbox=sandbox,
        records={address(number): record(number) for number in numbers},
    )


def store(
    folder: Path,
    *,
    name: str = "dev.json",
    organization: str | None = ORGANIZATION,
    sandbox: str = "dev",
    clock: Clock | None = None,
    root: Path | None = None,
    disk: Disk | None = None,
    hold: Callable[..., AbstractContextManager[None]] = locker.hold,
) -> LocalState:
    return LocalState(
        folder / name,
        display=f"state/{name}",
        organization=organization,
        sandbox=sandbox,
        clock=clock or Clock(),
        root=root,
        disk=disk or Disk(),
        hold=hold,
    )


def saved(folder: Path, *snapshots: Recorded) -> Recorded:
    """Save these one after the other in ``dev.json``; return what the last save returned."""
    here = store(folder)
    last = here.read()
    for following in snapshots:
        serial = 0 if last is None else last.serial
        last = here.write(following, expected_serial=serial)
    assert last is not None
    return last
