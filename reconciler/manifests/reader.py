"""Reads YAML strictly: one pass over the parser's events, nothing retyped, everything bounded.

No node tree is built: PyYAML's composer recurses in C and crashes the process on deep nesting.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from reconciler.core.wording import quoted
from reconciler.errors import ReconcilerError
from reconciler.manifests import scalars
from reconciler.model.findings import Finding, Span
from reconciler.model.values import Path

LARGEST = 1024 * 1024
"""Bytes in a file."""
DEEPEST = 64
"""Mappings and lists within each other."""
MOST = 50_000
"""Scalars, mappings and lists in a file."""


_ASIDE = "(aside)"
"""Ends the path of a value that has no place in its mapping; known by identity."""

# what https://yaml.org/spec/1.2.2/#51-character-set leaves out
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Trail(dict[str, "Trail"]):
    """A path from the top of a document, with those below it; each exists once and is shared."""

    __slots__ = ("path",)

    def __init__(self, path: Path = ()) -> None:
        super().__init__()
        self.path = path

    def __missing__(self, name: str) -> Trail:
        below = self[name] = Trail((*self.path, name))
        return below


@dataclass(slots=True)
class Plain:
    """An unquoted scalar that is no text where its schema allows none."""

    path: Path
    holder: Any
    """The dict or list that it stands in."""
    key: Any

    def settle(self) -> None:
        """Put what it means in place of its text."""
        self.holder[self.key] = scalars.typed(self.holder[self.key])


@dataclass(slots=True)
class Document:
    """One YAML document as plain dicts, lists, text and None."""

    value: Any = None
    positions: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """(line, column) of each key and list item, counting from one; ``()`` is the document."""
    plains: list[Plain] = field(default_factory=list)
    sound: bool = True
    """Whether no finding is about it; otherwise it is only good for finding more."""
    unsure: set[Path] = field(default_factory=set)
    """Values that were not understood: whatever is said of them may be beside the point."""


class _RefusedError(Exception):
    """The file is not read any further."""

    def __init__(self, summary: str, detail: str, *, line: int = 1, column: int = 1) -> None:
        super().__init__(summary)
        self.summary, self.detail = summary, detail
        self.line, self.column = line, column


def _refused(summary: str, detail: str, mark: Any) -> _RefusedError:
    return _RefusedError(summary, detail, line=mark.line + 1, column=mark.column + 1)


def read(data: bytes, path: str, trail: Trail) -> tuple[list[Document], list[Finding]]:
    """Return the documents of one file, and what keeps it from being read.

    A document is left out where nothing after a finding about it can be understood.
    """
    if not yaml.__with_libyaml__:
        raise ReconcilerError(
            "PyYAML was installed without its C parser. Install a PyYAML wheel, or libyaml first."
        )
    reading = _Reading(path, trail)
    try:
        for event in _events(_text(data)):
            reading.take(event)
    except _RefusedError as refusal:
        span = Span(path, refusal.line, refusal.column)
        reading.findings.append(Finding(summary=refusal.summary, detail=refusal.detail, span=span))
    return reading.documents, reading.findings


def _text(data: bytes) -> str:
    if len(data) > LARGEST:
        raise _RefusedError("File too large", f"The file has more than {LARGEST} bytes.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    detail = f"Line {line} is not UTF-8. Is this a text file?"
    raise _RefusedError("Not a text file", detail, line=line)


def _events(text: str) -> Iterator[Any]:
    loader = yaml.CSafeLoader(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    except yaml.MarkedYAMLError as error:
        words = " ".join(filter(None, (error.context, error.problem)))
        detail = f"The YAML cannot be read: {words}."
        raise _refused("Malformed YAML", detail, error.problem_mark) from None
    except yaml.reader.ReaderError:
        raise _unprintable(text) from None
    finally:
        loader.dispose()


def _unprintable(text: str) -> _RefusedError:
    match = _UNPRINTABLE.search(text)
    line = text.count("\n", 0, match.start()) + 1 if match else 1
    detail = f"Line {line} holds a control character, which YAML does not allow."
    return _RefusedError("Malformed YAML", detail, line=line)


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is not complete yet."""

    holder: Any
    trail: Trail
    key: Trail | None = None
    """The key whose value comes next, in a mapping."""


