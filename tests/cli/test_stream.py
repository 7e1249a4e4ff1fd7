"""Events are printed with the time of the machine, one a line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from reconciler.cli.console import Console
from reconciler.cli.stream import Stream
from reconciler.core.scrubber import Scrubber
from reconciler.model.findings import Finding
from reconciler.model.secrets import Secret
from tests.canaries import CORE

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def test_each_event_has_the_time_at_which_it_is_printed(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    seconds = count()
    stream = Stream(Console(environ={}), today=lambda: NOON + timedelta(seconds=next(seconds)))
    stream.findings([Finding(summary="Told", detail="once")])
    lines = capfdbinary.readouterr().out.splitlines()
    assert [json.loads(line)["@timestamp"] for line in lines] == [
        "2026-11-26T12:00:00.000000Z",
        "2026-11-26T12:00:01.000000Z",
    ]


def test_what_cannot_be_carried_out_is_told_as_an_event_from_the_first_on(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    console = Console(environ={})
    Stream(console, today=lambda: NOON)
    console.findings([Finding(summary="Not reachable", detail="Try again.")])
    told = capfdbinary.readouterr()
    assert [json.loads(line)["type"] for line in told.out.splitlines()] == ["version", "diagnostic"]
    assert told.err == b""


def test_a_secret_in_an_event_is_masked_and_the_line_is_still_json(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    scrubber = Scrubber()
    secret = Secret(f'{CORE}-"in"\\words')
    scrubber.remember(secret)
    stream = Stream(Console(environ={}, scrubber=scrubber), today=lambda: NOON)
    stream.findings([Finding(summary="Told", detail=f"It is {secret.reveal()}.")])
    event = json.loads(capfdbinary.readouterr().out.splitlines()[-1])
    assert CORE not in event["diagnostic"]["detail"]
