"""What is there is reached: nothing public lives for tests alone, and every setting is read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from assistant.settings import Settings

ROOT = Path(__file__).parents[1]

BY_JINJA = "Jinja's visitor calls it by the name of the node"
ALLOWED = {
    "visit_Compare": BY_JINJA,
    "visit_Concat": BY_JINJA,
    "visit_For": BY_JINJA,
    **dict.fromkeys(("capture_signals", "readinto", "handleError"), "uvicorn, io and logging call these"),
}
# Decorators that leave a function to be called by its name; others hand it to a framework, which calls it.
CALLED_BY_NAME = {"property", "cached_property", "classmethod", "staticmethod", "cache", "contextmanager", "overload"}


def product() -> Iterator[Path]:
    for package in ("assistant", "evals"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def named(tree: ast.AST) -> Iterator[str]:
    """Every name, attribute, and text that is an identifier: a table of columns may name a method so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value


def defined(tree: ast.AST) -> Iterator[str]:
    """Public functions, methods and classes that somebody has to call by name."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        decorators = [ast.unparse(one).partition("(")[0].rpartition(".")[2] for one in node.decorator_list]
        if isinstance(node, ast.ClassDef) or set(decorators) <= CALLED_BY_NAME:
            yield node.name


def named_by_no_product_code() -> set[str]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in product()]
    used = {name for tree in trees for name in named(tree)}
    return {name for tree in trees for name in defined(tree)} - used


def test_what_at_most_tests_name_is_removed_or_has_a_reason() -> None:
    found = named_by_no_product_code()
    assert sorted(found - ALLOWED.keys()) == [], "wire it to a command, page or API, or remove it with its tests"
    assert sorted(ALLOWED.keys() - found) == [], "these are reached, or gone: take them out of ALLOWED"


def settings_of(section: type[BaseModel]) -> Iterator[str]:
    for name, field in section.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings_of(inner)
        else:
            yield name


def test_every_setting_is_read_somewhere() -> None:
    read = {
        node.attr
        for path in product()
        if path.name != "settings.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert sorted(set(settings_of(Settings)) - read) == []
