"""Files of a project that hold content, and what is done with them when items are erased."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path

import orjson

from assistant.store.life.erasing import ErasedContent
from assistant.wiring.workspace import Workspace

_JOURNALS = ("replies-*.jsonl", "damaged-*.jsonl")
_COPIES = "-schema-*-*"


def old_copies(workspace: Workspace, found: Sequence[ErasedContent]) -> list[Path]:
    """Copies of the SQLite file from before an upgrade that hold any of these items, or can't be read."""
    file = workspace.database.file
    if file is None:
        return []
    copies = sorted(file.parent.glob(f"{file.stem}{_COPIES}{file.suffix}"))
    return [path for path in copies if _has_any(path, [one.id for one in found])]


def clean_journal(folder: Path, digests: Collection[str]) -> int:
    """Take replies to these contents out of the reply journal; returns how many. No job may be at work."""
    taken = 0
    for pattern in _JOURNALS:
        for path in sorted(folder.glob(pattern)):
            lines = path.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if not _is_about(line, digests)]
            if len(kept) < len(lines):
                taken += len(lines) - len(kept)
                _replace(path, b"".join(kept))
    return taken


def clean_snapshots(workspace: Workspace, ids: Collection[str]) -> list[Path]:
    """Take what is known of these items' contents out of the project's frozen evaluation data; labels stay.

    A snapshot's identity is the digest of its bytes: its record, and the suite that names it, get the new one. Figures
    measured before name the old one.
    """
    from assistant.application.evaluation.suites import FOLDER  # noqa: PLC0415 - loads scipy, as the next one does
    from evals.data.frozen import digest_of  # noqa: PLC0415 - the server starts without

    changed = []
    for path in sorted((workspace.project_folder / FOLDER).rglob("*.jsonl")):
        before = path.read_bytes()
        lines = before.splitlines(keepends=True)
        after = b"".join(_cleaned(line, ids) for line in lines)
        if after != before:
            _replace(path, after)
            _rename_digest(path, digest_of(before), digest_of(after))
            changed.append(path)
    return changed


def _cleaned(line: bytes, ids: Collection[str]) -> bytes:
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError:
        return line
    if not isinstance(fields, dict) or fields.get("id") not in ids or "answers" not in fields:
        return line
    fields |= {"digest": "", "properties": {}}
    return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _rename_digest(path: Path, before: str, after: str) -> None:
    """Let the files beside a snapshot that name it name its new digest."""
    record = path.with_suffix(".lock.json")
    suite = path.with_name(f"{path.name.partition('.')[0]}.toml")
    for file in (record, suite):
        with suppress(FileNotFoundError):
            text = file.read_text(encoding="utf-8")
            if before in text:
                _replace(file, text.replace(before, after).encode())
    if before in path.name:
        path.rename(path.with_name(path.name.replace(before, after)))


def _is_about(line: bytes, digests: Collection[str]) -> bool:
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError:
        return any(digest.encode() in line for digest in digests)
    return isinstance(fields, dict) and fields.get("content_digest") in digests


def _has_any(path: Path, ids: Iterable[str]) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            query = "SELECT 1 FROM items WHERE external_id = ? LIMIT 1"
            return any(connection.execute(query, (name,)).fetchone() for name in ids)
    except sqlite3.Error:
        return True


def _replace(path: Path, content: bytes) -> None:
    """Write over a file: the old bytes first, then the new ones under the same name, all or nothing."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
