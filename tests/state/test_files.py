"""A state file through the store: what a save promises, and which files it will not take.

Saves are told apart by serial and lineage alone, so two stores on one file stand for two runs.
"""

from __future__ import annotations

import errno
import json
import os
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.core import state_document
from reconciler.core.state_reader import LIMIT
from reconciler.errors import (
    CorruptStateError,
    ForeignStateError,
    SaveError,
    StaleStateError,
    StateError,
)
from reconciler.model.records import Recorded
from reconciler.state import places, scribes
from reconciler.state.disk import Disk
from tests.state.samples import ORGANIZATION, address, record, saved, snapshot, store

ROOT = Path(__file__).parents[2]
SAVING = """
import sys
from pathlib import Path
from tests.state.samples import snapshot, store
from reconciler.errors import StaleStateError
here = store(Path(sys.argv[1]))
before = here.read()
print("read", flush=True)
sys.stdin.readline()
try:
    here.write(snapshot(int(sys.argv[2])), expected_serial=before.serial)
except StaleStateError:
    print("stale")
else:
    print("saved")
"""


def test_no_file_is_a_new_state(tmp_path: Path) -> None:
    assert store(tmp_path).read() is None
    assert list(tmp_path.iterdir()) == []


def test_what_is_saved_is_read_by_the_next_run(tmp_path: Path) -> None:
    last = store(tmp_path).write(snapshot(1, 2), expected_serial=0)
    assert store(tmp_path).read() == last
    assert last.records == snapshot(1, 2).records


def test_each_save_raises_the_serial_and_the_lineage_stays(tmp_path: Path) -> None:
    here = store(tmp_path)
    first = here.write(snapshot(1), expected_serial=0)
    second = here.write(first, expected_serial=1)
    third = store(tmp_path).write(second, expected_serial=2)
    assert [first.serial, second.serial, third.serial] == [1, 2, 3]
    assert first.lineage == second.lineage == third.lineage != ""


def test_two_new_states_are_of_different_lineages(tmp_path: Path) -> None:
    one, other = (store(tmp_path, name=name) for name in ("one.json", "other.json"))
    assert (
        one.write(snapshot(), expected_serial=0).lineage
        != other.write(snapshot(), expected_serial=0).lineage
    )


def test_a_snapshot_with_a_higher_serial_is_passed_by_its_save(tmp_path: Path) -> None:
    pushed = replace(snapshot(1), serial=11, lineage="from-elsewhere")
    last = store(tmp_path).write(pushed, expected_serial=0)
    assert (last.serial, last.lineage) == (12, "from-elsewhere")


def test_the_folder_is_made_and_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store(tmp_path / "state").write(snapshot(1), expected_serial=0)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "state" / "dev.json").stat().st_mode) == 0o600


def test_under_no_umask_a_new_folder_is_open_to_its_owner_alone_for_writing(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        last = store(tmp_path / "a" / "state").write(snapshot(1), expected_serial=0)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o755
    assert store(tmp_path / "a" / "state").read() == last


def test_a_umask_that_forbids_everything_does_not_spoil_the_file(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        store(tmp_path).write(snapshot(1), expected_serial=0)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "dev.json").stat().st_mode) == 0o600


def test_the_version_before_is_kept_as_backup(tmp_path: Path) -> None:
    saved(tmp_path, snapshot(1))
    assert not (tmp_path / "dev.json.backup").exists()
    before = (tmp_path / "dev.json").read_bytes()
    saved(tmp_path, snapshot(2))
    assert (tmp_path / "dev.json.backup").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dev.json", "dev.json.backup"]


def test_a_file_that_did_not_change_is_not_decoded_again(tmp_path: Path) -> None:
    saved(tmp_path, snapshot(1))
    here = store(tmp_path)
    assert here.read() is here.read()


def test_messages_call_the_state_by_its_display_name(tmp_path: Path) -> None:
    assert store(tmp_path).location == "state/dev.json"


# --- two runs ---------------------------------------------------------------------------------


def test_of_two_runs_that_read_the_same_state_the_second_may_not_save(tmp_path: Path) -> None:
    saved(tmp_path, snapshot(1))
    one, other = store(tmp_path), store(tmp_path)
    seen, also_seen = one.read(), other.read()
    assert seen is not None
    assert also_seen is not None
    kept = one.write(seen.with_records({address(2): record(2)}), expected_serial=seen.serial)
    with pytest.raises(StaleStateError, match="serial 2, and this run knows serial 1"):
        other.write(also_seen, expected_serial=also_seen.serial)
    assert store(tmp_path).read() == kept


