"""The state's spelling: what is written comes back, and nothing else is taken for a state.

The refusals change one thing in a good document and name what the message must say of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import state_document, state_reader
from reconciler.errors import CorruptStateError, StateError
from reconciler.model.addresses import Address, Etag, RemoteId
from reconciler.model.records import Intent, Record, Recorded
from reconciler.model.values import freeze, same

GOLDEN = Path(__file__).parents[1] / "golden" / "state"
SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "state.schema.json").read_text())
CHECK = jsonschema.Draft202012Validator(SCHEMA)

CREDENTIALS = ("auth", "params", "clientSecret")
EU = Address("ZohoCrmConnection", "crm-eu")
US = Address("ZohoCrmConnection", "crm-us")
FULL = Recorded(
    organization="0123456789ABCDEF01234567@AdobeOrg",
    sandbox="dev",
    lineage="5c0f7d70-6a8e-4a1c-9d2e-0d3f5e1b7a42",
    serial=7,
    records={
        EU: Record(
            id=RemoteId("2484f2df-c057-4ab5-84f2-dfc0577ab592"),
            etag=Etag('"10033e77-0000-0200-0000-5e96785b0000"'),
            spec=freeze(
                {
                    "name": "Zoho CRM Zürich",
                    "auth": {"specName": "Basic", "params": {"clientSecret": None, "on": True}},
                    "tags": ["a", 1, 1.0, {}],
                }
            ),
            credentials_version="2026-11",
            fingerprints={CREDENTIALS: "1f:9b2c"},
            prevent_destroy=True,
        ),
        Address("ZohoCrmConnection", "crm-adopted"): Record(
            id=RemoteId("0d1e"), etag=None, spec=freeze({})
        ),
    },
    intents={US: Intent(spec=freeze({"name": "US"}), client="client", opened=1795494660)},
)
EMPTY = Recorded(organization="o@AdobeOrg", sandbox="prod", lineage="l", serial=1)

text = st.text(st.characters(codec="utf-8"))
some_text = text.filter(bool)
integers = st.integers(-(2**63), 2**64 - 1)
scalars = st.none() | st.booleans() | integers | st.floats(allow_nan=False) | text
values = st.recursive(
    scalars.filter(lambda value: value not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
addresses = st.builds(Address, st.just("Kind"), st.from_regex(r"[a-z0-9]{1,3}", fullmatch=True))
common: dict[str, st.SearchStrategy[Any]] = {
    "spec": st.dictionaries(text, values, max_size=4).map(freeze),
    "credentials_version": st.none() | text,
    "fingerprints": st.dictionaries(
        st.lists(text, min_size=1, max_size=3).map(tuple), some_text, max_size=2
    ),
    "prevent_destroy": st.booleans(),
}
ids = st.from_regex(r"[A-Za-z0-9-]{1,128}", fullmatch=True)
records = st.builds(Record, id=ids, etag=st.none() | text, **common)
intents = st.builds(
    Intent, client=some_text, opened=st.integers(-62135596800, 253402300799), **common
)
snapshots = st.builds(
    Recorded,
    organization=some_text,
    sandbox=some_text,
    lineage=some_text,
    serial=st.integers(1, 2**63 - 1),
    records=st.dictionaries(addresses, records, max_size=3),
    intents=st.dictionaries(addresses, intents, max_size=3),
    deposed=st.dictionaries(
        addresses, st.lists(records, min_size=1, max_size=2).map(tuple), max_size=2
    ),
).filter(lambda recorded: state_document.shared_id(recorded) is None)


@given(snapshots)
def test_what_is_written_comes_back_and_fits_the_schema(recorded: Recorded) -> None:
    document = state_document.encode(recorded)
    again = state_document.decode(document)
    assert again == recorded
    assert all(same(again.records[at].spec, held.spec) for at, held in recorded.records.items())
    assert state_document.encode(again) == document
    CHECK.validate(json.loads(document))


@pytest.mark.parametrize(
    ("name", "recorded"),
    [pytest.param("v1-full", FULL, id="full"), pytest.param("v1-empty", EMPTY, id="empty")],
)
def test_the_spelling_of_format_1_never_changes(name: str, recorded: Recorded) -> None:
    golden = (GOLDEN / f"{name}.json").read_text(encoding="utf-8")
    assert state_document.encode(recorded) == golden
    assert state_document.decode(golden) == recorded


def test_a_newer_writers_state_is_refused_with_the_format_it_needs() -> None:
    with pytest.raises(StateError, match=r"knows format 2\.1") as caught:
        state_document.decode((GOLDEN / "v2-newer.json").read_bytes())
    assert not isinstance(caught.value, CorruptStateError)


def test_the_order_in_which_connections_were_recorded_does_not_show() -> None:
    backwards = replace(FULL, records=dict(reversed(list(FULL.records.items()))))
    assert state_document.encode(backwards) == state_document.encode(FULL)


def test_addresses_stand_in_the_order_in_which_plans_show_them() -> None:
    mixed = [
        Address("B", "a"),
        Address("A", "b"),
        Address("A", "a-b"),
        Address("A0", "a"),
        Address("A", "a0"),
    ]
    records = {
        at: replace(FULL.records[EU], id=RemoteId(str(at).replace(".", "-"))) for at in mixed
    }
    document = json.loads(state_document.encode(replace(EMPTY, records=records)))
    assert list(document["resources"]) == [str(at) for at in sorted(mixed)]


def test_one_changed_connection_changes_no_line_of_another() -> None:
    changed = FULL.with_records({EU: replace(FULL.records[EU], credentials_version="2026-12")})
    before, after = (state_document.encode(one).splitlines() for one in (FULL, changed))
    differing = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert differing == [
        ('      "credentials_version": "2026-11",', '      "credentials_version": "2026-12",')
    ]


def test_an_encoder_used_again_writes_what_a_fresh_one_would() -> None:
    encoder = state_document.Encoder()
    moved = replace(FULL, records={US: FULL.records[EU]}, intents={})
    for recorded in (FULL, FULL.with_intents({EU: FULL.intents[US]}), moved, EMPTY, FULL):
        assert encoder.encode(recorded) == state_document.encode(recorded)


@pytest.mark.parametrize(
    "rewrite",
    [
        pytest.param(lambda good: "\ufeff" + good, id="byte-order-mark"),
        pytest.param(lambda good: good.replace("\n", "\r\n"), id="crlf"),
        pytest.param(lambda good: good.rstrip(), id="no-last-line-break"),
        pytest.param(lambda good: json.dumps(json.loads(good)), id="laid-out-otherwise"),
    ],
)
def test_what_an_editor_or_git_does_to_the_layout_is_tolerated(
    rewrite: Callable[[str], str],
) -> None:
    changed = rewrite(state_document.encode(FULL))
    assert state_document.decode(changed) == FULL
    assert state_document.decode(changed.encode()) == FULL


Edit = Callable[[dict[str, Any]], Any]
WRONG: list[Any] = [
    pytest.param(lambda top: top.pop("serial"), "lacks: 'serial'", id="member-missing"),
    pytest.param(
        lambda top: top.update(secrets={}), "unknown member: 'secrets'", id="member-unknown"
    ),
    pytest.param(lambda top: top.update(serial=0), "serial is not", id="serial-zero"),
    pytest.param(lambda top: top.update(serial=True), "serial is not", id="serial-boolean"),
    pytest.param(lambda top: top.update(serial="7"), "serial is not", id="serial-text"),
    pytest.param(lambda top: top.update(serial=2**63), "serial is not", id="serial-huge"),
    pytest.param(lambda top: top.update(lineage=""), "lineage is not", id="lineage-empty"),
    pytest.param(lambda top: top.update(sandbox=None), "sandbox is not", id="sandbox-null"),
    pytest.param(lambda top: top.update(resources=[]), "resources is not", id="resources-list"),
    pytest.param(lambda top: top.update(format_version="0.9"), "never was", id="format-older"),
    pytest.param(
        lambda top: top.update(format_version=1), "which format_version", id="format-number"
    ),
    pytest.param(
        lambda top: top.pop("format_version"), "which format_version", id="format-missing"
    ),
    pytest.param(
        lambda top: top["intents"].update({"crm": {}}), "'crm' is not an address", id="address"
    ),
    pytest.param(
        lambda top: top["resources"].update({"A.b": 1}), "A.b is not an object", id="record-number"
    ),
    pytest.param(
        lambda top: eu(top).pop("etag"), "crm-eu lacks: 'etag'", id="record-member-missing"
    ),
    pytest.param(lambda top: eu(top).update(id=""), "crm-eu: id is not", id="id-empty"),
    pytest.param(lambda top: eu(top).update(id=7), "crm-eu: id is not", id="id-number"),
    pytest.param(lambda top: eu(top).update(id="../x"), "crm-eu: id is not", id="id-path"),
    pytest.param(lambda top: eu(top).update(id="a\nb"), "crm-eu: id is not", id="id-line-break"),
    pytest.param(lambda top: eu(top).update(id="a" * 129), "crm-eu: id is not", id="id-long"),
    pytest.param(
        lambda top: eu(top).update(etag=7), "etag is not a text or null", id="etag-number"
    ),
    pytest.param(lambda top: eu(top).update(spec=None), "spec is not an object", id="spec-null"),
    pytest.param(
        lambda top: eu(top).update(credentials_version=1), "credentials_version is", id="version"
    ),
    pytest.param(lambda top: eu(top).update(prevent_destroy=0), "true or false", id="flag-number"),
    pytest.param(
        lambda top: eu(top).update(fingerprints={"a.b": "x"}), "'a.b' is no JSON", id="dot"
    ),
    pytest.param(
        lambda top: eu(top).update(fingerprints={"/a~2": "x"}), "'/a~2' is no", id="escape"
    ),
    pytest.param(lambda top: eu(top).update(fingerprints={"": "x"}), "'' is no JSON", id="no-path"),
    pytest.param(
        lambda top: eu(top).update(fingerprints={"/a": None}),
        "fingerprints: /a is",
        id="fingerprint-null",
    ),
    pytest.param(
        lambda top: us(top).update(opened="2026-11-24 04:31:00"), "opened is not", id="opened-local"
    ),
    pytest.param(
        lambda top: us(top).update(opened=1795494660), "opened is not", id="opened-number"
    ),
    pytest.param(lambda top: us(top).update(client=None), "client is not", id="client-null"),
    pytest.param(lambda top: top.update(deposed=[]), "deposed is not an object", id="deposed-list"),
    pytest.param(
        lambda top: top.update(deposed={str(EU): []}), "not a list with entries", id="deposed-none"
    ),
    pytest.param(
        lambda top: top.update(deposed={str(EU): eu(top)}), "not a list", id="deposed-object"
    ),
    pytest.param(
        lambda top: top.update(deposed={str(EU): [{}]}), "crm-eu[0] lacks", id="deposed-member"
    ),
]


def eu(top: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = top["resources"][str(EU)]
    return found


def us(top: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = top["intents"][str(US)]
    return found


@pytest.mark.parametrize(("edit", "words"), WRONG)
def test_a_wrong_member_is_refused_by_name_and_by_the_schema(edit: Edit, words: str) -> None:
    document = json.loads(state_document.encode(FULL))
    edit(document)
    with pytest.raises(CorruptStateError) as caught:
        state_document.decode(json.dumps(document))
    assert words in caught.value.detail
    assert not CHECK.is_valid(document)


def test_a_day_that_no_calendar_has_is_refused() -> None:
    document = json.loads(state_document.encode(FULL))
    us(document)["opened"] = "2026-02-30T00:00:00Z"
    with pytest.raises(CorruptStateError, match="opened is not"):
        state_document.decode(json.dumps(document))


def test_two_addresses_with_one_id_are_refused_by_name() -> None:
    document = json.loads(state_document.encode(FULL))
    document["resources"][str(US)] = eu(document)
    with pytest.raises(CorruptStateError, match=r"crm-eu and ZohoCrmConnection\.crm-us record"):
        state_document.decode(json.dumps(document))


def test_what_is_recorded_and_deposed_is_refused_by_name() -> None:
    document = json.loads(state_document.encode(FULL))
    document["deposed"] = {str(US): [eu(document)]}
    with pytest.raises(CorruptStateError, match=r"crm-eu and ZohoCrmConnection\.crm-us record"):
        state_document.decode(json.dumps(document))


GOOD = state_document.encode(FULL)
SIDES = '<<<<<<< HEAD\n  "serial": 7,\n=======\n  "serial": 8,\n>>>>>>> theirs\n'


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        pytest.param("", "It is empty", id="empty"),
        pytest.param("\ufeff \r\n", "It is empty", id="blank"),
        pytest.param(
            GOOD.replace('  "serial": 7,\n', SIDES), "Line 3 is a merge conflict", id="conflict"
        ),
        pytest.param(
            GOOD.replace('  "serial": 7,\n', SIDES).replace("\n", "\r\n"),
            "Line 3 is a merge",
            id="conflict-crlf",
        ),
        pytest.param(
            GOOD.replace('"serial": 7', '"serial": 7, "serial": 8'),
            "a name stands twice in one object ('serial')",
            id="twice",
        ),
        pytest.param(
            GOOD.replace('"on": true', '"on": true, "on": false'),
            "stands twice in one object ('on')",
            id="twice-deep",
        ),
        pytest.param(GOOD.replace("1.0,", "NaN,"), "none that JSON can carry ('NaN')", id="nan"),
        pytest.param(GOOD.replace("1.0,", "1e999,"), "out of range ('1e999')", id="infinite"),
        pytest.param(
            GOOD.replace("1.0,", "9" * 5000 + ","), "more than 64 bits", id="endless-number"
        ),
        pytest.param(GOOD.replace('"US"', '"\\ud83d"'), "surrogate", id="half-a-surrogate-pair"),
        pytest.param(GOOD.replace("true,", "True,", 1), "is not JSON", id="python"),
        pytest.param(GOOD + "{}", "is not JSON: Extra data", id="more-behind"),
        pytest.param("[]", "not a JSON object", id="list"),
        pytest.param(
            GOOD.replace('"US"', "[" * 100 + "]" * 100), "more than 72 levels deep", id="deep"
        ),
        pytest.param("[" * 100_000, "more than 72 levels deep", id="bottomless"),
        pytest.param(b"\xff\xfe{}", "not UTF-8", id="utf-16"),
    ],
)
def test_what_is_no_strict_json_is_refused_in_words(broken: str | bytes, words: str) -> None:
    with pytest.raises(CorruptStateError) as caught:
        state_document.decode(broken)
    assert words in caught.value.detail


def test_a_state_cut_off_anywhere_is_refused() -> None:
    whole = GOOD.rstrip()
    for length in range(len(whole)):
        with pytest.raises(CorruptStateError, match=r"empty|cut off|is not JSON"):
            state_document.decode(whole[:length])


def test_a_state_beyond_the_limit_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_reader, "LIMIT", len(GOOD) - 1)
    with pytest.raises(CorruptStateError, match="larger than"):
        state_document.decode(GOOD)


def test_a_snapshot_that_json_cannot_carry_is_not_written() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        state_document.encode(
            FULL.with_records({EU: replace(FULL.records[EU], spec={"n": float("nan")})})
        )
