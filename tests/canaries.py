"""Secrets that no test may show: they all have the same core, so that it can be looked for.

``tests.watch`` does so after every test.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path

CORE = "canary9b1f"
"""Stands in every secret of every test."""

_MARKS = ("%", "%25", r"\x", r"\u00", r"\\u00")
"""What stands before each byte in hex where every sign is escaped."""
_written: dict[Path, bytes] = {}


def own(path: Path) -> Path:
    """Say that a test wrote this file itself and on purpose; while it is unchanged, it may leak."""
    _written[path.absolute()] = path.read_bytes()
    return path


def write(path: Path, content: str | bytes) -> Path:
    """Write such a file."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return own(path)


def is_own(path: Path, data: bytes) -> bool:
    """Tell whether a file is one of those, and still what it was."""
    return _written.get(path.absolute()) == data


def core(secret: str) -> str:
    """Return the longest part of a secret that no spelling but base64, hex and the like changes."""
    parts: list[str] = re.findall(r"[\w-]+", secret, re.ASCII)
    return max(parts, key=len)


def traces(secret: str) -> set[bytes]:
    """Return what betrays a secret wherever it stands, however it is spelled.

    As it is, which is so in JSON, HTML and URLs, in base64 at each place, in hex, in percent
    escapes, in escapes of Python and JSON, in UTF-16, and backwards.
    """
    word = core(secret)
    data = word.encode()
    found = {data, data[::-1], word.encode("utf-16-le"), word.encode("utf-16-be")}
    for digits in (data.hex(), data.hex().upper()):
        pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
        escaped = ("".join(f"{mark}{one}" for one in pairs) for mark in _MARKS)
        found |= {digits.encode(), *(text.encode() for text in escaped)}
    for offset in range(3):  # base64 looks otherwise in each place of a group of three bytes
        spelled = base64.b64encode(b"\0" * offset + data)
        inner = spelled[4 if offset else 0 : len(data) // 3 * 4]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return found


_TRACES = sorted(traces(CORE))
_BREAKS = b" \t\n\r\v\f"


def found_in(data: bytes) -> bytes | None:
    """Return how some secret of ours is spelled in there, if one is; line breaks hide nothing."""
    joined = data.translate(None, _BREAKS)
    return next((trace for trace in _TRACES if trace in data or trace in joined), None)
