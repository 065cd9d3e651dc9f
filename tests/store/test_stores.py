"""Every store has one builder and is one object for as long as its database is open."""

from __future__ import annotations

import ast
from functools import cached_property
from pathlib import Path

from assistant.store.database import Database
from assistant.store.runs.selected import SelectedPrelabels
from assistant.store.stores import Stores

ROOT = Path(__file__).parents[2]
STORE = ROOT / "assistant" / "store"


class Opened(Stores):
    """The least that hands out stores."""

    def __init__(self, database: Database) -> None:
        self._opened = database

    @property
    def database(self) -> Database:
        return self._opened

    @property
    def connections(self) -> Database:
        return self._opened


def stores_of_the_tree() -> set[str]:
    """Classes named as stores, wherever in the folder they are."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in STORE.rglob("*.py")]
    named = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    return {name for name in named if name.endswith("Store")}


def handed_out(database: Database) -> set[str]:
    opened = Opened(database)
    names = [name for name, value in vars(Stores).items() if isinstance(value, cached_property)]
    return {type(getattr(opened, name)).__name__ for name in names}


def test_every_store_is_handed_out_by_name(database: Database) -> None:
    assert stores_of_the_tree() - handed_out(database) == set()


def test_a_store_is_built_once(database: Database) -> None:
    opened = Opened(database)
    assert opened.fits is opened.fits


def test_only_the_store_builds_stores(database: Database) -> None:
    stores = handed_out(database) | {SelectedPrelabels.__name__}
    built = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in ("assistant", "evals")
        for path in sorted((ROOT / package).rglob("*.py"))
        if STORE not in path.parents
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in stores
    ]
    assert built == []
