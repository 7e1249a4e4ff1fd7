"""Histories: runs, people and faults, drawn from a seed; and what must hold whatever happened.

A history is a few episodes. In each one or several processes run the real command line on one
machine, requests and saves go wrong in ways drawn for this history, a process may be killed where
it touches the world, and a person may come by. After each episode, and at the end once everything
works again, the promises are checked from outside: by the disk, the service and the output.
"""

from __future__ import annotations

import gc
import re
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from unittest import mock

from reconciler.cli import main
from reconciler.core import scrubber, settling, state_document
from reconciler.core.spellings import spellings
from reconciler.model.records import Intent, Record, Recorded
from reconciler.simulator.connections import Connection, Tenant
from reconciler.simulator.ims import Client
from reconciler.simulator.origin import Origin
from reconciler.simulator.seeds import Settings
from reconciler.simulator.switches import Switches
from reconciler.state.files import LocalState
from tests.canaries import traces
from tests.journeys.worlds import CLIENT, ORGANIZATION, SECRETS, ZOHO
from tests.simulation import themes
from tests.simulation.machine import Bench, SimulatedSignals, disk_for, drawn
from tests.simulation.network import LAG, LATE, PATIENCE, Network
from tests.simulation.projects import STATE, Projects
from tests.simulation.scheduler import Process, Scheduler
from tests.simulation.themes import Theme

SETTLED = PATIENCE + LATE + LAG + 20.0
"""Seconds after which everything that was sent has happened and is seen."""

_TRACES = re.compile(
    b"|".join(re.escape(trace) for secret in SECRETS.values() for trace in sorted(traces(secret)))
)
_RECREATE = re.compile(r"-allow-recreate=\s*(\d+)")
_LABELLED = re.compile(r"CRM (\w+)")


_spellings = lru_cache(256)(spellings)
"""Worked out once for all runs of all histories, which have the same secrets."""


class BrokenPromiseError(AssertionError):
    """Something happened that must never happen."""


@dataclass
class Told:
    """What a history was made of."""

    counts: Counter[str] = field(default_factory=Counter)
    trace: list[str] = field(default_factory=list)
    """What happened when, a line each."""
    said: list[str] = field(default_factory=list)
    """All that each process has printed."""


