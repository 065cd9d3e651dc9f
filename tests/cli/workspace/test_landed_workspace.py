"""A workspace of the version before there were projects (2b83452, schema 0010) belongs to one project afterwards.

The fixture was made by that version's own commands: 400 posts with a machine's answers, sampled and labeled until a
certificate was issued, routed, queued, answered by two people, adjudicated, settled and exported.
"""

from __future__ import annotations

import lzma
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from assistant.store.database import HEAD
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant
from tests.cli.files import read_jsonl

LANDED = Path(__file__).parents[2] / "store" / "fixtures" / "landed"
EXPECTED = orjson.loads((LANDED / "expected.json").read_bytes())
KILLED = 9

HALF_WAY = f"""
import os, sys
from pathlib import Path
from assistant.store.connection import schema
from assistant.wiring.workspace import Workspace
whole = schema.upgrade
def half(connection, version):
    whole(connection, "0012")
    os._exit({KILLED})
schema.upgrade = half
with Workspace.open(Path(sys.argv[1])) as opened:
    opened.database.version()
"""


@pytest.fixture
def landed(tmp_path: Path) -> Path:
    """The workspace as that version left it: settings of the project in `assistant.toml`, no `projects` folder."""
    folder = tmp_path / "landed"
    (folder / "policies").mkdir(parents=True)
    (folder / ".assistant").mkdir(mode=0o700)
    shutil.copy(LANDED / "assistant.toml", folder)
    shutil.copy(LANDED / "community.md", folder / "policies")
    with closing(sqlite3.connect(database_of(folder))) as database:
        database.executescript(lzma.decompress((LANDED / "workspace.sql.xz").read_bytes()).decode())
    return folder


def database_of(folder: Path) -> Path:
    return folder / ".assistant" / "assistant.db"


def rows(file: Path) -> dict[str, int]:
    """How many rows each table has, empty ones left out."""
    with closing(sqlite3.connect(file)) as database:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        names = [name for (name,) in database.execute(query)]
        counts = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
    return {name: count for name, count in counts.items() if count}


def version(file: Path) -> str:
    with closing(sqlite3.connect(file)) as database:
        found: str = database.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    return found


def copies(folder: Path) -> list[Path]:
    return sorted((folder / ".assistant").glob("assistant-schema-0010-*.db"))


def test_it_becomes_one_project_with_every_row_and_a_copy_of_before_is_kept(assistant: Assistant, landed: Path) -> None:
    assert (version(database_of(landed)), rows(database_of(landed))) == ("0010", EXPECTED["rows"])
    said = assistant("project", "list", "-w", landed, "--json")
    assert said.status == 0, said.stdout
    [found] = said.json
    assert (found["project"], found["state"], found["items"], found["runs"]) == ("main", "active", 400, 1)
    assert version(database_of(landed)) == HEAD
    after = rows(database_of(landed))
    assert {name: after.get(name, 0) for name in EXPECTED["rows"]} == EXPECTED["rows"]
    [copy] = copies(landed)
    assert (version(copy), rows(copy)) == ("0010", EXPECTED["rows"])
    members = assistant("project", "members", "main", "-w", landed, "--json").json
    assert [(one["name"], one["role"]) for one in members] == [("ann", "reviewer"), ("bo", "reviewer"), ("lea", "lead")]


def test_labels_certificate_and_log_are_what_they_were(assistant: Assistant, landed: Path) -> None:
    assert assistant("audit", "verify", "-w", landed, "--json").json["whole"] is True
    said = assistant("export", landed / "labels.jsonl", "-w", landed)
    assert said.status == 0, said.stderr
    before = [orjson.loads(line) for line in lzma.decompress((LANDED / "labels.jsonl.xz").read_bytes()).splitlines()]
    after = read_jsonl(landed / "labels.jsonl")
    assert [in_its_columns(new, old) for new, old in zip(after, before, strict=True)] == before
    assert (
        Counter(one["final_origin"] for one in after)["classifier"] == 200
    )  # what the certificate accepts is still accepted
    assert assistant("check", "-w", landed, "--json").json["standing"] == EXPECTED["standing"] == "standing"


def in_its_columns(new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """A row of today in the columns, and their order, that there were."""
    return {name: new[name] for name in old}


def test_killed_half_way_it_is_as_before_and_starts_again(assistant: Assistant, landed: Path) -> None:
    done = subprocess.run([sys.executable, "-c", HALF_WAY, landed], check=False)
    assert done.returncode == KILLED
    assert (version(database_of(landed)), rows(database_of(landed))) == ("0010", EXPECTED["rows"])
    assert assistant("status", "-w", landed).status == 0
    assert version(database_of(landed)) == HEAD
    assert len(copies(landed)) == 2  # each time one is made before anything is changed


def test_what_it_had_in_its_settings_is_what_its_project_goes_by(landed: Path) -> None:
    settings = landed / "assistant.toml"
    text = settings.read_text("utf-8").replace("accept_probability = 0.9", "accept_probability = 0.75")
    settings.write_text(text, "utf-8")
    with Workspace.open(landed) as opened:
        assert opened.project.key == "main"
        assert opened.settings.routing.accept_probability == 0.75
        assert opened.policy.id == "community"
