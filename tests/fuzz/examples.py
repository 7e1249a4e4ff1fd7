"""What is drawn, and what each drawn example is held to.

Documents are sound ones, spoiled in a place or four, so that what reads them is passed through and
not only its front door; then as bytes, cut off or with a bit turned over.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

SECONDS = 1.0
"""Of processor time, that one example may take."""

TORTURE = settings.get_current_profile_name() == "torture"
bounded = settings(
    max_examples=settings().max_examples if TORTURE else 80,
    derandomize=not TORTURE,
    deadline=None,  # which goes by the clock on the wall; ``in_time`` does not
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

HOSTILE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 0.5, 1e308, -0.0, 2**63, 2**64 - 1, -(2**63)),
    *("", " ", "x", "0", "\0", "\x1b[2J", "\u202e", "\ud800", "😀", "NaN", "../..", "a" * 5_000),
    *('"', "a b", "2026-13-45T99:99:99Z", "env:X", "file:/", "$ref", "1.0", "9" * 50),
    *([], {}, [[]], [None], {"": None}, {"var": "x"}, {"secret": "env:X"}, {"id": None}),
)


@contextmanager
def in_time() -> Iterator[None]:
    """Claim that what is done takes less than ``SECONDS``."""
    began = time.process_time()
    yield
    assert time.process_time() - began < SECONDS


def _spot(draw: st.DrawFn, whole: list[Any]) -> tuple[Any, Any]:
    """Return a container somewhere in the document and the key of one of its members."""
    holder: Any = whole
    key = 0
    for _ in range(12):
        below = holder[key]
        if not isinstance(below, dict | list) or not below or not draw(st.integers(0, 4)):
            break
        holder = below
        key = draw(st.sampled_from([*below] if isinstance(below, dict) else [*range(len(below))]))
    return holder, key


def _deepened(value: Any, levels: int) -> Any:
    for level in range(levels):
        value = [value] if level % 2 else {"name": value}
    return value


def _retype(holder: Any, key: Any, draw: st.DrawFn) -> None:
    holder[key] = copy.deepcopy(draw(st.sampled_from(HOSTILE)))


def _delete(holder: Any, key: Any, draw: st.DrawFn) -> None:
    del draw, holder[key]


def _duplicate(holder: Any, key: Any, draw: st.DrawFn) -> None:
    times = draw(st.sampled_from((1, 2, 300)))
    if isinstance(holder, list):
        holder += [holder[key]] * times
    else:
        holder.update({f"{key}{number}": holder[key] for number in range(times)})


def _deepen(holder: Any, key: Any, draw: st.DrawFn) -> None:
    holder[key] = _deepened(holder[key], draw(st.sampled_from((1, 2, 30, 80, 400))))


def _rename(holder: Any, key: Any, draw: st.DrawFn) -> None:
    if isinstance(holder, dict):
        name = draw(st.sampled_from([one for one in HOSTILE if isinstance(one, str)]))
        holder[name] = holder.pop(key)


CHANGES: tuple[Callable[[Any, Any, st.DrawFn], None], ...] = (
    *(_retype, _retype, _retype, _delete, _duplicate, _deepen, _rename),
)


@st.composite
def spoiled(draw: st.DrawFn, document: Any) -> Any:
    """Return the document with up to four things done to it."""
    whole = [copy.deepcopy(document)]
    for _ in range(draw(st.integers(0, 4))):
        if whole:
            draw(st.sampled_from(CHANGES))(*_spot(draw, whole), draw)
    return whole[0] if whole else None


def spelled(document: Any) -> bytes:
    """Return it as JSON, however deep; what json cannot spell by itself is far too deep for us."""
    try:
        return json.dumps(document).encode()
    except RecursionError:
        return b"[" * 3_000


@st.composite
def broken(draw: st.DrawFn, data: bytes) -> bytes:
    """Return the bytes, mostly as they are; else cut off, turned over or with something put in."""
    place = draw(st.integers(0, max(len(data) - 1, 0)))
    match draw(st.sampled_from(("whole", "whole", "whole", "cut", "bit", "in", "twice", "coded"))):
        case "cut":
            return data[:place]
        case "bit" if data:
            turned = data[place] ^ (1 << draw(st.integers(0, 7)))
            return data[:place] + bytes([turned]) + data[place + 1 :]
        case "in":
            return data[:place] + draw(st.sampled_from(INSERTS)) + data[place:]
        case "twice":
            return data + data
        case "coded":
            return data.decode(errors="replace").encode(draw(st.sampled_from(CODINGS)))
        case _:
            return data


INSERTS = (
    *(b"\xff", b"\x00", b",", b"{", b"]", b'"', b"NaN", b"1e999", b"9" * 5_000, b"\\ud800", b"\n"),
    *(b"[" * 5_000, b'{"a":' * 5_000, b"[]," * 5_000, b'"id":1,"id":2,', b"<<<<<<< x\n", b"&a *a"),
)
CODINGS = ("utf-16", "utf-8-sig", "utf-32", "utf-7")
