"""A migration that was shipped is never edited: databases that ran it would lack what was changed, for good."""

from __future__ import annotations

import ast
from hashlib import sha256
from pathlib import Path

from assistant.store.database import MIGRATIONS

# The code of each migration, without comments, docstrings and layout. A new migration gets a line: `code_of` gives it.
FROZEN = {
    "0001_initial_schema": "c1ade4ade163098d37657ac1ef10ca84",
    "0002_certificates": "e96dbf294f884d6931488db979204d35",
    "0003_review": "09d84a12449d320f86954cd316abc87a",
    "0004_nonces": "641168a16d74052289effb4ce68608d3",
    "0005_classifiers": "0c945123499aaecd296ea31ff6b51499",
    "0006_uncovered": "bb487231889c94efdb82ac133c6cb844",
    "0007_accounts": "146d8308cd14f9f46807a629f37c1d6d",
    "0008_jobs": "1dc5cc62a40f2cf52cccdd1f41cd4185",
    "0009_blind_order": "bfa7769c155d21b9f8c804a7aa3d5b9b",
    "0010_workspaces": "94fc2d059d2efa2de76cfe9c464a223c",
    "0011_projects": "1e869d69e3edb38564b00a788155552e",
    "0012_batches": "31b4880e26942343d105cac45ca68f4d",
    "0013_label_versions": "f360419f7d7a27a990c4ee610ec4fdf9",
    "0014_work_events": "fefb5c75b3867ab572dc31cabf61378b",
    "0015_item_life": "faf88d0c3e74f482a7aea6edac48ac1c",
    "0016_task_changes": "2e43e965afb2b88e379f641e1b4eaf7d",
}
EDITED = (
    "these migrations were edited after they were made. Databases that ran them as they were would never get the"
    " change: undo it, and write a new migration instead"
)
NEW = "these migrations are not frozen yet: add their line to FROZEN"


def code_of(path: Path) -> str:
    """A digest of what a file does."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return sha256(ast.unparse(tree).encode()).hexdigest()[:32]


def found() -> dict[str, str]:
    return {path.stem: code_of(path) for path in sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))}


def test_no_migration_was_edited_since_it_was_made() -> None:
    now = found()
    assert [name for name, digest in FROZEN.items() if now.get(name) != digest] == [], EDITED
    assert {name: digest for name, digest in now.items() if name not in FROZEN} == {}, NEW


def test_a_change_of_code_is_seen_and_one_of_comments_is_not(tmp_path: Path) -> None:
    file = tmp_path / "0001_x.py"
    file.write_text('"""Text."""\n\n\ndef upgrade():\n    """Text."""\n    op.drop_table("a")\n')
    before = code_of(file)
    file.write_text('"""Other text."""\ndef upgrade():\n    # why\n    op.drop_table(\n        "a"\n    )\n')
    assert code_of(file) == before
    file.write_text('"""Text."""\n\n\ndef upgrade():\n    """Text."""\n    op.drop_table("b")\n')
    assert code_of(file) != before


def test_a_migration_imports_nothing_of_the_program_which_goes_on_changing() -> None:
    for path in (MIGRATIONS / "versions").glob("[0-9]*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.startswith("assistant")], path.name
