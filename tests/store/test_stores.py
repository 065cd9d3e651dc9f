"""Every store has one builder and is one object for as long as its database is open."""

from __future__ import annotations

import ast
from functools import cached_property
from pathlib import Path

from assistant.store.database import Database
from assistant.store.stores import Stores

STORE = Path(__file__).parents[2] / "assistant" / "store"


class Opened(Stores):
    """The least that hands out stores."""

    def __init__(self, database: Database) -> None:
        self._opened = database

    @property
    def database(self) -> Database:
        return self._opened


def stores_of_the_tree() -> set[str]:
    """Classes named as stores, wherever in the folder they are."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in STORE.rglob("*.py")]
    named = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    return {name for name in named if name.endswith("Store")}


def test_every_store_is_handed_out_by_name(database: Database) -> None:
    opened = Opened(database)
    names = [name for name, value in vars(Stores).items() if isinstance(value, cached_property)]
    built = {type(getattr(opened, name)).__name__ for name in names}
    of_the_folder_itself = {"WorkspaceStore"}  # whose workspace a database is: asked before there is a workspace
    assert stores_of_the_tree() - built == of_the_folder_itself


def test_a_store_is_built_once(database: Database) -> None:
    opened = Opened(database)
    assert opened.fits is opened.fits
