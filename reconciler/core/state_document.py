"""How a state is spelled: a snapshot to canonical JSON text and back, strictly.

Members of a connection are sorted and stand one to a line, one connection to a block, so that a
version control's diff names the connection that changed. Every member is always written, but for
``deposed``, which is seldom there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from reconciler.core import canonical, pointers, state_reader
from reconciler.core.state_reader import FORMAT, Members
from reconciler.errors import CorruptStateError
from reconciler.model.addresses import Address, Etag, RemoteId, remote_id
from reconciler.model.records import Intent, Record, Recorded
from reconciler.model.values import Path

_TOP = frozenset(
    {"format_version", "serial", "lineage", "organization", "sandbox", "resources", "intents"}
)
_DEPOSED = "deposed"
_COMMON = frozenset({"spec", "credentials_version", "fingerprints", "prevent_destroy"})
_RECORD = _COMMON | {"id", "etag"}
_INTENT = _COMMON | {"client", "opened"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)

_Entry: TypeAlias = Record | Intent
_Block: TypeAlias = tuple[_Entry, Address, str, str]
"""An entry, its address, that address as text, and the finished lines of the two."""


class Encoder:
    """Writes snapshots of one state; an entry that is the same object as last time costs nothing.

    A run saves a thousand connections some hundred times and changes a few of them each time.
    """

    def __init__(self) -> None:
        self._blocks: dict[int, _Block] = {}
        """By the entry's id(), which is safe while the block itself keeps the entry alive."""

    def encode(self, recorded: Recorded) -> str:
        """Return the document of ``recorded``: the same text for equal snapshots.

        Raises ``TypeError`` or ``ValueError`` if a value in it is none that JSON can carry.
        """
        blocks: dict[int, _Block] = {}
        resources = self._section(recorded.records, blocks)
        intents = self._section(recorded.intents, blocks)
        self._blocks = blocks
        head = {
            "format_version": FORMAT,
            "serial": recorded.serial,
            "lineage": recorded.lineage,
            "organization": recorded.organization,
            "sandbox": recorded.sandbox,
        }
        members = [f'  "{name}": {canonical.dumps(value)}' for name, value in head.items()]
        members += [f'  "resources": {resources}', f'  "intents": {intents}']
        if recorded.deposed:
            members.append(f'  "{_DEPOSED}": {_deposed_section(recorded.deposed)}')
        return "{\n" + ",\n".join(members) + "\n}\n"

    def _section(self, entries: Mapping[Address, _Entry], blocks: dict[int, _Block]) -> str:
        if not entries:
            return "{}"
        lines = []
        for address, entry in entries.items():
            block = self._blocks.get(id(entry))
            if block is None or block[0] is not entry or block[1] != address:
                block = _block(address, entry)
            blocks[id(entry)] = block
            lines.append(block[2:])
        lines.sort()
        return "{\n" + ",\n".join([text for _, text in lines]) + "\n  }"


def encode(recorded: Recorded) -> str:
    """Return the document of one snapshot; an ``Encoder`` is quicker for a series of them."""
    return Encoder().encode(recorded)


def decode(text: str | bytes) -> Recorded:
    """Return the snapshot that ``text`` spells, in UTF-8 where it is bytes.

    Raises ``CorruptStateError`` for what is not exactly a state of this format, naming the line or
    the member, and ``StateError`` for a format newer than this program.
    """
    top = state_reader.parse(text)
    top.exactly(_TOP | (top.values.keys() & {_DEPOSED}))
    recorded = Recorded(
        serial=top.natural("serial"),
        lineage=top.text("lineage"),
        organization=top.text("organization"),
        sandbox=top.text("sandbox"),
        records={
            _address(at): _record(top.below("resources", at).exactly(_RECORD))
            for at in top.mapping("resources")
        },
        intents={
            _address(at): _intent(top.below("intents", at).exactly(_INTENT))
            for at in top.mapping("intents")
        },
        deposed=_deposed(top) if _DEPOSED in top.values else {},
    )
    return _sound(recorded)


