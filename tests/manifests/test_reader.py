"""YAML from strangers: whatever the bytes, out come documents or findings, and never a crash."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import ReconcilerError
from reconciler.manifests import reader, scalars
from reconciler.manifests.reader import Document, Trail
from reconciler.model.findings import Finding
from tests.drafts import CANARY


def read(text: str | bytes) -> tuple[list[Document], list[Finding]]:
    return reader.read(text.encode() if isinstance(text, str) else text, "a.yaml", Trail())


def value(text: str) -> Any:
    (document,), findings = read(text)
    assert findings == []
    return document.value


@pytest.mark.parametrize(
    ("text", "summary", "place"),
    [
        pytest.param("a: 1\nb: *x\n", "Alias", "2:4", id="alias"),
        pytest.param("*x : 1\n", "Alias", "1:1", id="alias-as-key"),
        pytest.param("a: &x 1\n", "Anchor", "1:4", id="anchor"),
        pytest.param("a: &x [1]\n", "Anchor", "1:4", id="anchor-on-list"),
        pytest.param("a: !!binary aGk=\n", "Tag", "1:4", id="tag"),
        pytest.param("a: !!python/object/apply:os.system [x]\n", "Tag", "1:4", id="python-tag"),
        pytest.param("a: !local {b: c}\n", "Tag", "1:4", id="tag-on-mapping"),
        pytest.param("a: 1\nb: 2\na: 3\n", "Repeated key", "3:1", id="repeated-key"),
        pytest.param("o: {a: 1, a: 2}\n", "Repeated key", "1:11", id="repeated-key-inside"),
        pytest.param("<<: {a: 1}\n", "Merge key", "1:1", id="merge-key"),
        pytest.param("? [a]\n: 1\n", "Key is not text", "1:3", id="list-as-key"),
        pytest.param("? {a: b}\n: 1\n", "Key is not text", "1:3", id="mapping-as-key"),
        pytest.param("a: 'b\n", "Malformed YAML", "2:1", id="open-quote"),
        pytest.param("a:\n\tb: 1\n", "Malformed YAML", "2:1", id="tab-as-indent"),
        pytest.param("a: b: c\n", "Malformed YAML", "1:5", id="colon-in-plain"),
        pytest.param("a: @b\n", "Malformed YAML", "1:4", id="reserved-character"),
        pytest.param("a: b\nc: \x00\n", "Malformed YAML", "2:1", id="nul"),
        pytest.param("a: b\nc: \x1b[31m\n", "Malformed YAML", "2:1", id="escape"),
        pytest.param(b"a: b\nc: \xff\n", "Not a text file", "2:1", id="not-utf-8"),
        pytest.param("a: b".encode("utf-16"), "Not a text file", "1:1", id="utf-16"),
        pytest.param(b"\x7fELF\x02\x01\x01\x00", "Malformed YAML", "1:1", id="binary"),
        pytest.param("[" * 65 + "]" * 65, "Nested too deeply", "1:65", id="65-deep"),
        pytest.param("[" * 100_000 + "]" * 100_000, "Nested too deeply", "1:65", id="100000-deep"),
        pytest.param("- x\n" * 50_000, "File too large", "50000:3", id="too-many-values"),
        pytest.param("#" * (1024 * 1024 + 1), "File too large", "1:1", id="more-than-1-mib"),
    ],
)
def test_what_is_no_strict_yaml_is_refused_with_its_place(
    text: str | bytes, summary: str, place: str
) -> None:
    documents, findings = read(text)
    assert not any(document.sound for document in documents)
    assert (findings[0].summary, str(findings[0].span)) == (summary, f"a.yaml:{place}")


@pytest.mark.parametrize("text", [f"a: *{CANARY}", f"a: &{CANARY} 1", f"a: !{CANARY} 1"])
def test_what_starts_with_a_special_character_may_be_a_secret_and_is_not_shown(text: str) -> None:
    _, findings = read(text)
    assert CANARY not in repr(findings)


def test_all_problems_of_a_file_are_told_at_once() -> None:
    documents, findings = read("a: *x\n---\na: 1\n---\nb: &y 2\nb: 3\n")
    assert [document.value for document in documents if document.sound] == [{"a": "1"}]
    assert [finding.summary for finding in findings] == ["Alias", "Anchor", "Repeated key"]


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("a: 1\na: {b: 2}\nc: 3\n", {"a": "1", "c": "3"}),
        ("a: {b: 1}\na: {b: [2, 3], d: 4}\n", {"a": {"b": "1"}}),
        ("a: 1\na: 2\na: 3\n", {"a": "1"}),
        ("<<: {a: 2}\na: 1\n", {"a": "1"}),
        ("a: &x [1]\nb: !t [2]\n", {"a": ["1"], "b": ["2"]}),
        ("a: !t 1\nb: {c: *x}\n", {"a": "1", "b": {"c": None}}),
    ],
)
def test_of_a_document_with_a_fault_the_rest_is_understood(
    text: str, understood: dict[str, object]
) -> None:
    (document,), findings = read(text)
    assert not document.sound
    assert findings
    for plain in document.plains:
        assert plain.holder[plain.key] == "1234"[int(plain.holder[plain.key]) - 1]
    assert document.value == understood


def test_a_key_that_is_repeated_in_a_repeated_mapping_is_told_with_its_own_line() -> None:
    _, findings = read("o: {a: 1}\no:\n  a: 2\n  a: 3\n")
    assert [finding.detail[-7:] for finding in findings] == ["line 1.", "line 3."]


@pytest.mark.parametrize(
    "text",
    [
        "0123",
        "1.0",
        "no",
        "on",
        "NO",
        "12:30:45",
        "2026-11-24",
        "1_000",
        "0777",
        "=",
        "1e3",
        ".nan",
    ],
)
def test_an_unquoted_scalar_is_the_text_that_was_written(text: str) -> None:
    assert value(f"a: {text}\n") == {"a": text}


def test_an_empty_value_is_null_and_an_empty_text_is_not() -> None:
    assert value("a:\nb: ''\n") == {"a": None, "b": ""}


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert value("\ufeffa: b\n") == {"a": "b"}


def test_64_levels_are_read() -> None:
    (document,), findings = read("[" * 64 + "]" * 64)
    assert findings == []
    assert document.value


def test_positions_are_those_of_keys_and_items() -> None:
    (document,), _ = read("a: 1\nb:\n  - x\n  - {c: d}\n")
    assert document.positions == {
        (): (1, 1),
        ("a",): (1, 1),
        ("b",): (2, 1),
        ("b", "0"): (3, 5),
        ("b", "1"): (4, 5),
        ("b", "1", "c"): (4, 6),
    }


def test_paths_are_shared_between_documents() -> None:
    trail = Trail()
    (one,), _ = reader.read(b"a: {b: c}", "1.yaml", trail)
    (two,), _ = reader.read(b"a: {b: d}", "2.yaml", trail)
    assert all(first is second for first, second in zip(one.positions, two.positions, strict=True))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("null", None),
        ("-12", -12),
        ("0", 0),
        ("-0", 0),
        ("1.5", 1.5),
        ("0.5e2", 50.0),
        ("0o17", "0o17"),
        ("0xff", "0xff"),
        ("010", "010"),
        ("-01", "-01"),
        ("01.5", "01.5"),
        ("+1", "+1"),
        (".5", ".5"),
        ("1.", "1."),
        ("yes", "yes"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("9" * 5000, "9" * 5000),
        ("٣", "٣"),
        ("tru\n", "tru\n"),
    ],
)
def test_where_text_is_not_allowed_a_scalar_means_what_everybody_reads(
    text: str, meaning: object
) -> None:
    got = scalars.typed(text)
    assert (type(got), got) == (type(meaning), meaning)
    assert scalars.may_be_typed(text) or got == text


def test_without_the_c_parser_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    with pytest.raises(ReconcilerError, match="C parser"):
        read("a: b")


def test_hostile_files_of_the_largest_size_are_done_with_soon() -> None:
    started = time.process_time()
    for text in (
        "{" * 500_000,
        "a: " * 300_000,
        "- [" * 200_000,
        '"' + "x" * 1_000_000,
        "? " * 500_000,
    ):
        read(text)
    assert time.process_time() - started < 5


YAML_PIECES = st.lists(
    st.sampled_from(
        [
            *"abc:-?[]{},&*!|>'\"%@`#~<= \n\t",
            "\n  ",
            ": ",
            "- ",
            "---\n",
            "...\n",
            "<<: ",
            "!!",
            "\x00",
            "\u2028",
        ]
    ),
    max_size=40,
).map("".join)


@given(st.one_of(YAML_PIECES, st.text(), st.binary()))
def test_any_bytes_give_documents_or_findings(text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    documents, findings = read(data)
    assert all(finding.span for finding in findings)
    assert all(() in document.positions for document in documents)


@given(st.dictionaries(st.text(), st.text()))
def test_text_stays_text(mapping: dict[str, str]) -> None:
    text = yaml.safe_dump(mapping, default_style='"', allow_unicode=False)
    assert value(text) == mapping


@given(st.from_regex(r"[A-Za-z0-9_.+-]{1,12}", fullmatch=True))
def test_a_plain_word_stays_the_word_that_was_written(word: str) -> None:
    if word.strip("-.") and not word.startswith(("-", "?")):
        assert value(f"a: {word}\n") == {"a": word}
