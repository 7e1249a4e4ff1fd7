"""The floor: the least that any tool written in Python has to do, and nothing beside it.

A process of its own, which imports what the work needs and prints the seconds of the work alone.
The floor of ``validate`` is the parsing and the schema check; that of ``plan`` adds the listing,
page after page, and the reading of the state.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

import yaml
from jsonschema import Draft202012Validator

Service: TypeAlias = Mapping[str, Any]
"""Where connections are listed, and with which headers, token or credentials."""

SCHEMA = Path(__file__).parent.parent / "schemas" / "zoho-crm-connection.schema.json"
QUERY = {
    "property": "connectionSpec.id==929e4450-0237-4ed2-9404-b7e1e0a00309",
    "limit": "100",
    "orderby": "createdAt",
}


def check(folder: Path) -> int:
    """Parse every manifest by libyaml and hold it against the schema; return their number."""
    schema = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    paths = sorted((folder / "connections").iterdir())
    for path in paths:
        document = yaml.load(path.read_bytes(), yaml.CSafeLoader)
        if not schema.is_valid(document):
            raise ValueError(path)
    return len(paths)


def listing(service: Service) -> int:
    """List the connections over one kept connection, page after page; return their number."""
    count, following = 0, QUERY
    with requests.Session() as session:
        headers = {**service["headers"], "Authorization": f"Bearer {_token(session, service)}"}
        while True:
            answer = session.get(service["url"], params=following, headers=headers, timeout=60)
            page = answer.json()
            count += len(page["items"])
            link = page["_links"].get("next")
            if link is None:
                return count
            token = parse_qs(urlsplit(link["href"]).query)["continuationToken"][0]
            following = {**QUERY, "continuationToken": token}


def _token(session: requests.Session, service: Service) -> str:
    """Return the token that is given, or one asked for with the credentials."""
    if "token" in service:
        return str(service["token"])
    answer = session.post(service["token_url"], data=service["credentials"], timeout=60)
    return str(answer.json()["access_token"])


def state(folder: Path) -> int:
    """Read the state as plain JSON; return the number of its connections."""
    document = json.loads((folder / "state" / "dev.json").read_bytes())
    return len(document["resources"])


def measured(work: Mapping[str, Callable[[], int]]) -> dict[str, float]:
    """Return the seconds that each part of the work took; all must have seen as many."""
    seconds, counts = {}, set()
    for name, part in work.items():
        began = time.perf_counter()
        counts.add(part())
        seconds[name] = time.perf_counter() - began
    if len(counts) != 1:
        raise ValueError(f"the parts saw different numbers of connections: {counts}")
    return seconds


def main(folder: Path, service: Service | None) -> None:
    """Do the work of ``validate`` or, given a service, that of ``plan``."""
    work: dict[str, Callable[[], int]] = {"check": lambda: check(folder)}
    if service is not None:
        work |= {"list": lambda: listing(service), "state": lambda: state(folder)}
    print(json.dumps(measured(work)))


if __name__ == "__main__":
    if sys.argv[2:]:
        import requests  # its import belongs to the start; the floor of validate does without
    main(Path(sys.argv[1]), json.loads(sys.argv[2]) if sys.argv[2:] else None)
