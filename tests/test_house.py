"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import canaries

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "reconciler"
EXEMPTION = re.compile(r"#\s*(noqa|type:\s*ignore|ruff:\s*noqa)\b(?P<rest>.*)")


def sources(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.rglob("*.py"))


def spoken(tree: ast.AST) -> set[int]:
    """Return the docstrings of a module, by identity: they may speak of anything."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def words(tree: ast.AST) -> Iterator[str]:
    """Yield every name and every string that does something."""
    silent = spoken(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in silent:
                yield text
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.alias(name=name):
                yield name
            case _:
                pass


def test_kinds_are_data_that_no_code_names() -> None:
    naming = {
        str(path.relative_to(ROOT))
        for path in sources(PACKAGE)
        if path.relative_to(PACKAGE).parts[0] not in {"simulator", "zoho"}
        and any("zoho" in word.lower() for word in words(ast.parse(path.read_text())))
    }
    assert naming == set()


def test_every_exemption_has_a_reason() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources(PACKAGE, ROOT / "tests", ROOT / "bench", ROOT / "docs")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if (found := EXEMPTION.search(line)) and path != Path(__file__)
        if not re.search(r"--\s*\S|#\s*\S", found["rest"])
    ]
    assert bare == []


@pytest.mark.parametrize("source", ["tree", "sdist"])
def test_a_wheel_has_everything_that_is_read_at_run_time(source: str, tmp_path: Path) -> None:
    """Also one that is built from a source archive, as distributions do."""
    tree = ROOT
    if source == "sdist":
        build("sdist", ROOT, tmp_path)
        (archive,) = tmp_path.glob("*.tar.gz")
        with tarfile.open(archive) as unpacked:
            unpacked.extractall(tmp_path, filter="data")
        (tree,) = (path for path in tmp_path.iterdir() if path.is_dir())
        for path in sources(tree):
            canaries.own(path)
    build("wheel", tree, tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    data = {
        str(path.relative_to(ROOT))
        for folder in (PACKAGE, PACKAGE / "schemas")
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert data - packed == set()
    assert "reconciler/schemas/zoho-crm-connection.schema.json" in packed
    assert not any(name.startswith(("tests/", "schemas/", "bench/")) for name in packed)


def build(target: str, tree: Path, into: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)]
    subprocess.run(command, cwd=tree, check=True, capture_output=True)
