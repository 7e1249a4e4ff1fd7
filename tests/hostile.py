"""Texts that do something to whoever shows them as they are, and the test of what was shown."""

from __future__ import annotations

import re
from itertools import product

_COMMANDS = [
    "::error::pwned",
    "::error file=a,line=1::pwned",
    "::add-mask::a",
    "::stop-commands::token",
    "::set-output name=a::b",
    "::save-state name=a::b",
    "::group::",
    "::debug::x",
    "##[error]pwned",
    "##[command]rm",
    "##[group]x",
    "##[set-env name=PATH;]/tmp",
    "##[ADD-PATH]/tmp",
    "##vso[task.setvariable variable=PATH]/tmp",
    "##vso[task.complete result=Succeeded;]",
    "##VSO[task.prependpath]/tmp",
    "##teamcity[buildStatus status='SUCCESS']",
    "##TeamCity[setParameter name='a' value='b']",
    "section_start:1560896352:name[collapsed=true]\r\x1b[0Kheader",
    "section_end:1560896352:name\r\x1b[0K",
    "###[error]x",
    "####vso[x]",
    "# ##[x]#",
]
_BEFORE = ["", " ", "\t", "text ", "text\n", "text\r", "\r\n", "\u2028", "\u2029", "\x85", "\x0b"]
_TERMINAL = [
    "\x1b[31mred\x1b[0m",
    "\x1b[2J\x1b[H",
    "\x1b[1A\x1b[2KPlan: 0 to add",
    "\x1b]0;title\x07",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;cHduZWQ=\x07",
    "\x1b]1337;File=inline=1:AA==\x07",
    "\x1bP+q544e\x1b\\",
    "\x1b_Gf=24\x1b\\",
    "\x1bc",
    "\x1b(0",
    "\x1b[6n",
    "\x1b[?1049h",
    "\x9b31mred",
    "\x9d0;title\x9c",
    "\x90q\x9c",
    "\x84\x85\x8d",
    "\x08\x08\x08\x08Plan",
    "a\x7fb",
    "\x00",
    "\x07\x07",
    "\x0c",
    "\x0e\x0f",
    "\x1a",
]
_LINES = [
    "a\nb",
    "a\rb",
    "a\r\nb",
    "a\x0bb",
    "a\x0cb",
    "a\x1cb\x1db\x1eb",
    "a\x85b",
    "a\u2028b\u2029c",
]
_UNSEEN = [
    "\u202eevil\u202c",
    "\u2066a\u2069\u2067b\u2068",
    "\u202a\u202b\u202d",
    "\u200e\u200f\u061c",
    "a\u200bb\u200cc\u200dd",
    "\ufeffa\u2060b",
    "\u00ada",
    "\u034f\u115f\u1160\u17b4\u17b5",
    "\u2800\u3164\uffa0",
    "\u180e",
    "\u00a0\u2003\u3000",
    "\U000e0041\U000e007f",
    "\ufff9a\ufffab\ufffb",
    "\U0001d173",
    "a\u0301\u0301\u0301",
    "\ufffe\uffff",
    "\ue000\U000f0000",
]
_SURROGATES = ["\ud800", "\udfff", "a\udc80b", "\udce9", "\ud83d", "\ude00\ud83d"]
_MARKUP = [
    "![x](https://evil.example/a.png)",
    "[click](javascript:alert(1))",
    "[a]: https://evil.example",
    "<https://evil.example>",
    "https://evil.example",
    "www.evil.example",
    "@everyone @channel",
    "@org/team",
    "fixes #1, GH-1, org/repo#1",
    "```",
    "````\n# heading\n````",
    "~~~",
    "`code`",
    "``` ` ``",
    "a | b | c",
    "|---|",
    "# heading",
    "- [x] done",
    "> quote",
    "***",
    "---",
    "===",
    "<!-- -->",
    "--> x",
    "$\\href{javascript:alert(1)}{x}$",
    ":rocket:",
    "~~gone~~",
    "\\`\\|",
    "&lt;b&gt;&#x3c;",
    "{{ 7 * 7 }}",
    "${{ secrets.TOKEN }}",
    "${HOME}$(id)`id`",
    "%0A::error::x",
    "%d%s%n",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "</pre></code></details>",
    "<a href='x'>",
    "<style>*{display:none}</style>",
    "]]>",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
]
_FORMULAS = [
    "=HYPERLINK('https://evil.example')",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1",
]
_HUGE = ["A" * 70_000, "\x1b" * 5_000, "##[" * 5_000, "\n" * 5_000, "`" * 3_000]

HOSTILE: list[str] = [
    *(before + command for before, command in product(_BEFORE, _COMMANDS)),
    *_TERMINAL,
    *_LINES,
    *_UNSEEN,
    *_SURROGATES,
    *_MARKUP,
    *_FORMULAS,
    *_HUGE,
]

SAYABLE = [text for text in HOSTILE if not re.search("[\ud800-\udfff]", text)]
"""Those that UTF-8 can carry."""

SAMPLE: list[str] = [
    *(f"text\n{command}" for command in _COMMANDS),
    *_TERMINAL,
    *_LINES,
    *_UNSEEN,
    *_MARKUP,
    *_FORMULAS,
    *(text[:600] for text in _HUGE),
]
"""Each kind once, where each costs a second look."""

_TAKEN = re.compile(r"##\[|##vso\[|##teamcity\[", re.IGNORECASE)
_LEADING = re.compile(r"^\s*::", re.MULTILINE)
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*$", re.MULTILINE)
_UNSEEN_SIGNS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def harmless(output: str) -> bool:
    """Tell whether an output has lines and printable signs alone, and no line means more."""
    return not offences(output)


def offences(output: str) -> list[str]:
    """Return what in an output does something else than be read."""
    signs = {*output}
    odd = {sign for sign in signs if not sign.isprintable() and sign != "\n"}
    odd |= _UNSEEN_SIGNS & signs
    patterns = (_TAKEN, _LEADING, _FENCE)
    return [
        *map(ascii, sorted(odd)),
        *(repr(found.group()) for pattern in patterns for found in pattern.finditer(output)),
    ]
