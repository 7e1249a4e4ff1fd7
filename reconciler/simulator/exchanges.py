"""What goes over the wire: a request, its answer, and how the answer ends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl


class Ending(StrEnum):
    """How the wire treats an answer; whoever carries the answer acts on it."""

    WHOLE = "whole"
    RESET = "reset"
    """Not one byte of it arrives: the connection is reset."""
    TRUNCATED = "truncated"
    """Half of the body arrives under the ``Content-Length`` of all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; header names are in lower case, the query is decoded and in order."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer, and what befalls it on the way."""

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    committed: str | None = None
    """The id of the object that the request made, changed or deleted."""
    ending: Ending = Ending.WHOLE
    delay: float = 0.0
    """Seconds that pass between the commit and the first byte."""
    pace: float = 0.0
    """Seconds between two bytes of the body; 0 sends it at once."""
    padding: int = 0
    """Blanks sent before the body, to make it huge without holding it in memory."""


def json_answer(
    status: int,
    document: object,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    committed: str | None = None,
) -> Answer:
    """Return an answer that carries the document as JSON."""
    return Answer(
        status=status,
        body=json.dumps(document, ensure_ascii=False).encode(),
        headers=(("Content-Type", "application/json"), *headers),
        committed=committed,
    )


def html_answer(status: int, title: str) -> Answer:
    """Return what a proxy says when the service behind it says nothing."""
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Answer(status=status, body=body.encode(), headers=(("Content-Type", "text/html"),))


def bearer(request: Request) -> str | None:
    """Return the token of the ``Authorization`` header, ``None`` where there is no header."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def parameters(request: Request) -> dict[str, str]:
    """Return the parameters of a token request: query, form or multipart body, the body wins."""
    return dict(request.query) | _form(request.headers.get("content-type", ""), request.body)


def _form(content_type: str, body: bytes) -> dict[str, str]:
    if content_type.startswith("multipart/form-data"):
        head = f"Content-Type: {content_type}\r\n\r\n".encode()
        message: Message = message_from_bytes(head + body)
        return dict(_field(part) for part in message.walk() if not part.is_multipart())
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _field(part: Message) -> tuple[str, str]:
    name: Any = part.get_param("name", header="content-disposition") or ""
    content: Any = part.get_payload(decode=True) or b""
    return str(name), content.decode(errors="replace").removesuffix("\r\n")
