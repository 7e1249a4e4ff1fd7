"""Zoho's data centres: code, accounts host, API host, and the code a host or URL stands for.

Hosts: zoho/zohocrm-python-sdk-8.0 and Zoho's multi-dc page; uk has its accounts host there, and
its API host is a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

ACCOUNTS: Mapping[str, str] = {
    "us": "accounts.zoho.com",
    "eu": "accounts.zoho.eu",
    "in": "accounts.zoho.in",
    "au": "accounts.zoho.com.au",
    "cn": "accounts.zoho.com.cn",
    "jp": "accounts.zoho.jp",
    "ca": "accounts.zohocloud.ca",
    "sa": "accounts.zoho.sa",
    "uk": "accounts.zoho.uk",
}
APIS: Mapping[str, str] = {
    "us": "https://www.zohoapis.com",
    "eu": "https://www.zohoapis.eu",
    "in": "https://www.zohoapis.in",
    "au": "https://www.zohoapis.com.au",
    "cn": "https://www.zohoapis.com.cn",
    "jp": "https://www.zohoapis.jp",
    "ca": "https://www.zohoapis.ca",
    "sa": "https://www.zohoapis.sa",
    "uk": "https://www.zohoapis.uk",
}
CODES: Mapping[str, str] = {host: code for code, host in ACCOUNTS.items()}


def of_url(accounts_url: str, ours: Mapping[str, str]) -> str | None:
    """Return the data centre of an accounts URL: Zoho's own, or one of ours.

    Those are URLs with ``/zoho/CODE``, and ``ours``, by the origin.
    """
    parts = urlsplit(accounts_url)
    return ours.get(accounts_url) or CODES.get(parts.hostname or "") or of_path(parts.path)


def of_path(path: str) -> str | None:
    """Return the data centre that a path below ``/zoho/`` names."""
    steps = path.split("/")
    return steps[2] if steps[1:2] == ["zoho"] and steps[2:] and steps[2] in ACCOUNTS else None
