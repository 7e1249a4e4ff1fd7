"""Writes manifests as people write them, such that the reader takes them as they were meant.

References and what is adopted stand on one line, everything else in blocks; what YAML might take
for anything but text is quoted, and so is whatever cannot be seen.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import yaml

from reconciler.core import references
from reconciler.core.escaping import escape

_TOP_INLINE = frozenset({"import", "environments"})
"""Members whose value stands on one line."""

_TEXT = "tag:yaml.org,2002:str"

_NUMBER = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII
)
"""What a reader of YAML 1.2 takes for a number: https://yaml.org/spec/1.2.2/#103-core-schema.
PyYAML is one of YAML 1.1 and quotes what that takes for anything but text."""


class _Dumper(yaml.SafeDumper):
    """PyYAML's own, which knows no aliases: our documents are trees."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write(document: Mapping[str, Any], *, modeline: str | None = None) -> str:
    """Return a document of plain mappings, lists and scalars as YAML, members in their order.

    ``modeline`` is the path of the schema for editors, relative to the file.
    """
    is_seen = _is_visible(document)
    text = yaml.serialize(
        _node(document, _Dumper(io.StringIO(), allow_unicode=is_seen)),
        Dumper=_Dumper,
        allow_unicode=is_seen,
        width=float("inf"),
    )
    head = "" if modeline is None else f"# yaml-language-server: $schema={modeline}\n"
    return f"{head}{text}"


def _node(value: Any, dumper: yaml.SafeDumper, *, inline: bool = False) -> yaml.Node:
    if isinstance(value, Mapping):
        inline = inline or (len(value) == 1 and next(iter(value)) in references.NAMES)
        pairs = [
            (_node(name, dumper), _node(member, dumper, inline=inline or name in _TOP_INLINE))
            for name, member in value.items()
        ]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=inline or not pairs)
    if isinstance(value, (list, tuple)):
        items = [_node(each, dumper, inline=inline) for each in value]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", items, flow_style=inline or not items)
    if isinstance(value, str):
        return yaml.ScalarNode(_TEXT, value, style=_style(value, dumper, inline=inline))
    node: yaml.Node = dumper.represent_data(value)
    return node


def _style(text: str, dumper: Any, *, inline: bool) -> str | None:
    """Return how a text is best written: plain where nobody takes it for anything else."""
    about = dumper.analyze_scalar(text)
    if about.multiline and about.allow_block and _is_seen(text) and not inline:
        return "|"
    plain = about.allow_flow_plain if inline else about.allow_block_plain
    is_text = dumper.resolve(yaml.ScalarNode, text, (True, False)) == _TEXT
    fits = plain and is_text and not about.multiline and _NUMBER.fullmatch(text) is None
    return None if fits else '"'


def _is_visible(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_visible(each) for pair in value.items() for each in pair)
    if isinstance(value, (list, tuple)):
        return all(map(_is_visible, value))
    return not isinstance(value, str) or _is_seen(value)


def _is_seen(text: str) -> bool:
    plain = text.replace("\n", " ")
    return escape(plain) == plain
