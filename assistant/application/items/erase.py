"""Erasing: a person's content removed on request, with a tombstone in its place.

First what is intended is written and the tasks are closed, then files are cleaned while the texts are known, then the
database in one transaction, then its file. An erasure that was interrupted at any point is resumed by `resume_erasure`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from assistant.application.items.erased_files import clean_journal, clean_snapshots, old_copies
from assistant.application.items.remains import files_with, forms_of, holds_any
from assistant.domain.audit_log import AuditEntry
from assistant.errors import ConflictError, InvalidValueError, NotFoundError
from assistant.store.audit import log as audit
from assistant.store.database import Connection, now
from assistant.store.life import erasable
from assistant.store.life.erasable import ErasureRow, Holder
from assistant.store.life.erasing import CLEANED, ErasedContent, begin, note, remove, remove_refusals
from assistant.store.life.records import ReleaseRecord
from assistant.store.life.releases import releases_with
from assistant.store.life.scrub import scrub
from assistant.store.runs.journal import claim
from assistant.wiring.workspace import Workspace

BACKUP, EXPORT, SHEET = "backup.make", "file.export", "file.sheet"
_LONGEST_REASON = 500
_NAMED = 50
_SEARCHED = 5  # items whose texts are looked for in the database's file first; of more it is rebuilt at once


class ErasureKind(StrEnum):
    """What a request to erase names its items by."""

    ITEM = "item"
    AUTHOR = "author"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class ErasureTarget:
    """What is to be erased; the value is never stored.

    Args:
        kind: by what.
        value: an item's id; an author as the content has them; a text that items contain.
        field: of an author: the column of the content that names them, `source` for the item's source.
    """

    kind: ErasureKind
    value: str
    field: str = "author"


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """What an erasure would remove, and what still carries it afterwards.

    Args:
        items: ids, in order of arrival.
        counts: of all of it: characters, media, prelabels, replies, labels.
        holders: who holds any of it under a lease now; nothing is erased before they are done.
        same_content: other items with the same content, of whatever project, which stay as they are.
        near_duplicates: ids of items that are nearly the same, which stay: the first fifty.
        releases: files of labels that hold any of it.
        files: other files that left since it came, as the log names them: backups, sheets, exports from before
            releases were kept.
        copies: copies of the database from before an upgrade that hold it; they are removed.
    """

    items: tuple[str, ...]
    counts: dict[str, int]
    holders: tuple[Holder, ...]
    same_content: int
    near_duplicates: tuple[str, ...]
    releases: tuple[ReleaseRecord, ...]
    files: tuple[AuditEntry, ...]
    copies: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of it.

    Args:
        number: of the erasure.
        items: how many items were erased.
        snapshots: frozen evaluation data that was changed.
        copies: copies of the database that were removed.
        remaining: files of the workspace's folder in which the text is still found; None where it could not be looked
            for, as a resumed erasure doesn't know the text any more, or as it is too short.
        log_emptied: whether the database's write-ahead log was emptied.
    """

    number: int
    items: int
    snapshots: tuple[Path, ...]
    copies: tuple[Path, ...]
    remaining: tuple[Path, ...] | None
    log_emptied: bool


def preview_erasure(workspace: Workspace, target: ErasureTarget) -> ErasurePreview:
    """What would be erased.

    Raises:
        InvalidValueError: nothing is named.
        NotFoundError: this project has no such content, or it was erased already.
    """
    with workspace.database.read() as connection:
        found = _found(connection, target)
        return _preview(workspace, connection, found)


def erase(
    workspace: Workspace, target: ErasureTarget, reason: str, *, actor: str, expected: int | None = None
) -> Erased:
    """Remove content for good, from database, files and search index; see the module.

    Args:
        workspace: the opened workspace.
        target: what.
        reason: why, in words: it is shown in place of the content; never a person's name.
        actor: who does it.
        expected: how many items the preview had; None for whatever there is.

    Raises:
        InvalidValueError: no reason, or nothing named.
        NotFoundError: this project has no such content.
        ConflictError: an item is held under a lease, or there are other items than expected.
        StorageError, VectorIndexError: a job is at work, or another process has the search index.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > _LONGEST_REASON:
        raise InvalidValueError("erasure_reason", field="reason", most=_LONGEST_REASON)
    workspace.queue.return_expired()
    with workspace.database.read() as connection:
        found = _found(connection, target)
        _check_free(connection, found)
    if expected is not None and expected != len(found):
        raise ConflictError("erasure_changed", expected=expected, found=len(found))

    def start() -> int:
        with workspace.database.write() as connection:
            _check_free(connection, found)
            return begin(connection, found, kind=target.kind.value, reason=reason, actor=actor)

    return _alone(workspace, lambda: _carry_out(workspace, start, found, reason, actor))


def resume_erasure(workspace: Workspace, number: int, *, actor: str) -> Erased:
    """Finish an erasure that was interrupted; one that is finished cleans the database's file once more.

    Raises:
        NotFoundError: this project has no such erasure.
        ConflictError, StorageError, VectorIndexError: as `erase`.
    """
    row = find_erasure(workspace, number)
    workspace.queue.return_expired()
    with workspace.database.read() as connection:
        found = erasable.contents(connection, erasable.keys_of_erasure(connection, number))
        _check_free(connection, found)
    return _alone(workspace, lambda: _carry_out(workspace, lambda: number, found, row.reason, actor))


def list_erasures(workspace: Workspace, *, before: int | None = None, limit: int = 50) -> Sequence[ErasureRow]:
    """The project's erasures below a number, newest first."""
    with workspace.database.read() as connection:
        return erasable.erasure_rows(connection, before=before, limit=limit)