class _Reading:
    """One file on its way from events to documents."""

    def __init__(self, path: str, trail: Trail) -> None:
        self.documents: list[Document] = []
        self.findings: list[Finding] = []
        self._path = path
        self._trail = trail
        self._frames: list[_Frame] = []
        self._document = Document()
        self._nodes = 0

    def take(self, event: Any) -> None:
        """Add what the event tells."""
        act = _ACTS.get(type(event))
        if act is not None:
            act(self, event)

    def start_document(self, event: Any) -> None:
        self._document = Document()
        mark = event.start_mark
        self._document.positions[()] = (mark.line + 1, mark.column + 1)

    def end_document(self, event: Any) -> None:
        self.documents.append(self._document)

    def scalar(self, event: Any) -> None:
        frame = self._frames[-1] if self._frames else None
        marked = event.tag is not None or event.anchor is not None
        if marked:
            self._refuse_marks(event)
        if frame is not None and frame.key is None and type(frame.holder) is dict:
            self._count(event)
            self._name(frame, event)
            return
        text = event.value
        plain = event.implicit[0]
        trail = self._place(event, None if plain and not text else text)
        if marked and event.tag is not None:
            self._document.unsure.add(trail.path)
        if plain and frame is not None and scalars.may_be_typed(text):
            if trail.path[-1] is _ASIDE:
                return
            holder = frame.holder
            key = trail.path[-1] if type(holder) is dict else len(holder) - 1
            self._document.plains.append(Plain(trail.path, holder, key))

    def open(self, event: Any) -> None:
        if event.tag is not None or event.anchor is not None:
            self._refuse_marks(event)
        if len(self._frames) >= DEEPEST:
            detail = f"Mappings and lists may stand {DEEPEST} deep within each other, no deeper."
            raise _refused("Nested too deeply", detail, event.start_mark)
        holder: Any = {} if type(event) is yaml.MappingStartEvent else []
        trail = self._place(event, holder)
        if event.tag is not None:
            self._document.unsure.add(trail.path)
        self._frames.append(_Frame(holder, trail))

    def close(self, event: Any) -> None:
        self._frames.pop()

    def alias(self, event: Any) -> None:
        # neither the name nor what it stands for is shown: it may be a secret that starts with *
        self._find("Alias", "Anchors and aliases are not supported; write the value out.", event)
        self._document.unsure.add(self._place(event, None).path)

    def _refuse_marks(self, event: Any) -> None:
        if event.anchor is not None:
            detail = "Anchors and aliases are not supported; write the value out."
            self._find("Anchor", detail, event)
        if event.tag is not None:
            detail = "Tags are not supported; quote a value that starts with an exclamation mark."
            self._find("Tag", detail, event)

    def _name(self, frame: _Frame, event: Any) -> None:
        name, mark = event.value, event.start_mark
        frame.key = below = frame.trail[name]
        if name == "<<" and event.implicit[0]:
            self._find("Merge key", "Merge keys are not supported; write the fields out.", event)
            self._document.unsure.add(frame.trail.path)
            frame.key = Trail((*below.path, _ASIDE))
        elif name in frame.holder:
            line, _ = self._document.positions[below.path]
            detail = f"{quoted(name)} stands in this mapping already, in line {line}."
            self._find("Repeated key", detail, event)
            frame.key = Trail((*below.path, _ASIDE))
        else:
            self._document.positions[below.path] = (mark.line + 1, mark.column + 1)

    def _place(self, event: Any, value: Any) -> Trail:
        """Put a value where it belongs and return its trail."""
        self._count(event)
        if not self._frames:
            self._document.value = value
            return self._trail
        frame = self._frames[-1]
        holder, below = frame.holder, frame.key
        if type(holder) is list:
            below = frame.trail[str(len(holder))]
            holder.append(value)
            mark = event.start_mark
            self._document.positions[below.path] = (mark.line + 1, mark.column + 1)
            return below
        if below is None:
            raise _refused("Key is not text", "A key must be text.", event.start_mark)
        if below.path[-1] is not _ASIDE:
            holder[below.path[-1]] = value
        frame.key = None
        return below

    def _count(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MOST:
            detail = f"A file may hold {MOST} values; split this one."
            raise _refused("File too large", detail, event.start_mark)

    def _find(self, summary: str, detail: str, event: Any) -> None:
        mark = event.start_mark
        span = Span(self._path, mark.line + 1, mark.column + 1)
        self.findings.append(Finding(summary=summary, detail=detail, span=span))
        self._document.sound = False


_ACTS: Mapping[type, Callable[[_Reading, Any], None]] = {
    yaml.AliasEvent: _Reading.alias,
    yaml.DocumentEndEvent: _Reading.end_document,
    yaml.DocumentStartEvent: _Reading.start_document,
    yaml.MappingEndEvent: _Reading.close,
    yaml.MappingStartEvent: _Reading.open,
    yaml.ScalarEvent: _Reading.scalar,
    yaml.SequenceEndEvent: _Reading.close,
    yaml.SequenceStartEvent: _Reading.open,
}
