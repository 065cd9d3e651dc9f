"""The same flow on SQLite and PostgreSQL, one command right after the other: no time for statistics to be gathered."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assistant.domain.certificates import Score
from assistant.store.certification.fits import FitStore
from assistant.store.database import now, parts
from assistant.store.tables.content import items, prelabels
from assistant.store.workspaces import DATABASE_VARIABLE
from assistant.wiring.workspace import Workspace
from tests.bench.commands import Finished, run
from tests.postgres import find_binaries, running_server

ROWS = 1_000_000
_PAGE = 20_000
_MOST = 1.5
_STEPS = (("route", ("route",)), ("status", ("status",)), ("export to JSON lines", ("export", "out.jsonl")))

Figure = tuple[str, str, str, bool | None]


def databases(folder: Path, rows: int = ROWS) -> Iterator[Figure]:
    """Scored items routed, counted and exported."""
    binaries = find_binaries()
    if binaries is None:
        yield f"{rows:,} rows on both databases", "PostgreSQL is not installed here", "", None
        return
    taken = {"sqlite": _flow(folder / "sqlite", rows)}
    with running_server(binaries) as server, _database(server.migrated_url()):
        taken["postgres"] = _flow(folder / "postgres", rows)
    for number, (what, _) in enumerate(_STEPS):
        ours, theirs = taken["sqlite"][number], taken["postgres"][number]
        yield f"{rows:,} rows, {what}: PostgreSQL beside SQLite", _beside(theirs.seconds, ours.seconds), "", None
    ours_in_all, theirs_in_all = (sum(one.seconds for one in taken[kind]) for kind in ("sqlite", "postgres"))
    yield (
        f"{rows:,} rows, from route to export without a pause: PostgreSQL beside SQLite",
        _beside(theirs_in_all, ours_in_all),
        f"<= {_MOST}x",
        theirs_in_all <= _MOST * ours_in_all,
    )


def _beside(theirs: float, ours: float) -> str:
    return f"{theirs / ours:.2f}x ({theirs:.1f} s, SQLite {ours:.1f} s)"


@contextmanager
def _database(url: str) -> Iterator[None]:
    os.environ[DATABASE_VARIABLE] = url
    try:
        yield
    finally:
        del os.environ[DATABASE_VARIABLE]


def _flow(workspace: Path, rows: int) -> list[Finished]:
    run("-m", "assistant", "init", str(workspace))
    _fill(workspace, rows)
    return [
        run("-m", "assistant", *_placed(words, workspace), "--workspace", str(workspace), "--json")
        for _, words in _STEPS
    ]


def _placed(words: tuple[str, ...], workspace: Path) -> tuple[str, ...]:
    return (words[0], *(str(workspace / word) for word in words[1:]))


def _fill(workspace: Path, rows: int) -> None:
    """Items, a machine's answers to them and their calibrated scores, as `ingest`, an import and a fit leave them."""
    with Workspace.open(workspace) as opened:
        imported = opened.runs.open_import("made-up")
        for numbers in parts(range(rows), _PAGE):
            with opened.database.write(looked_up=False) as connection:
                connection.execute(sa.insert(items), [_item(number) for number in numbers])
                connection.execute(sa.insert(prelabels), [_answer(imported.id, number) for number in numbers])
        scores = (Score(f"p{number}", ("safe",), 0.5 + number % 50 / 100, "model") for number in range(rows))
        FitStore(opened.database).add(imported.id, seed=1, labels_used=1000, report={}, scores=scores)


def _item(number: int) -> dict[str, Any]:
    return {
        "id": number + 1, "project_id": 1, "external_id": f"p{number}", "kind": "text",
        "text": f"this is post number {number}",
        "content_digest": f"{number:032x}", "language": "en", "meta": {}, "created_at": now(),
    }  # fmt: skip


def _answer(run_id: int, number: int) -> dict[str, Any]:
    return {
        "run_id": run_id, "item_id": number + 1, "revision": 0, "status": "labelled", "labels": ["safe"],
        "signals": {"label_probability": 0.9}, "clauses": [], "model": "made-up", "prompt_tokens": 0,
        "completion_tokens": 0, "cached_tokens": 0, "latency_ms": 0.0, "attempts": 0, "created_at": now(),
    }  # fmt: skip
