"""What is there is reached: every module is imported, and every setting is read. Names: `vulture` in `make static`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import grimp
from pydantic import BaseModel

from assistant.settings import Settings

ROOT = Path(__file__).parents[1]

WALKED = ("assistant.cli.advice.", "assistant.messages.errors.", "assistant.web.api.", "assistant.web.pages.")
"""Packages of which every module is loaded: advice and wording of errors, and handlers."""


def product() -> Iterator[Path]:
    for package in ("assistant", "evals"):
        yield from sorted((ROOT / package).rglob("*.py"))


def test_every_module_is_imported_by_another() -> None:
    graph = grimp.build_graph("assistant", "evals", cache_dir=None)
    modules = {one for one in graph.modules if not graph.find_children(one) and ".migrations.versions." not in one}
    alone = {one for one in modules if not graph.find_modules_that_directly_import(one)}
    left = {one for one in alone - {"assistant.__main__"} if not one.startswith(WALKED)}
    assert sorted(left) == [], "wire it to a command, page or API, or remove it with its tests"


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