def shared_id(recorded: Recorded) -> tuple[Address, Address, RemoteId] | None:
    """Return two addresses that hold the same connection, if any do: no state may hold them.

    They are the same address where one connection is deposed there twice, or recorded as well.
    """
    owners: dict[RemoteId, Address] = {}
    deposed = ((at, one) for at, some in recorded.deposed.items() for one in some)
    for address, record in (*recorded.records.items(), *deposed):
        if record.id in owners:
            return owners[record.id], address, record.id
        owners[record.id] = address
    return None


def _sound(recorded: Recorded) -> Recorded:
    if found := shared_id(recorded):
        one, other, shared = found
        raise CorruptStateError(f"{one} and {other} record the same id: {shared}.")
    return recorded


def _deposed_section(deposed: Mapping[Address, tuple[Record, ...]]) -> str:
    members = {str(at): [_record_members(one) for one in some] for at, some in deposed.items()}
    return canonical.pretty(members).rstrip("\n").replace("\n", "\n  ")


def _block(address: Address, entry: _Entry) -> _Block:
    members = _record_members(entry) if isinstance(entry, Record) else _intent_members(entry)
    body = canonical.pretty(members).rstrip("\n").replace("\n", "\n    ")
    return entry, address, str(address), f'    "{address}": {body}'


def _record_members(record: Record) -> dict[str, Any]:
    return {**_common_members(record), "id": record.id, "etag": record.etag}


def _intent_members(intent: Intent) -> dict[str, Any]:
    opened = datetime.fromtimestamp(intent.opened, UTC).isoformat().replace("+00:00", "Z")
    return {**_common_members(intent), "client": intent.client, "opened": opened}


def _common_members(entry: _Entry) -> dict[str, Any]:
    return {
        "spec": entry.spec,
        "credentials_version": entry.credentials_version,
        "fingerprints": {pointers.spell(path): text for path, text in entry.fingerprints.items()},
        "prevent_destroy": entry.prevent_destroy,
    }


def _record(members: Members) -> Record:
    etag = members.optional_text("etag")
    return Record(
        id=_remote_id(members),
        etag=None if etag is None else Etag(etag),
        spec=members.spec("spec"),
        credentials_version=members.optional_text("credentials_version"),
        fingerprints=_fingerprints(members),
        prevent_destroy=members.flag("prevent_destroy"),
    )


def _deposed(top: Members) -> dict[Address, tuple[Record, ...]]:
    return {
        _address(at): tuple(_record(one.exactly(_RECORD)) for one in top.listed(_DEPOSED, at))
        for at in top.mapping(_DEPOSED)
    }


def _intent(members: Members) -> Intent:
    return Intent(
        spec=members.spec("spec"),
        client=members.text("client"),
        opened=_opened(members),
        credentials_version=members.optional_text("credentials_version"),
        fingerprints=_fingerprints(members),
        prevent_destroy=members.flag("prevent_destroy"),
    )


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError:
        raise CorruptStateError(f"{text!r} is not an address.") from None


def _remote_id(members: Members) -> RemoteId:
    found = remote_id(members.text("id"))
    if found is None:
        raise members.wrong("id", "an id that Flow Service gives")
    return found


def _opened(members: Members) -> int:
    text = members.text("opened")
    try:
        if _MOMENT.fullmatch(text):
            return int(datetime.fromisoformat(text).timestamp())
    except ValueError:
        pass
    raise members.wrong("opened", "a time such as 2026-11-24T04:31:00Z")


def _fingerprints(members: Members) -> dict[Path, str]:
    texts = Members(f"{members.where}.fingerprints", members.mapping("fingerprints"))
    return {_path(texts, name): texts.text(name) for name in texts.values}


def _path(members: Members, name: str) -> Path:
    try:
        return pointers.read(name)
    except ValueError as error:
        raise CorruptStateError(f"{members.where}: {error}.") from error
