"""URLs that pretend to lead to a host, and a watch over whoever looks one up."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_ASKING = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr")


@contextmanager
def nobody_asked() -> Iterator[None]:
    """Claim that no name is looked up and nothing connected to meanwhile.

    No audit hook does this: before Python 3.12, one written in Python lets a thread that begins
    elsewhere fail where coverage is measured.
    """
    asked: list[object] = []

    def note(*arguments: object) -> None:
        asked.append(arguments)
        raise OSError("nobody is asked")

    with pytest.MonkeyPatch.context() as patch:
        for name in _ASKING:
            patch.setattr(socket, name, note)
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, note)
        yield
    assert asked == []


def lookalikes(host: str) -> list[str]:
    """Return URLs that some reader might take for one of ``host``, and that are none."""
    first, _, domain = host.partition(".")
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign.isalpha() else sign for sign in host)
    return [
        # another host with the name at its front, its back or in the middle
        f"https://{host}.evil.io",
        f"https://{host}.evil.io:443",
        f"https://{host}-evil.io",
        f"https://{host}evil.io",
        f"https://evil-{first}{domain}",
        f"https://evil{first}-{domain}.io",
        f"https://{first}-{domain}",
        f"https://evil.io/{host}",
        f"https://evil.io/.{domain}",
        f"https://evil.io#{host}",
        f"https://evil.io?{host}",
        f"https://evil.io#.{domain}",
        f"https://xn--{first}-{domain}",
        f"https://{host}.xn--p1ai",
        # somebody before an @
        f"https://{host}@evil.io",
        f"https://{host}:443@evil.io",
        f"https://{host}%40evil.io",
        f"https://user:password@{host}",
        f"https://user@{host}",
        f"https://:@{host}",
        f"https://@{host}",
        # backslashes, which browsers take for slashes
        f"https://evil.io\\@{host}",
        f"https://evil.io\\.{domain}",
        f"https:\\\\{host}",
        f"https://{host}\\.evil.io",
        f"https:/\\{host}",
        # signs that only look like others
        f"https://{host.replace('.', chr(0x3002))}",
        f"https://{host.replace('.', chr(0xFF0E))}",
        f"https://{host.replace('.', chr(0xFF61))}",
        f"https://{host.replace('.', chr(0x2024))}",
        f"https://{wide}",
        f"https://{host.replace('o', chr(0x43E))}",
        f"https://{host.replace('o', chr(0x3BF))}",
        f"https://{host.replace('o', chr(0x1D7F6))}",
        f"https://{host.replace('o', 'ö')}",
        f"https://{host}{chr(0x2044)}evil.io",
        f"https://{host}{chr(0xFF0F)}.evil.io",
        f"https://{host}{chr(0x200B)}",
        f"https://{host}{chr(0xAD)}",
        f"https://{chr(0x202E)}{host}",
        # signs that some readers drop
        f"https://{host}\t.evil.io",
        f"https://{host}\n.evil.io",
        f"https://{host}\r.evil.io",
        f"https://{first}\t.{domain}",
        f"https://{host}\n",
        f"https://{host}\r\nHost: evil.io",
        f"\thttps://{host}",
        f" https://{host}",
        f"https://{host} ",
        f"https://{host} .evil.io",
        f"https://{host}\0.evil.io",
        f"https://{host}\0",
        f"https://{host}%00.evil.io",
        f"https://{host}%0d%0a.evil.io",
        f"https://{host}%2eevil.io",
        f"https://{host.replace('.', '%2e')}",
        f"https://%{ord(host[0]):x}{host[1:]}",
        f"https://{host}%2f.evil.io",
        # addresses, in every spelling
        "https://93.184.216.34",
        "https://1572395042",
        "https://0x5db8d822",
        "https://0135.0270.0330.042",
        "https://93.184.55330",
        "https://[2606:2800:220:1:248:1893:25c8:1946]",
        "https://[::ffff:93.184.216.34]",
        "https://[::ffff:5db8:d822]",
        "https://[fe80::1%25eth0]",
        "https://[::1%eth0]",
        "https://0.0.0.0",
        "https://169.254.169.254",
        f"https://[{host}]",
        # labels that are none
        f"https://.{host}",
        f"https://{first}..{domain}",
        f"https://{host}..",
        f"https://{host}.",
        "https://.",
        "https://",
        "https:///",
        f"https:///{host}",
        f"https://{'a' * 64}.{domain}.evil.io",
        f"https://{'a.' * 4000}evil.io",
        f"https://{host}.{'a' * 70_000}",
        # other schemes, or none
        f"http://{host}",
        f"ftp://{host}",
        f"file://{host}",
        f"javascript://{host}",
        f"//{host}",
        f"https:{host}",
        f"https:/{host}",
        f"https:////{host}",
        f"https;//{host}",
        f"https//{host}",
        f"hţtps://{host}",
        # ports
        f"https://{host}:444",
        f"https://{host}:0",
        f"https://{host}:65536",
        f"https://{host}:99999999999",
        f"https://{host}:-443",
        f"https://{host}:+443",
        f"https://{host}:443:443",
        f"https://{host}:443.evil.io",
        f"https://{host}:4{chr(0xFF14)}3",
        f"https://{host}:0x1bb",
        # a rest
        f"https://{host}?",
        f"https://{host}#",
        f"https://{host}?x=1",
        f"https://{host};evil.io",
        f"https://{host},evil.io",
    ]
