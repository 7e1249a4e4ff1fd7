"""Where an answer says that there is more."""

from __future__ import annotations

from requests.utils import parse_header_links

from reconciler.http.transport import Response


def related(answer: Response, relation: str) -> list[str]:
    """Return the targets of the links of one relation (RFC 8288), in their order."""
    links = parse_header_links(answer.headers.get("link", ""))
    return [link["url"] for link in links if link.get("rel") == relation]
