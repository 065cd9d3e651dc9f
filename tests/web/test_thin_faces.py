"""Pages and API decide nothing: no handler opens a transaction or builds a store; both call the same use cases."""

from __future__ import annotations

import ast
from pathlib import Path

import assistant.web

FOLDER = Path(assistant.web.__file__).parent
OPENS = {"read", "write", "lasting", "begin", "execute"}


def opened(tree: ast.AST) -> list[int]:
    """Lines that open a transaction of a database, or run a statement."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in OPENS
        and ast.unparse(node.func.value).rpartition(".")[2] in {"database", "connection"}
    ]


def test_no_module_of_the_pages_and_the_api_opens_a_transaction() -> None:
    found = {str(path.relative_to(FOLDER)): opened(ast.parse(path.read_text("utf-8"))) for path in FOLDER.rglob("*.py")}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_the_check_sees_a_transaction() -> None:
    assert opened(ast.parse("with site(request).database.write() as connection:\n    connection.execute(query)")) == [
        1,
        2,
    ]


def test_the_package_has_few_modules_beside_its_folders() -> None:
    assert len([path for path in FOLDER.glob("*.py") if path.name != "__init__.py"]) <= 15