def test_of_two_processes_that_read_the_same_state_the_second_may_not_save(tmp_path: Path) -> None:
    saved(tmp_path, snapshot(1))
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", SAVING, str(tmp_path), number],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in ("2", "3")
    ]
    assert [run.stdout and run.stdout.readline() for run in runs] == ["read\n", "read\n"]
    assert [run.communicate("go\n", timeout=30)[0] for run in runs] == ["saved\n", "stale\n"]
    last = store(tmp_path).read()
    assert last is not None
    assert (last.serial, list(last.records)) == (2, [address(2)])


def test_a_state_that_is_new_to_both_runs_is_saved_by_one(tmp_path: Path) -> None:
    one, other = store(tmp_path), store(tmp_path)
    assert one.read() is other.read() is None
    one.write(snapshot(1), expected_serial=0)
    with pytest.raises(StaleStateError):
        other.write(snapshot(2), expected_serial=0)


def test_a_state_of_another_lineage_in_its_place_is_not_overwritten(tmp_path: Path) -> None:
    here = store(tmp_path)
    mine = here.write(snapshot(1), expected_serial=0)
    (tmp_path / "dev.json").write_text(state_document.encode(replace(mine, lineage="another")))
    with pytest.raises(StaleStateError, match="lineage another"):
        here.write(mine, expected_serial=1)


def test_a_state_that_vanishes_during_a_run_is_not_begun_anew(tmp_path: Path) -> None:
    here = store(tmp_path)
    mine = here.write(snapshot(1), expected_serial=0)
    (tmp_path / "dev.json").unlink()
    with pytest.raises(StaleStateError, match="serial 0"):
        here.write(mine, expected_serial=1)
    assert not (tmp_path / "dev.json").exists()


def test_a_state_damaged_during_a_run_makes_the_save_fail(tmp_path: Path) -> None:
    here = store(tmp_path)
    mine = here.write(snapshot(1), expected_serial=0)
    (tmp_path / "dev.json").write_text("{")
    with pytest.raises(SaveError, match="cut off"):
        here.write(mine, expected_serial=1)
    assert (tmp_path / "dev.json").read_text() == "{"


def test_a_save_beyond_the_last_serial_is_refused_in_words(tmp_path: Path) -> None:
    here = store(tmp_path)
    last = here.write(replace(snapshot(1), serial=2**63 - 2), expected_serial=0)
    before = (tmp_path / "dev.json").read_bytes()
    with pytest.raises(SaveError, match="at serial 9223372036854775807, behind which"):
        here.write(last, expected_serial=last.serial)
    assert (tmp_path / "dev.json").read_bytes() == before
    assert store(tmp_path).read() == last


@pytest.mark.parametrize(
    "recorded",
    [
        pytest.param(replace(snapshot(1), serial=2**63 - 1), id="serial"),
        pytest.param(snapshot(1).with_records({address(2): record(1)}), id="id-twice"),
    ],
)
def test_what_could_not_be_read_again_is_not_dumped(tmp_path: Path, recorded: Recorded) -> None:
    assert store(tmp_path).dump(recorded) is None
    assert list(tmp_path.iterdir()) == []


# --- files that are not taken -----------------------------------------------------------------


def test_a_missing_file_beside_its_backup_is_lost_and_not_new(tmp_path: Path) -> None:
    saved(tmp_path, snapshot(1), snapshot(2))
    (tmp_path / "dev.json").unlink()
    with pytest.raises(StateError, match=r"was lost, not new.*whole.*serial 1") as caught:
        store(tmp_path).read()
    assert caught.value.lines == (f"cp {tmp_path}/dev.json.backup {tmp_path}/dev.json",)


def test_a_damaged_state_is_refused_and_its_whole_backup_is_named(tmp_path: Path) -> None:
    saved(tmp_path, snapshot(1), snapshot(2))
    (tmp_path / "dev.json").write_bytes(b"")
    with pytest.raises(CorruptStateError, match=r"dev\.json is no usable state.*empty") as caught:
        store(tmp_path).read()
    assert caught.value.lines == (f"cp {tmp_path}/dev.json.backup {tmp_path}/dev.json",)


def test_where_the_backup_is_damaged_too_both_are_named(tmp_path: Path) -> None:
    saved(tmp_path, snapshot(1), snapshot(2))
    for name in ("dev.json", "dev.json.backup"):
        (tmp_path / name).write_text("{")
    with pytest.raises(
        CorruptStateError, match=r"cannot be used either.*version control"
    ) as caught:
        store(tmp_path).read()
    assert caught.value.lines == ()


