"""The watch over every test sees a canary that gets out, by whatever way and however spelled."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests import canaries
from tests.canaries import CORE
from tests.drafts import CANARY
from tests.flowservice import clients
from tests.journeys import worlds
from tests.simulator import callers

pytest_plugins = ("pytester",)

TEST = """
import logging, os, subprocess, sys, pytest
from pathlib import Path
from tests import canaries

TEXT = bytes.fromhex({text!r}).decode("latin-1")

def test_it(tmp_path, capsys):
    {act}
"""

SINKS = {
    "stdout": "os.write(1, TEXT.encode('latin-1'))",
    "print": "print(TEXT)",
    "stderr": "sys.stderr.write(TEXT)",
    "log": "logging.getLogger('urllib3').debug('%s', TEXT)",
    "file": "(tmp_path / 'a').mkdir(); (tmp_path / 'a' / 'b').write_text(TEXT, 'latin-1')",
    "changed-file": (
        "canaries.write(tmp_path / 'a', 'x' + TEXT); (tmp_path / 'a').write_text(TEXT, 'latin-1')"
    ),
    "capsys": "print(TEXT); capsys.readouterr()",
    "process": "subprocess.run(['printf', '%s', 'x' + TEXT], capture_output=True, check=True)",
}

SPELLINGS: dict[str, Callable[[str], str]] = {
    "itself": str,
    "json": json.dumps,
    "url": lambda value: quote(value, safe=""),
    "percent": lambda value: "".join(f"%{byte:02x}" for byte in value.encode()),
    "percent-twice": lambda value: "".join(f"%25{byte:02X}" for byte in value.encode()),
    "hex": lambda value: value.encode().hex(),
    "hex-upper": lambda value: value.encode().hex().upper(),
    "base64-0": lambda value: base64.b64encode(value.encode()).decode(),
    "base64-1": lambda value: base64.b64encode(b"a" + value.encode()).decode(),
    "base64-2": lambda value: base64.urlsafe_b64encode(b"ab" + value.encode()).decode(),
    "wrapped": lambda value: base64.encodebytes(b"a" * 50 + value.encode()).decode(),
    "escapes": lambda value: "".join(f"\\x{byte:02x}" for byte in value.encode()),
    "json-escapes": lambda value: "".join(f"\\u{ord(sign):04x}" for sign in value),
    "utf-16": lambda value: value.encode("utf-16-le").decode("latin-1"),
    "backwards": lambda value: value[::-1],
    "a-part": lambda value: value[: len(CORE) + 4],
}
SECRET = f"{CORE}-zoho/+&="


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_each_spelling_is_seen(spell: Callable[[str], str]) -> None:
    assert canaries.found_in(f"it is {spell(SECRET)}, yes".encode("latin-1"))


@pytest.mark.parametrize("act", SINKS.values(), ids=SINKS)
@pytest.mark.leaky  # the outer test hears what the inner one says
def test_each_way_out_is_watched(pytester: pytest.Pytester, act: str) -> None:
    for text, failed in ((SPELLINGS["base64-1"](SECRET), 1), ("nothing", 0)):
        pytester.makepyfile(TEST.format(text=text.encode("latin-1").hex(), act=act))
        ended = pytester.runpytest_inprocess(
            "-p", "tests.watch", "-p", "no:xdist", "-o", "log_level=DEBUG"
        )
        ended.assert_outcomes(passed=1, errors=failed)


@pytest.mark.leaky  # as above
def test_what_a_test_wrote_itself_and_nobody_changed_is_no_leak(pytester: pytest.Pytester) -> None:
    act = "canaries.write(tmp_path / 'a', TEXT)"
    pytester.makepyfile(TEST.format(text=SECRET.encode().hex(), act=act))
    pytester.runpytest_inprocess("-p", "tests.watch", "-p", "no:xdist").assert_outcomes(passed=1)


def test_every_secret_of_the_tests_can_be_recognised() -> None:
    secrets = [
        *worlds.SECRETS.values(),
        *callers.SECRETS.values(),
        CANARY,
        clients.CLIENT_SECRET,
        clients.GIVEN_TOKEN,
    ]
    assert [secret for secret in secrets if CORE not in secret] == []
