"""How programs spell a value: in JSON, HTML, URLs and forms, in base64 and hex, and once more.

Each program escapes other signs. What one escapes and the next does not is written down here once,
so that of all those ways only the ones are made in which this value looks differently.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from functools import cache
from itertools import product
from urllib.parse import quote

from reconciler.core.escaping import escape, escape_markup, json_escape

_HEX_IN_JSON = (
    "",  # Python, JavaScript, Java
    "<>&",  # Go, Ruby on Rails
    "<>&='",  # Gson
    "<>&'\"",  # PHP, with all that it can be asked to escape
    "<>&'\"+`",  # .NET
)
"""ASCII that is spelled in hex in JSON."""

_KEPT_IN_URLS = (
    "",  # PHP 5.2 and older
    "~",  # RFC 3986: all but the unreserved
    "~/",  # a path
    "*",  # Java and browsers, in a form
    "!*()",  # .NET, in a form
    "~!*'()",  # JavaScript's encodeURIComponent
    "~$&+:=@",  # Go, in a path
    "~!*'();,/?:@&=+$#",  # JavaScript's encodeURI
)
"""What of ASCII stands for itself in a URL, besides letters, digits and ``-._``."""

_WORD = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._")


def spellings(value: str) -> set[str]:
    """Return the value as it is, and in every spelling that it may come back in."""
    data = value.encode(errors="surrogatepass")
    text = html.escape(value, quote=False)
    return {
        value,
        escape(value),
        escape_markup(value),
        escape(f"{value}[")[:-1],  # as it is escaped before a sign that makes a command of both
        " ".join(value.split()),
        repr(value)[1:-1],
        repr(data)[2:-1],
        text,
        html.escape(value),
        html.escape(value).replace("&#x27;", "&#39;"),
        text.replace('"', "&#34;").replace("'", "&#39;"),
        *_in_json(value),
        *_in_urls(value),
        *_base64(data),
        *_base64_twice(data),
        data.hex(),
        data.hex().upper(),
    }


def _in_json(value: str) -> Iterator[str]:
    """Yield the value as texts in JSON have it, and as JSON within JSON has those."""
    signs = frozenset(value) - _WORD
    beyond = {sign for sign in signs if sign > "~"}
    ways = {signs.intersection(hexed) | more for hexed in _HEX_IN_JSON for more in (set(), beyond)}
    for hexed in ways if signs else ():
        for upper in (frozenset(), signs - beyond, signs):  # PHP has capitals in ASCII alone
            table = {
                ord(sign): _sign_in_json(sign, hexed=sign in hexed, upper=sign in upper)
                for sign in signs
            }
            plain = value.translate(table)
            for once in (plain, plain.replace("/", "\\/")):
                yield once
                yield once.replace("\\", "\\\\").replace('"', '\\"')
    whole = json_escape(value)  # nothing forbids to escape what needs it not
    yield from (whole, whole.upper().replace("\\U", "\\u"))


@cache
def _sign_in_json(sign: str, *, hexed: bool, upper: bool) -> str:
    shortest = json.dumps(sign, ensure_ascii=False)[1:-1]
    if not hexed and not shortest.startswith("\\u"):
        return shortest
    escaped = json_escape(sign)
    return escaped.upper().replace("\\U", "\\u") if upper else escaped


def _in_urls(value: str) -> Iterator[str]:
    """Yield the value as parts of URLs and forms have it, in either case, once and twice encoded.

    Nothing forbids to encode what needs it not, so that every sign of it may be.
    """
    signs = frozenset(value) - _WORD
    ways = {signs.difference(kept) for kept in _KEPT_IN_URLS} - {frozenset()}
    everything = frozenset(value)
    spaces = ("%20", "+") if " " in signs else ("%20",)
    for encoded, upper, space in product(ways | {everything}, (False, True), spaces):
        table = {ord(sign): _percent(sign, upper=upper) for sign in encoded}
        once = value.translate({**table, ord(" "): space})
        yield once
        yield once.replace("%", "%25")
        if encoded != everything or space == "+":  # else only percent signs are left to encode
            yield quote(once, safe="", errors="surrogatepass")


@cache
def _percent(sign: str, *, upper: bool) -> str:
    digits = sign.encode(errors="surrogatepass").hex("%")
    return f"%{digits.upper() if upper else digits}"


def _base64_twice(data: bytes) -> Iterator[str]:
    """Yield base64 of base64, of the value alone and of what no neighbour changes of it."""
    whole = base64.b64encode(data).decode()
    once = {whole, whole.rstrip("="), *(_inner(_padded(data, before)) for before in range(3))}
    for text in once | {_url_safe(text) for text in once}:
        yield from _base64(text.encode())


def _base64(data: bytes) -> Iterator[str]:
    """Yield what no neighbour changes of the data in base64, at each place in a group of three."""
    for before in range(3):
        padded = _padded(data, before)
        for text in {padded, padded.rstrip("="), _inner(padded)}:
            yield text
            yield _url_safe(text)


def _padded(data: bytes, before: int) -> str:
    """Return the end of base64 from the first sign on that is of the data alone."""
    return base64.b64encode(bytes(before) + data).decode()[before and before + 1 :]


def _inner(padded: str) -> str:
    """Return the signs that are of the data alone, whatever stands behind it."""
    return padded.rstrip("=")[:-1] if padded.endswith("=") else padded


def _url_safe(text: str) -> str:
    return text.replace("+", "-").replace("/", "_")
