"""Small files as people hand them over, and a workspace's content as it comes out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant

Record = Mapping[str, Any]


def write_jsonl(path: Path, records: Iterable[Record]) -> Path:
    """Write records to a file, English where they don't say: identifying it would cost each test half a second."""
    path.write_bytes(b"".join(orjson.dumps({"lang": "en", **record}) + b"\n" for record in records))
    return path


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    # Split at LF only: a text may hold U+2028, which `splitlines` takes for an end.
    return [orjson.loads(line) for line in path.read_bytes().split(b"\n") if line]


def ingest(assistant: Assistant, workspace: Path, records: Iterable[Record]) -> None:
    """Take records in that have nothing wrong with them."""
    given = write_jsonl(workspace / "given.jsonl", records)
    assert assistant("ingest", given, "-w", workspace).status == 0


def exported(assistant: Assistant, workspace: Path) -> dict[str, dict[str, Any]]:
    """Every item as `export` writes it, by id; an export needs a run, so one without answers is made."""
    with Workspace.open(workspace) as opened:
        run = opened.runs.open_import("nobody")
    target = workspace / "out.jsonl"
    assert assistant("export", target, "--run", run.name, "-w", workspace).status == 0
    return {row["item_id"]: row for row in read_jsonl(target)}
