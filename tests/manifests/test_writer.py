"""What is written is read as it was meant, by our strict reader and by PyYAML's own."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests import reader, writer
from reconciler.manifests.reader import Trail

AWKWARD = (
    *("no", "yes", "on", "null", "~", "true", "0123", "0o17", "0x1F", "1e5", ".5", "1_000", "1:30"),
    *("2026-11-26", "1.0", "-", "- a", "? a", "a: b", "a #b", "#a", "&a", "*a", "!a", "%a", "@a"),
    *("`a", "{a}", "[a]", "'a'", '"a"', " a", "a ", "", "|", ">", "=", "<<", "---", "..."),
    *("a\nb", "a\nb\n", "\na", "  a\nb", "a \nb", "a\r\nb", "a\tb", "a\x85b", "a\u2028b", "\x07"),
    *("\u202ea", "\ufeffa", "Größe", "日本語", "😀", "env:A", "x" * 300, "a b " * 100),
)
text = st.one_of(st.sampled_from(AWKWARD), st.text(st.characters(exclude_categories=["Cs"])))
names = st.one_of(st.sampled_from(["name", "no", "1", "a: b", "", "var", "é"]), text.map(str))
values = st.recursive(
    text,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(names, below, max_size=3)),
    max_leaves=8,
)


def strictly(written: str) -> Any:
    documents, findings = reader.read(written.encode(), "a.yaml", Trail())
    assert findings == []
    (document,) = documents
    return document.value


@given(values)
def test_every_text_comes_back_as_it_was(value: Any) -> None:
    written = writer.write({"import": value, "spec": value})
    assert strictly(written) == {"import": value, "spec": value}
    assert yaml.safe_load(written) == {"import": value, "spec": value}


@pytest.mark.parametrize("value", AWKWARD)
def test_nothing_invisible_is_written(value: str) -> None:
    written = writer.write({"name": value})
    assert written.replace("\n", "").isprintable()


@pytest.mark.parametrize("value", [0, 5, -1, 1.5, True, False, None])
def test_what_is_no_text_is_left_unquoted(value: object) -> None:
    written = writer.write({"spec": {"a": value}})
    (document,), _ = reader.read(written.encode(), "a.yaml", Trail())
    for plain in document.plains:
        plain.settle()
    assert document.value == {"spec": {"a": value}}


def test_a_manifest_is_written_in_the_style_of_the_house() -> None:
    document = {
        "metadata": {"name": "crm", "environments": ["dev"]},
        "import": {"id": "2484f2df-c057-4ab5-84f2-dfc0577ab592", "environment": "dev"},
        "spec": {
            "name": "CRM: Europe",
            "description": "a\nb\n",
            "auth": {"params": {"clientId": "0123", "clientSecret": {"secret": "env:A"}}},
        },
    }
    assert writer.write(document, modeline="../schemas/a.schema.json") == (
        "# yaml-language-server: $schema=../schemas/a.schema.json\n"
        "metadata:\n"
        "  name: crm\n"
        "  environments: [dev]\n"
        "import: {id: 2484f2df-c057-4ab5-84f2-dfc0577ab592, environment: dev}\n"
        "spec:\n"
        '  name: "CRM: Europe"\n'
        "  description: |\n"
        "    a\n"
        "    b\n"
        "  auth:\n"
        "    params:\n"
        '      clientId: "0123"\n'
        '      clientSecret: {secret: "env:A"}\n'
    )