def test_a_damaged_state_without_backup_leaves_version_control_and_adoption(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text("{}")
    with pytest.raises(CorruptStateError, match=r"version control.*import -matching"):
        store(tmp_path).read()


def test_a_newer_state_is_not_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text('{"format_version": "1.1"}')
    with pytest.raises(StateError, match=r"knows format 1\.1") as caught:
        store(tmp_path).read()
    assert "backup" not in caught.value.detail


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param(snapshot(1, sandbox="prod"), id="sandbox"),
        pytest.param(snapshot(1, organization="F@AdobeOrg"), id="organization"),
    ],
)
def test_the_state_of_another_environment_is_refused(tmp_path: Path, foreign: Recorded) -> None:
    document = state_document.encode(replace(foreign, serial=3, lineage="l"))
    (tmp_path / "dev.json").write_text(document)
    with pytest.raises(ForeignStateError, match=f"{foreign.sandbox} of {foreign.organization}"):
        store(tmp_path).read()
    with pytest.raises(ForeignStateError):
        store(tmp_path, name="other.json").write(foreign, expected_serial=0)


def test_without_credentials_any_organisation_is_taken(tmp_path: Path) -> None:
    last = saved(tmp_path, snapshot(1))
    assert store(tmp_path, organization=None).read() == last
    with pytest.raises(ForeignStateError, match=f"sandbox prod of {ORGANIZATION}"):
        store(tmp_path, organization=None, sandbox="prod").read()


def _folder(path: Path) -> None:
    path.mkdir()


def _writable_by_all(path: Path) -> None:
    path.write_text("{}")
    path.chmod(0o666)


def _larger_than_allowed(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LIMIT + 1)


def _link_to_nothing(path: Path) -> None:
    path.symlink_to("missing.json")


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def _link_outside(path: Path) -> None:
    (path.parent.parent / "stranger.json").write_text("{}")
    path.symlink_to("../stranger.json")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(_folder, "not a regular file", id="folder"),
        pytest.param(os.mkfifo, "not a regular file", id="pipe"),
        pytest.param(_writable_by_all, "every user", id="writable-by-all"),
        pytest.param(_larger_than_allowed, "larger than 64 MiB", id="huge"),
        pytest.param(_link_to_nothing, "to nothing", id="dangling-link"),
        pytest.param(_link_to_itself, "another link", id="link-to-itself"),
        pytest.param(_link_outside, "leads out of", id="link-outside"),
    ],
)
def test_what_no_state_should_be_is_refused(
    tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    make(folder / "dev.json")
    with pytest.raises(StateError, match=words):
        store(folder).read()
    with pytest.raises(SaveError, match=words):
        store(folder).write(snapshot(1), expected_serial=0)


def test_a_folder_that_everybody_may_write_is_refused_with_the_line_that_closes_it(
    tmp_path: Path,
) -> None:
    last = saved(tmp_path / "state", snapshot(1))
    (tmp_path / "state").chmod(0o777)
    here = store(tmp_path / "state")
    with pytest.raises(StateError, match="every user of this machine") as caught:
        here.read()
    assert caught.value.lines == (f"chmod o-w {tmp_path}/state",)
    with pytest.raises(SaveError, match="every user of this machine"):
        here.write(last, expected_serial=1)
    with (
        pytest.raises(StateError, match="every user of this machine"),
        here.lock(operation="apply", timeout=0),
    ):
        pass


def test_a_folder_that_everybody_may_write_and_nobody_may_clear_is_taken(tmp_path: Path) -> None:
    last = saved(tmp_path / "state", snapshot(1))
    (tmp_path / "state").chmod(0o1777)
    assert store(tmp_path / "state").read() == last


def test_a_file_that_everybody_may_write_is_refused_with_the_line_that_closes_it(
    tmp_path: Path,
) -> None:
    saved(tmp_path, snapshot(1))
    (tmp_path / "dev.json").chmod(0o666)
    with pytest.raises(StateError, match="every user of this machine") as caught:
        store(tmp_path).read()
    assert caught.value.lines == (f"chmod o-w {tmp_path}/dev.json",)


@pytest.mark.parametrize("below", ["", "project", "project/state", "elsewhere"])
def test_a_line_to_paste_does_what_it_says_wherever_somebody_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    folder = tmp_path / "project" / "state"
    last = saved(folder, snapshot(1))
    (tmp_path / "elsewhere" / "state").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / below)

    def paste(lines: tuple[str, ...]) -> None:
        (line,) = lines
        subprocess.run(shlex.split(line), check=True)

    for path in (folder, folder / "dev.json"):
        path.chmod(path.stat().st_mode | 0o002)
        with pytest.raises(StateError) as caught:
            store(folder).read()
        paste(caught.value.lines)
        assert store(folder).read() == last
    assert (str(folder) in caught.value.lines[0]) is (below == "elsewhere")
    saved(folder, snapshot(2))
    (folder / "dev.json").unlink()
    with pytest.raises(StateError) as caught:
        store(folder).read()
    paste(caught.value.lines)
    assert store(folder).read() == last


