"""How the code lies: one name for one thing, a small composition root, folders that can be read at a glance."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST_SIBLINGS = 18
WIDER = {"assistant/domain": 32}  # one module a noun of the vocabulary
MOST_WIRING_LINES = 500


def modules() -> list[Path]:
    found = [path for package in ("assistant", "evals") for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def test_a_class_name_has_one_meaning() -> None:
    names = Counter(
        node.name
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_the_composition_root_stays_small() -> None:
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in (ROOT / "assistant" / "wiring").glob("*.py"))
    assert 0 < lines < MOST_WIRING_LINES


def test_a_folder_has_few_modules() -> None:
    siblings = Counter(
        str(path.parent.relative_to(ROOT)) for path in modules() if path.name not in {"__init__.py", "__main__.py"}
    )
    allowed = dict.fromkeys(siblings, MOST_SIBLINGS) | WIDER
    assert {folder: count for folder, count in siblings.items() if count > allowed[folder]} == {}
