"""Secrets and where they come from: bounds hold on disk too, and no message shows a value."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.errors import SecretError
from reconciler.model.secrets import Secret
from reconciler.model.values import SecretRef
from reconciler.secrets.sources import LocalSecrets
from reconciler.secrets.texts import LARGEST
from tests import canaries
from tests.drafts import CANARY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "keys").mkdir(parents=True)
    canaries.write(folder / "keys" / "one", f"{CANARY}\n")
    return folder


def source(folder: Path, *secret_paths: str, **environ: str) -> LocalSecrets:
    return LocalSecrets(folder, environ=environ, secret_paths=secret_paths)


def refusal(secrets: LocalSecrets, scheme: str, key: str) -> str:
    with pytest.raises(SecretError) as caught:
        secrets.reveal(SecretRef(scheme, key))
    assert CANARY not in repr((caught.value, caught.value.__cause__))
    return caught.value.detail


def test_an_environment_variable_is_taken_as_it_is(folder: Path) -> None:
    assert source(folder, TOKEN="a b\ncd").reveal(SecretRef("env", "TOKEN")).reveal() == "a b\ncd"


@pytest.mark.parametrize("written", [b"secret", b"secret\n", b"secret\r\n"])
def test_one_trailing_newline_of_a_file_is_dropped(folder: Path, written: bytes) -> None:
    (folder / "key").write_bytes(written)
    assert source(folder).reveal(SecretRef("file", "key")).reveal() == "secret"


@pytest.mark.parametrize("value", ["x", "12345", "äöüäö"])
def test_what_is_too_short_to_be_masked_is_not_sent(folder: Path, value: str) -> None:
    (folder / "key").write_text(value)
    for secrets, scheme in ((source(folder, key=value), "env"), (source(folder), "file")):
        said = refusal(secrets, scheme, "key")
        assert said.startswith(f"{scheme}:key has fewer than 6 characters")
        assert value not in said


@pytest.mark.parametrize("written", [b"a\n\n", b"\na", b"a\r", b" a\n"])
def test_more_than_one_newline_of_a_file_is_no_accident_of_its_editor(
    folder: Path, written: bytes
) -> None:
    (folder / "key").write_bytes(written)
    assert "white space" in refusal(source(folder), "file", "key")


def test_each_secret_is_remembered_before_anybody_has_it(folder: Path) -> None:
    remembered: list[Secret] = []
    secrets = LocalSecrets(folder, environ={}, remember=remembered.append)
    assert remembered == [secrets.reveal(SecretRef("file", "keys/one"))]


@pytest.mark.parametrize(
    ("environ", "key", "words"),
    [
        ({}, "TOKEN", "env:TOKEN is not set"),
        ({"TOKEN": ""}, "TOKEN", "env:TOKEN is empty"),
        ({"TOKEN": " \n"}, "TOKEN", "env:TOKEN is empty"),
        ({"TOKEN": f"{CANARY}\udcff"}, "TOKEN", "env:TOKEN is not UTF-8"),
        ({"AEP_CLIENT_SECRET": CANARY}, "AEP_CLIENT_SECRET", "AEP_"),
        ({"IMS_TOKEN": CANARY}, "IMS_TOKEN", "IMS_"),
        ({"RECONCILER_KEY": CANARY}, "RECONCILER_KEY", "RECONCILER_"),
        ({"A B": CANARY}, "A B", "not the name of an environment variable"),
    ],
)
def test_a_variable_that_is_no_secret_of_ours_is_refused(
    folder: Path, environ: dict[str, str], key: str, words: str
) -> None:
    assert words in refusal(source(folder, **environ), "env", key)


@pytest.mark.parametrize(
    "key",
    [
        "../outside",
        "keys/../../outside",
        "/etc/hostname",
        "/proc/self/environ",
        "/dev/stdin",
        "//host/share",
        "/run/secrets/../../etc/hostname",
        "/run/secrets",
        "keys/on\x1be",
        "out",
        "outs/outside",
        "pipe",
        "keys",
        ".",
        "gone",
        "loop",
        "large",
        "nul",
        "latin",
        "empty",
        "blank",
        "%2e%2e/outside",
        "~/x",
    ],
)
def test_no_path_leads_out_and_only_small_text_files_are_read(folder: Path, key: str) -> None:
    canaries.write(folder.parent / "outside", CANARY)
    (folder / "out").symlink_to("../outside")
    (folder / "outs").symlink_to("..")
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")
    (folder / "large").write_bytes(b"x" * (LARGEST + 1))
    canaries.write(folder / "nul", f"{CANARY}\0")
    canaries.write(folder / "latin", f"{CANARY}é".encode("latin-1"))
    (folder / "empty").write_bytes(b"")
    (folder / "blank").write_bytes(b"\n\n")
    assert refusal(source(folder), "file", key).isprintable()


def test_a_link_that_stays_inside_is_followed(folder: Path) -> None:
    (folder / "keys" / "..data").mkdir()
    (folder / "keys" / "..data" / "two").write_text("second")
    (folder / "keys" / "two").symlink_to("..data/two")
    assert source(folder).reveal(SecretRef("file", "keys/two")).reveal() == "second"


@pytest.mark.parametrize("relative", [True, False])
def test_policy_can_add_a_folder(folder: Path, *, relative: bool) -> None:
    vault = folder.parent / "vault"
    vault.mkdir()
    (vault / "key").write_text("kept-one")
    path = "../vault" if relative else str(vault)
    secrets = source(folder, path)
    assert secrets.reveal(SecretRef("file", f"{path}/key")).reveal() == "kept-one"
    assert refusal(secrets, "file", f"{path}-other/key")


@pytest.mark.parametrize("value", [" a", "a ", "a\n", "a\r", "\ta", "a\u00a0"])
def test_a_value_that_was_copied_with_something_around_it_is_not_sent(
    folder: Path, value: str
) -> None:
    told = refusal(source(folder, COPIED=value), "env", "COPIED")
    assert "begins or ends with white space" in told


def test_the_largest_secret_is_read(folder: Path) -> None:
    (folder / "key").write_bytes(b"x" * LARGEST)
    assert len(source(folder).reveal(SecretRef("file", "key")).reveal()) == LARGEST


def test_another_scheme_is_refused(folder: Path) -> None:
    assert "no such kind" in refusal(source(folder), "vault", "x")