class History:
    """One history, from its seed to its end."""

    def __init__(self, seed: int, projects: Projects) -> None:
        self.seed = seed
        self.told = Told()
        self._projects = projects
        self._chance = chance = Random(seed)  # noqa: S311 -- repeatable
        self._theme = theme = drawn(chance, themes.THEMES)
        self._scheduler = Scheduler(chance)
        origin = Origin(_settings(theme, chance), now=self._scheduler.wall, chance=chance)
        self._network = Network(
            self._scheduler, origin, theme.rates(chance), page=chance.choice((1, 2, 100, 100))
        )
        self._bench = Bench(
            self._scheduler,
            self._network,
            disk_for(projects.folder),
            environ={
                "AEP_BASE_URL": "http://127.0.0.1:1",
                "AEP_IMS_URL": "http://127.0.0.1:1",
                "AEP_CLIENT_ID": CLIENT,
                "AEP_ORG_ID": ORGANIZATION,
                **SECRETS,
            },
            failing=chance.choice((0.0, 0.0, 0.0, 0.005, 0.03)),
        )
        self._world = origin.stage.world
        self._acknowledged = 0
        """The highest serial that a save has reported as saved."""
        self._disturbed = False
        """Whether somebody else had a hand in this episode."""
        self._number = 0

    def play(self) -> Told:
        """Play it to its end; raise ``BrokenPromiseError`` where a promise was broken."""
        remembered = mock.patch.object(scrubber, "spellings", _spellings)
        with self._projects.read(), self._saves_noted(), remembered:
            for _ in range(drawn(self._chance, self._theme.episodes)):
                self._episode()
            self._end()
        self.told.counts.update(self._network.met)
        self.told.counts.update(self._bench.met)
        return self.told

    # --- what happens ---------------------------------------------------------------------------

    def _episode(self) -> None:
        chance, theme = self._chance, self._theme
        self._projects.current = chance.choice(self._projects.versions)
        self._disturbed = False
        count = drawn(chance, theme.runners)
        processes: list[Process] = []
        for number in range(count):
            delay = chance.choice(theme.starts) if number else 0.0
            self._scheduler.after(delay, lambda: processes.append(self._begin()))
        if chance.random() < theme.people:
            self._scheduler.after(chance.random() * 20, self._person)
        for _ in range(chance.randrange(4) if count > 1 else 0):
            self._scheduler.after(chance.choice(theme.losses) * chance.random(), self._lose_locks)
        if chance.random() < theme.trouble:
            begin = chance.random() * 10
            length = chance.choice((0.5, 3.0, 600.0))
            self._scheduler.after(begin, lambda: self._break_disk(length))
        self._scheduler.run()
        for process in processes:
            self._check_ended(process, alone=count == 1)
        if chance.random() < theme.cuts:
            self._bench.cut_power()
            self._note("power cut")
        self._check_now()
        self._scheduler.skip(chance.choice(theme.gaps))

    def _begin(self) -> Process:
        process = self._start(self._words())
        self._disturb(process)
        return process

    def _lose_locks(self) -> None:
        self._bench.lose_locks()
        self._note("lock files are deleted")

    def _words(self) -> list[str]:
        chance = self._chance
        words = [
            "apply",
            "-auto-approve",
            f"-settle-timeout={chance.choice((0, 5, 30, 300))}s",
            f"-parallelism={chance.choice((1, 2, 3))}",
            f"-lock-timeout={chance.choice((0, 5, 100))}s",
        ]
        if chance.random() < 0.05:
            words.append("-destroy")
        elif chance.random() < self._theme.replacements and (known := self._replaceable()):
            words.append(f"-replace={chance.choice(known)}")
            self.told.counts["replacements"] += 1
        return words

    def _replaceable(self) -> list[str]:
        """Return the addresses that are declared and recorded."""
        recorded = self._recorded()
        records = {} if recorded is None else recorded.records
        return sorted(str(at) for at in records if at.name in self._titles)

    def _start(self, words: list[str]) -> Process:
        self._number += 1
        process = Process(self._scheduler, f"{words[0]}-{self._number}", words)
        process.signals = signals = SimulatedSignals(process)
        machine = self._bench.lend(process, signals)
        line = ["-C", str(self._projects.folder), *words]
        process.run(lambda: main.run(line, machine=machine))
        self._note(f"{process.name} {' '.join(words[1:])}: {sorted(self._titles.items())}")
        self.told.counts["runs"] += 1
        return process

    def _disturb(self, process: Process) -> None:
        """Perhaps kill, stop or interrupt a process some time."""
        chance = self._chance
        match drawn(chance, self._theme.ends):
            case "kill":
                process.doom = int(2 ** (chance.random() * 9.5))
            case "freeze":
                process.frost = (int(2 ** (chance.random() * 8)), chance.choice((20.0, 400.0, 1e4)))
                self.told.counts["frozen"] += 1
            case "kill later":
                self._scheduler.after(chance.random() * 60, process.kill)
            case "signal":
                self._signal(process, times=1)
            case "twice":
                self._signal(process, times=2)
            case _:
                pass

    def _signal(self, process: Process, *, times: int) -> None:
        number = self._chance.choice((signal.SIGINT, signal.SIGTERM))
        moment = self._chance.choice((2.0, 60.0)) * self._chance.random()
        for _ in range(times):
            self._scheduler.after(moment, lambda: process.signals.deliver(number))
            moment += self._chance.random() * 4
        self.told.counts["signals"] += times

    def _person(self) -> None:
        """Somebody changes a connection, deletes one, or makes one of a name of ours."""
        chance = self._chance
        ours = [one for one in self._ours() if one.state == "enabled"]
        what = drawn(chance, {"edit": 4, "delete": 1, "plant": 1, "touch": 2})
        title = chance.choice(sorted(self._titles.values()))
        self._disturbed = True
        self.told.counts[f"person: {what}"] += 1
        self._note(f"a person does: {what}")
        if what == "plant":
            self._world.plant(
                {"name": title, "connectionSpec": {"id": ZOHO, "version": "1.0"}},
                tenant=self._tenant,
            )
        elif ours and what == "edit":
            self._world.edit(chance.choice(ours).id, {"description": "by hand"})
        elif ours and what == "touch":
            self._world.touch(chance.choice(ours).id)
        elif ours:
            self._world.uproot(chance.choice(ours).id)

    def _break_disk(self, seconds: float) -> None:
        self._bench.broken_until = self._scheduler.now + seconds
        self.told.counts["disk full"] += 1

    # --- what must hold -------------------------------------------------------------------------

    def _check_now(self) -> None:
        """Check what holds at every moment at which nothing runs."""
        recorded = self._recorded()
        serial = 0 if recorded is None else recorded.serial
        self._hold(serial >= self._acknowledged, f"serial {serial} after {self._acknowledged}")
        bound = set[str]() if recorded is None else set(recorded.owners)
        held = set[str]() if recorded is None else {each.id for each in recorded.records.values()}
        deposed = bound - held  # what was replaced has the name of its successor, and is to go
        intended = set() if recorded is None else set(map(_title, recorded.intents.values()))
        current = [str(one.document["name"]) for one in self._ours() if one.id not in deposed]
        names, labels = Counter(current), Counter(map(_label, current))
        twice = [name for name, count in names.items() if count > 1]
        self._hold(not twice, f"made twice: {twice}")
        lost = [
            one.document["name"]
            for one in self._ours()
            if one.id not in bound and one.document["name"] not in intended
        ]
        self._hold(not lost, f"neither recorded nor intended: {lost}")
        self._hold(max(labels.values(), default=0) <= 2, f"too many of one label: {labels}")
        for name, (_, mode, data) in self._bench.disk.tree().items():
            self._hold(_TRACES.search(data) is None, f"{name} shows a secret")
            self._hold(data == b"" or mode & 0o077 == 0, f"{name} may be read by others")

    def _check_ended(self, process: Process, *, alone: bool) -> None:
        said = process.out.getvalue() + process.err.getvalue()
        self._note(f"{process.name} ended with {process.code} after {process.points} touches")
        self.told.said.append(f"--- {process.name}\n{said}")
        self.told.counts["killed" if process.code is None else f"exit {int(process.code)}"] += 1
        self._hold(not process.alive, "a process never ends")
        self._hold(_TRACES.search(said.encode()) is None, "the output shows a secret")
        self._hold("Traceback" not in said, f"a traceback:\n{said}")
        self._hold("This is a bug" not in said, f"a bug:\n{said}")
        if process.code is not None:
            self._check_code(process, said, alone=alone)

    def _check_code(self, process: Process, said: str, *, alone: bool) -> None:
        """Check that the exit code told the truth."""
        code = int(process.code or 0)
        if code == 0 and alone and not self._disturbed:
            self._check_done({} if "-destroy" in process.words else self._titles)
        told = "Error: " in said or "Warning: " in said
        signalled = process.signals.received is not None or "Interrupted" in said
        truth = {
            0: True,
            1: process.name not in self._network.writers,
            3: told,
            4: told,
            5: not alone,
            6: process.name in self._bench.troubled or not alone,
            130: signalled,
            143: signalled,
        }
        self._hold(truth.get(code, False), f"exit {code} is not the truth:\n{said}")

    def _check_done(self, titles: Mapping[str, str]) -> None:
        """Check that what was to be is what is recorded and what is live."""
        recorded = self._recorded()
        self._hold(recorded is not None or not titles, "exit 0, and no state")
        if recorded is None:
            return
        self._hold(not recorded.intents, "exit 0, and creates are in doubt")
        self._hold(not recorded.deposed, "exit 0, and what was replaced is left")
        names = {at.name: _title(each) for at, each in recorded.records.items()}
        self._hold(names == titles, f"exit 0, recorded {names}, declared {titles}")
        by_id = {one.id: one for one in self._ours()}
        for at, record in recorded.records.items():
            live = by_id.get(record.id)
            self._hold(live is not None, f"exit 0, and {at} does not exist")
            assert live is not None
            wanted = (titles[at.name], self._projects.current.descriptions[at.name])
            found = (live.document["name"], live.document.get("description"))
            self._hold(wanted == found, f"exit 0, and {at} is {found}, not {wanted}")

    def _end(self) -> None:
        """Let everything work again: one run converges, and the next one changes nothing."""
        self._network.calm = True
        self._bench.broken_until = 0.0
        self._scheduler.skip(SETTLED)
        self._leave_alone()
        self._disturbed = False
        self._projects.current = self._chance.choice(self._projects.versions)
        self._converge()
        before = self._state()
        again = self._run_calmly("apply", "-auto-approve", "-parallelism=1")
        self._hold(self._state() == before, "the second run saved the state")
        self._hold(again.name not in self._network.writers, "the second run sent a change")
        self._check_now()

    def _converge(self) -> None:
        """Run once, and once more as the run itself asks for.

        It does where much is gone, and where a create was noted at a time that is yet to come, by a
        date that was wrong: the quarantine of that begins only now.
        """
        words = ["apply", "-auto-approve", "-settle-timeout=300s", "-parallelism=2"]
        ahead = self._ahead()
        process = self._ended(words)
        if process.code == 4 and ahead:
            self._scheduler.skip(SETTLED)
            process = self._ended(words)
        said = process.out.getvalue() + process.err.getvalue()
        if process.code == 1 and (wish := _RECREATE.search(said)):
            process = self._ended([*words, f"-allow-recreate={wish[1]}"])
            said = process.out.getvalue() + process.err.getvalue()
        self._hold(process.code == 0, f"a run without faults ended with {process.code}:\n{said}")
        self._check_ended(process, alone=True)
        self._check_now()

    def _ahead(self) -> bool:
        """Tell whether a create was noted later than now."""
        recorded = self._recorded()
        intents = () if recorded is None else recorded.intents.values()
        return any(each.opened > self._scheduler.wall() for each in intents)

    def _run_calmly(self, *words: str) -> Process:
        process = self._ended([*words])
        said = process.out.getvalue() + process.err.getvalue()
        self._hold(process.code == 0, f"ended with {process.code}:\n{said}")
        return process

    def _ended(self, words: list[str]) -> Process:
        process = self._start(words)
        self._scheduler.run()
        return process

    def _leave_alone(self) -> None:
        """Take away what people made in our names; to adopt it or not is theirs to say."""
        for one in self._world.everything():
            if one.document["createdClient"] != CLIENT:
                self._world.uproot(one.id)

    # --- what there is to see -------------------------------------------------------------------

    @property
    def _titles(self) -> Mapping[str, str]:
        return self._projects.current.titles

    @property
    def _tenant(self) -> Tenant:
        return Tenant(organization=ORGANIZATION, sandbox="dev")

    def _ours(self) -> list[Connection]:
        """Return what our client has made and is not being deleted."""
        return [
            one
            for one in self._world.everything()
            if one.document["createdClient"] == CLIENT and one.state != "delete-finalizing"
        ]

    def _state(self) -> bytes | None:
        return self._bench.disk.holds(self._projects.folder / STATE)

    def _recorded(self) -> Recorded | None:
        data = self._state()
        return None if data is None else state_document.decode(data)

    @contextmanager
    def _saves_noted(self) -> Iterator[None]:
        """Note every serial that a save reports as saved."""
        write = LocalState.write

        def noted(store: LocalState, recorded: Recorded, *, expected_serial: int) -> Recorded:
            written = write(store, recorded, expected_serial=expected_serial)
            self._acknowledged = max(self._acknowledged, written.serial)
            return written

        with mock.patch.object(LocalState, "write", noted):
            yield

    def _note(self, line: str) -> None:
        self.told.trace.append(f"{self._scheduler.now:10.2f}  {line}")

    def _hold(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise BrokenPromiseError(f"{otherwise}")


def _title(note: Record | Intent) -> str:
    return settling.connection_name(note.spec)


def _label(title: str) -> str:
    found = _LABELLED.match(title)
    return found[1] if found else title


def _settings(theme: Theme, chance: Random) -> Settings:
    client = Client(id=CLIENT, secrets=(SECRETS["AEP_CLIENT_SECRET"],), organization=ORGANIZATION)
    return Settings(
        clients=(client,),
        switches=Switches(
            secrets_on_read=chance.choice(("omit", "mask", "clear")),
            auth_on_read=chance.choice(("whole", "whole", "no-params")),
            delete_status=chance.choice((202, 204)),
            delete_seconds=chance.choice((0.0, 0.0, 3.0, 40.0)),
            create_seconds=chance.choice((0.0, 0.0, 5.0)),
            listing_lag=chance.choice(theme.lags),
            etag_moves_after=chance.choice((None, None, 1.0, 20.0)),
            error_form=chance.choice(("new", "old")),
            clock_offset=chance.choice((0.0, 0.0, -4e7, 4e7, 3600.0)),
        ),
    )


def played(seed: int, projects: Projects) -> Told:
    """Play the history of a seed; say how to play it again where it breaks a promise."""
    history = History(seed, projects)
    gc.disable()  # which would look for garbage in everything that was ever imported
    try:
        return history.play()
    except (BrokenPromiseError, AssertionError) as error:
        trace = "\n".join(history.told.trace)
        said = "\n".join(history.told.said)
        raise AssertionError(f"{error}\n\n{trace}\n\n{said}\n{again(seed)}") from error
    finally:
        gc.enable()


def again(seed: int) -> str:
    """Return the command that plays one history again."""
    return f"python -m tests.simulation --seed {seed}"
