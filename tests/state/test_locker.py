"""The lock: one run at a time, named to those who wait, and gone with the process that had it."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.errors import LockedError, StateError
from tests.state.samples import Clock, saved, snapshot, store

ROOT = Path(__file__).parents[2]
SIDE = ".dev.json.lock.info"
HOLDING = """
import sys
from pathlib import Path
from tests.state.samples import store
with store(Path(sys.argv[1])).lock(operation="apply", timeout=0):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_process_holding(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDING, str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def info(folder: Path) -> dict[str, str]:
    fields: dict[str, str] = json.loads((folder / SIDE).read_text())
    return fields


def refusal(folder: Path, *, timeout: float = 0, clock: Clock | None = None) -> LockedError:
    with (
        pytest.raises(LockedError) as caught,
        store(folder, clock=clock).lock(operation="plan", timeout=timeout),
    ):
        pass
    return caught.value


def test_a_lock_says_who_holds_it_in_terraforms_words(tmp_path: Path) -> None:
    with store(tmp_path).lock(operation="apply", timeout=0):
        fields = info(tmp_path)
    assert set(fields) == {"ID", "Operation", "Info", "Who", "Version", "Created", "Path"}
    assert fields["Operation"] == "apply"
    assert fields["Path"] == "state/dev.json"
    assert str(os.getpid()) in fields["Info"]
    assert re.fullmatch(r".+@.+", fields["Who"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", fields["Created"])


def test_the_lock_makes_the_folder_and_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    with store(tmp_path / "state").lock(operation="apply", timeout=0):
        mode = (tmp_path / "state" / SIDE).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_user_without_a_name_is_named_by_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def getuser() -> str:
        raise OSError("No username set in the environment")

    monkeypatch.setattr("getpass.getuser", getuser)
    with store(tmp_path).lock(operation="apply", timeout=0):
        assert info(tmp_path)["Who"].startswith(f"{os.getuid()}@")


def test_a_folder_that_cannot_be_made_is_an_error_in_words() -> None:
    with (
        pytest.raises(StateError, match=r"state/dev\.json cannot be used"),
        store(Path("/proc/nobody/makes/this")).lock(operation="apply", timeout=0),
    ):
        pass


def test_a_released_lock_names_nobody_and_can_be_had_again(tmp_path: Path) -> None:
    here = store(tmp_path)
    for _ in range(2):
        with here.lock(operation="apply", timeout=0):
            assert info(tmp_path)
        assert (tmp_path / SIDE).read_bytes() == b""


def test_a_lock_is_released_when_the_run_fails(tmp_path: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        store(tmp_path).lock(operation="apply", timeout=0),
    ):
        _ = 1 / 0
    with store(tmp_path).lock(operation="apply", timeout=0):
        pass


def test_two_stores_of_one_process_keep_each_other_out(tmp_path: Path) -> None:
    with store(tmp_path).lock(operation="apply", timeout=0):
        refusal(tmp_path)


def test_two_environments_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with (
        store(tmp_path).lock(operation="apply", timeout=0),
        store(tmp_path, name="prod.json").lock(operation="apply", timeout=0),
    ):
        pass


def test_who_waits_in_vain_is_told_who_holds_the_lock_and_how_long_it_waited(
    tmp_path: Path,
) -> None:
    clock = Clock()
    with another_process_holding(tmp_path) as process:
        holder = info(tmp_path)
        error = refusal(tmp_path, timeout=5, clock=clock)
        assert str(process.pid) in holder["Info"]
    assert (error.summary, error.exit_code) == ("Error acquiring the state lock", 5)
    assert "state/dev.json" in error.detail
    assert "after 5 s" in error.detail
    assert clock.now == pytest.approx(5)
    assert error.lines == (
        "Lock Info:",
        f"  ID:        {holder['ID']}",
        "  Path:      state/dev.json",
        "  Operation: apply",
        f"  Who:       {holder['Who']}",
        f"  Version:   {holder['Version']}",
        f"  Created:   {holder['Created']}",
        f"  Info:      {holder['Info']}",
    )


def test_without_a_timeout_nobody_waits(tmp_path: Path) -> None:
    clock = Clock()
    with store(tmp_path).lock(operation="apply", timeout=0):
        refusal(tmp_path, clock=clock)
    assert clock.naps == []


def test_a_run_that_is_told_to_stop_waits_no_longer(tmp_path: Path) -> None:
    clock = Clock(stopped=True)
    with store(tmp_path).lock(operation="apply", timeout=0):
        error = refusal(tmp_path, timeout=600, clock=clock)
    assert len(clock.naps) == 1
    assert "after 0 s" in error.detail


def test_a_lock_that_becomes_free_meanwhile_is_had(tmp_path: Path) -> None:
    holder = store(tmp_path).lock(operation="apply", timeout=0)

    class Releasing(Clock):
        def sleep(self, seconds: float) -> bool:
            if len(self.naps) == 2:
                holder.__exit__(None, None, None)
            return super().sleep(seconds)

    holder.__enter__()
    with store(tmp_path, clock=Releasing()).lock(operation="plan", timeout=600):
        assert info(tmp_path)["Operation"] == "plan"


def test_a_killed_process_holds_nothing_whatever_its_file_says(tmp_path: Path) -> None:
    with another_process_holding(tmp_path) as process:
        dead = info(tmp_path)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    assert info(tmp_path) == dead
    with store(tmp_path).lock(operation="apply", timeout=0):
        assert info(tmp_path)["ID"] != dead["ID"]


def test_reading_needs_no_lock(tmp_path: Path) -> None:
    last = saved(tmp_path, snapshot(1))
    with another_process_holding(tmp_path):
        assert store(tmp_path).read() == last


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut-off"),
        pytest.param(b"[1]", id="no-object"),
        pytest.param(b"\xff\xfe", id="no-text"),
        pytest.param(b"[" * 16_000, id="bottomless"),
    ],
)
def test_a_holder_that_has_not_said_who_it_is_still_holds(tmp_path: Path, said: bytes) -> None:
    with store(tmp_path).lock(operation="apply", timeout=0):
        (tmp_path / SIDE).write_bytes(said)
        assert "  Who:       (not known)" in refusal(tmp_path).lines


def test_what_a_lock_file_says_cannot_steer_a_terminal_or_fill_it(tmp_path: Path) -> None:
    with store(tmp_path).lock(operation="apply", timeout=0):
        hostile = {"Who": "eve\x1b[2J\n::stop-commands::\u2800", "Info": "x" * 5000}
        (tmp_path / SIDE).write_text(json.dumps(hostile))
        lines = refusal(tmp_path).lines
    assert r"  Who:       eve\u{1b}[2J\u{a}\u{3a}:stop-commands::\u{2800}" in lines
    assert f"  Info:      {'x' * 199}…" in lines
    assert max(map(len, lines)) < 250


def test_a_lock_file_that_is_a_link_is_refused_and_its_target_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("kept")
    (tmp_path / SIDE).symlink_to(target)
    with (
        pytest.raises(StateError, match="no regular file"),
        store(tmp_path).lock(operation="apply", timeout=0),
    ):
        pass
    assert target.read_text() == "kept"


def test_a_lock_file_that_is_another_file_as_well_is_refused_and_that_is_left_alone(
    tmp_path: Path,
) -> None:
    target = tmp_path / "target"
    target.write_text("kept")
    (tmp_path / SIDE).hardlink_to(target)
    with (
        pytest.raises(StateError, match="another name"),
        store(tmp_path).lock(operation="apply", timeout=0),
    ):
        pass
    assert target.read_text() == "kept"


def test_a_lock_that_cannot_be_named_for_want_of_descriptors_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def opened(path: Path, flags: int, *more: int) -> int:
        if Path(path).name == SIDE and not flags & os.O_CREAT:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return real(path, flags, *more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", opened)
        with (
            pytest.raises(StateError, match=r"cannot be had: Too many open files"),
            store(tmp_path).lock(operation="apply", timeout=0),
        ):
            pass
    with store(tmp_path).lock(operation="apply", timeout=0):
        assert info(tmp_path)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        pytest.param(errno.ENOLCK, "No locks available", id="refused"),
        pytest.param(errno.ENOSYS, "knows no locks", id="not-implemented"),
    ],
)
@pytest.mark.filterwarnings("ignore:flock not supported:UserWarning")
def test_a_file_system_without_locks_is_an_error_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def flock(_descriptor: int, _operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", flock)
    with (
        pytest.raises(StateError, match=words),
        store(tmp_path).lock(operation="apply", timeout=0),
    ):
        pass