def find_erasure(workspace: Workspace, number: int) -> ErasureRow:
    """One erasure. Raises NotFoundError."""
    with workspace.database.read() as connection:
        found = erasable.erasure_rows(connection, number=number)
    if not found:
        raise NotFoundError("erasure_not_found", erasure=number)
    return found[0]


def file_of(entry: AuditEntry) -> str:
    """The name of the file that an entry of a preview is about."""
    return str(entry.detail.get("file", entry.subject.removeprefix("file:")))


def _found(connection: Connection, target: ErasureTarget) -> list[ErasedContent]:
    if not target.value.strip() or not target.field.strip():
        raise InvalidValueError("erasure_of_nothing", field=target.kind.value)
    if target.kind is ErasureKind.ITEM:
        keys = erasable.keys_by_id(connection, target.value)
    elif target.kind is ErasureKind.AUTHOR:
        keys = erasable.keys_by_author(connection, target.field, target.value)
    else:
        keys = erasable.keys_by_text(connection, target.value)
    if not keys:
        raise NotFoundError("nothing_to_erase")
    if (begun := erasable.unfinished(connection, keys)) is not None:
        raise ConflictError("erasure_unfinished", erasure=begun)
    return erasable.contents(connection, keys)


def _preview(workspace: Workspace, connection: Connection, found: Sequence[ErasedContent]) -> ErasurePreview:
    keys = [one.key for one in found]
    names = found[0].counts
    return ErasurePreview(
        items=tuple(one.id for one in found),
        counts={name: sum(one.counts[name] for one in found) for name in names},
        holders=tuple(erasable.holders(connection, keys, now())),
        same_content=erasable.same_contents(connection, found),
        near_duplicates=tuple(erasable.near_ones(connection, keys, _NAMED)),
        releases=tuple(releases_with(connection, keys)),
        files=tuple(_other_files(connection, keys)),
        copies=tuple(old_copies(workspace, found)),
    )


def _other_files(connection: Connection, keys: Sequence[int]) -> list[AuditEntry]:
    """Files that left and are no release: those say which items they hold."""
    known = {one.sha256 for one in releases_with(connection, keys)}
    return [
        one
        for one in erasable.files_since(connection, keys, BACKUP, EXPORT, SHEET)
        if one.action != EXPORT or one.detail.get("sha256") not in known
    ]


def _check_free(connection: Connection, found: Sequence[ErasedContent]) -> None:
    held = erasable.holders(connection, [one.key for one in found], now())
    if held:
        first = held[0]
        raise ConflictError("erasure_held", item=first.item, user=first.user, until=first.until[:19], count=len(held))


def _alone(workspace: Workspace, work: Callable[[], Erased]) -> Erased:
    """Do it while no job is at work in this project: one would write what it has just read."""
    release = claim(workspace.journal_folder)
    try:
        return work()
    finally:
        release()


def _carry_out(
    workspace: Workspace, start: Callable[[], int], found: Sequence[ErasedContent], reason: str, actor: str
) -> Erased:
    """Files, then the database, then its file; what another process may hold comes before anything is done."""
    database, forms = workspace.database, forms_of(text for one in found for text in one.texts)
    with database.read() as connection:
        guides = erasable.guide(connection, [one.key for one in found])
        quoting = _quoting(connection, found)
    if guides:
        workspace.empty_index()
    number = start()
    clean_journal(workspace.journal_folder, {one.digest for one in found if not one.shared})
    snapshots = clean_snapshots(workspace, {one.id for one in found})
    copies = old_copies(workspace, found) if found else []
    for path in copies:
        path.unlink(missing_ok=True)
    if found:
        marker = f"[erased on {datetime.now(UTC):%Y-%m-%d}: {reason}]"
        with database.write() as connection:
            remove_refusals(connection, quoting)
            remove(connection, number, found, marker, actor=actor)
    emptied = scrub(database, _remains_in(database.file, forms) if forms and len(found) <= _SEARCHED else None)
    left = tuple(files_with(workspace.folder, forms)) if forms else None
    detail = {"log_emptied": emptied, "remaining": None if left is None else len(left), "copies": len(copies)}
    with database.write() as connection:
        note(connection, number, CLEANED, detail, actor)
        audit.append(connection, actor, "erasure.finish", f"erasure:{number}", detail)
    return Erased(number, len(found), tuple(snapshots), tuple(copies), left, emptied)


def _remains_in(file: Path | None, forms: list[bytes]) -> Callable[[], bool]:
    return lambda: file is not None and holds_any(file, forms)


def _quoting(connection: Connection, found: Sequence[ErasedContent]) -> list[int]:
    """Refused rows of files that quote one of these texts, or name one of these items."""
    texts = [text for one in found for text in one.texts if len(text) >= _SHORTEST_QUOTE]
    names = {one.id for one in found}
    return [
        number
        for number, quoted in erasable.quoted_rows(connection)
        if quoted.split("\n", 1)[0] in names or any(_shares(quoted, text) for text in texts)
    ]


_SHORTEST_QUOTE = 6  # characters of a text that must stand in a quote


def _shares(quoted: str, text: str) -> bool:
    """Whether a quote has a stretch of the text: its beginning, or any piece of its own length."""
    size = min(len(text), 24)
    return text[:size] in quoted or any(quoted[at : at + size] in text for at in range(0, len(quoted) - size + 1, 4))