def test_a_line_to_paste_takes_no_folder_for_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert places.pasteable("cp", tmp_path / "-f a", Path("/b")) == "cp './-f a' /b"


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_done(
    tmp_path: Path, number: int
) -> None:
    def opened(path: Path, flags: int, mode: int) -> int:
        if flags & os.O_CREAT:
            raise OSError(number, os.strerror(number))
        return os.open(path, flags, mode)

    with (
        pytest.raises(StateError, match=r"Nothing can be written beside.*Nothing was changed"),
        store(tmp_path, disk=Disk(open=opened)).lock(operation="apply", timeout=0),
    ):
        pass


def test_a_folder_that_leads_out_of_the_project_is_refused(tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    project.mkdir()
    elsewhere.mkdir()
    (project / "state").symlink_to(elsewhere)
    with pytest.raises(StateError, match="leads out of"):
        store(project / "state", root=project).read()


def test_a_link_inside_the_folder_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    last = saved(tmp_path, snapshot(1))
    (tmp_path / "alias.json").symlink_to("dev.json")
    store(tmp_path, name="alias.json").write(last, expected_serial=1)
    assert (tmp_path / "alias.json").is_symlink()
    assert json.loads((tmp_path / "dev.json").read_text())["serial"] == 2


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(StateError, match=r"Not a directory|File exists"):
        store(tmp_path / "state").read()
    with (
        pytest.raises(StateError, match=r"Not a directory|File exists"),
        store(tmp_path / "state").lock(operation="apply", timeout=0),
    ):
        pass


def test_a_state_with_one_id_under_two_addresses_is_never_written(tmp_path: Path) -> None:
    twice = snapshot(1).with_records({address(2): record(1)})
    with pytest.raises(SaveError, match="same connection"):
        store(tmp_path).write(twice, expected_serial=0)
    assert list(tmp_path.iterdir()) == []


def test_a_state_that_could_not_be_read_again_is_never_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scribes, "LIMIT", 100)
    with pytest.raises(SaveError, match="larger than"):
        store(tmp_path).write(snapshot(1), expected_serial=0)
    assert list(tmp_path.iterdir()) == []


def test_text_that_utf8_cannot_carry_makes_the_save_fail(tmp_path: Path) -> None:
    odd = snapshot(1).with_records({address(1): replace(record(1), spec={"name": "\ud83d"})})
    here = store(tmp_path)
    with pytest.raises(SaveError, match="surrogate"):
        here.write(odd, expected_serial=0)
    assert here.dump(odd) is None


# --- dumps ------------------------------------------------------------------------------------


def test_a_dump_is_read_as_what_it_is(tmp_path: Path) -> None:
    dump = store(tmp_path).dump(snapshot(1))
    assert dump is not None
    assert store(tmp_path).salvage(Path(dump)).records == snapshot(1).records


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda path: None, "No such file", id="missing"),
        pytest.param(_folder, "not a regular file", id="folder"),
        pytest.param(lambda path: path.write_text("{}"), "which format_version", id="no-state"),
        pytest.param(lambda path: path.write_text(""), "It is empty", id="empty"),
        pytest.param(lambda path: path.write_text('{"format_version": "1'), "cut off", id="torn"),
        pytest.param(
            lambda path: path.write_text('{"format_version": "2.0"}'), "format 2.0", id="newer"
        ),
        pytest.param(_writable_by_all, "every user", id="writable-by-all"),
        pytest.param(_larger_than_allowed, "larger than", id="huge"),
        pytest.param(lambda path: path.symlink_to("dev.json"), "symbolic", id="link"),
    ],
)
def test_what_no_dump_should_be_is_refused_by_its_name(
    tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    saved(tmp_path, snapshot(1))
    path = tmp_path / "dev.errored-2-0badcafe.json"
    make(path)
    with pytest.raises(StateError, match=rf"errored-2-0badcafe\.json cannot be.*({words})"):
        store(tmp_path).salvage(path)


def test_the_dump_of_another_sandbox_is_refused(tmp_path: Path) -> None:
    dump = store(tmp_path, sandbox="prod").dump(snapshot(1, sandbox="prod"))
    assert dump is not None
    with pytest.raises(ForeignStateError, match=r"errored.*sandbox prod"):
        store(tmp_path).salvage(Path(dump))
