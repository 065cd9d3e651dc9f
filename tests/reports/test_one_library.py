"""Nothing but the report library writes HTML documents, or Markdown tables, of figures."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MARKUP = re.compile(r"<table|<html|<!doctype|\|\s?:?-{3}", re.IGNORECASE)
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def texts(path: Path) -> Iterator[str]:
    """Every text in a module that is no docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, DOCUMENTED)]
    docstrings = {ast.get_docstring(node, clean=False) for node in nodes}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docstrings:
            yield node.value


def writers() -> set[str]:
    paths = [path for folder in ("assistant", "evals") for path in (ROOT / folder).rglob("*.py")]
    return {path.relative_to(ROOT).as_posix() for path in paths if any(map(MARKUP.search, texts(path)))}


def test_no_module_outside_the_library_writes_markup_of_its_own() -> None:
    assert {name for name in writers() if not name.startswith("assistant/reports/")} == set()


def test_a_module_that_did_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text('"""| a |\\n| --- | of a docstring."""\nROWS = "| --- |"\n', "utf-8")
    assert [text for text in texts(tmp_path / "one.py") if MARKUP.search(text)] == ["| --- |"]
