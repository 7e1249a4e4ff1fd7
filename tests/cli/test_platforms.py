"""Where reconciler does not run it says so, and where it does instead."""

from __future__ import annotations

import sys

import pytest

from reconciler import __main__ as entrance
from reconciler import __version__


@pytest.fixture
def on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")


@pytest.mark.usefixtures("on_windows")
def test_on_windows_it_points_to_wsl(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["reconciler", "plan"])
    with pytest.raises(SystemExit) as ended:
        entrance.main()
    assert ended.value.code == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "Error: reconciler runs on Linux and macOS. On Windows, install and run it in WSL.\n"
    )


@pytest.mark.usefixtures("on_windows")
def test_the_version_is_told_anywhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["reconciler", "version"])
    with pytest.raises(SystemExit) as ended:
        entrance.main()
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"reconciler v{__version__}\n"
