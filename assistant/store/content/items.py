"""Items in the database: taking them in once, and reading them page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from assistant.domain.canonical import id_spellings, same_items
from assistant.domain.items import Content, Item, ItemKind, StoredItem
from assistant.store.audit import log as audit
from assistant.store.content.batches import BatchToJoin, join_batch
from assistant.store.database import PAGE, Database, now, parts
from assistant.store.project_scope import items_within
from assistant.store.tables.content import ingests, items, near_duplicates, refusals


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item on its way in, with its MinHash signature (empty when not wanted) and input line."""

    item: Item
    signature: bytes
    line: int


@dataclass(frozen=True, slots=True)
class Clash:
    """An item refused because its id is taken by another content; `taken` are the ids that are, as they are spelled.

    `erased`: by one whose content was removed on request, whether or not it is the same.
    """

    line: int
    external_id: str
    taken: tuple[str, ...]
    erased: bool = False


class ItemStore:
    """Reads and writes items."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, rows: Sequence[NewItem], batch: BatchToJoin | None = None) -> tuple[Counter[str], list[Clash]]:
        """Take in some rows; each id once, whatever is given again. `7.0` is the id `7` where there is no other `7.0`.

        Args:
            rows: the items.
            batch: the batch they become part of, made with the first of them; None for none.

        Returns:
            Counts of `added`, `unchanged` (same id, same content), `same_content` (added, but its content was already
            there under another id: they will share one model call), `with_media` (of those added or unchanged),
            `joined` (new in the batch) and `clash`; and the clashes themselves.
        """
        counts: Counter[str] = Counter()
        clashes: list[Clash] = []
        project = self._database.project_id
        with self._database.write(alone=True) as connection:
            known = _known_by_id(connection, project, {name for new in rows for name in id_spellings(new.item.id)})
            first = _first_by_digest(connection, project, [new.item.content.digest for new in rows])
            fresh: dict[str, dict[str, object]] = {}
            again: dict[int, None] = {}  # row numbers of items that were there, in the order given
            key = (connection.execute(sa.select(sa.func.max(items.c.id))).scalar() or 0) + 1
            for new in rows:
                digest = new.item.content.digest
                names = same_items(new.item.id, known)
                same = all(known[name][0] == digest for name in names) and len(names) < 2
                counts["with_media"] += same and new.item.content.has_media
                if names:
                    counts["unchanged" if same else "clash"] += 1
                    if not same:
                        clashes.append(
                            Clash(new.line, new.item.id, names, any(known[one][0] == _ERASED for one in names))
                        )
                    elif batch is not None and batch.unchanged_join:
                        again[known[names[0]][1]] = None
                    continue
                known[new.item.id] = digest, key
                same_as = first.get(digest)
                counts["same_content"] += same_as is not None
                first.setdefault(digest, key)
                fresh[new.item.id] = _row(key, new, digest, same_as) | {"project_id": project}
                key += 1
            if fresh:
                connection.execute(sa.insert(items), list(fresh.values()))
            if batch is not None:
                added = range(key - len(fresh), key)
                counts["joined"] = join_batch(connection, batch, added, again.keys() - added, self._database.operator)
        counts["added"] = len(fresh)
        return counts, clashes

    def record_ingest(self, source: str, mapping: str, counts: Mapping[str, int]) -> None:
        """Note that a file was imported."""
        row = {
            "project_id": self._database.project_id,
            "source": source,
            "mapping": mapping,
            "counts": dict(counts),
            "created_at": now(),
        }
        with self._database.write() as connection:
            connection.execute(sa.insert(ingests), [row])
            audit.append(
                connection, self._database.operator, "content.import", f"file:{source}", {"counts": dict(counts)}
            )

    def record_refusals(self, source: str, rows: Sequence[tuple[int, str, str, str]]) -> None:
        """Keep refused rows: (line, reason, message, excerpt)."""
        stamped = [
            {
                "project_id": self._database.project_id,
                "source": source,
                "line": line,
                "reason": reason,
                "message": text,
                "excerpt": part,
                "created_at": now(),
            }
            for line, reason, text, part in rows
        ]
        if stamped:
            with self._database.write() as connection:
                connection.execute(sa.insert(refusals), stamped)

    def count(self) -> dict[str, int]:
        """How many items, how many different contents, and how many items have media."""
        counting = sa.select(sa.func.count()).where(self._own())
        with self._database.read() as connection:
            media = connection.execute(counting.where(with_media())).scalar_one()
            total = connection.execute(counting).scalar_one()
            shared = connection.execute(counting.where(items.c.same_as.is_not(None))).scalar_one()
        return {"items": total, "contents": total - shared, "same_content": shared, "with_media": media}

    def languages(self) -> dict[str, int]:
        """Items by language, most frequent first."""
        query = sa.select(items.c.language, sa.func.count()).where(self._own()).group_by(items.c.language)
        with self._database.read() as connection:
            rows = [(str(language), int(count)) for language, count in connection.execute(query)]
        return dict(sorted(rows, key=lambda row: (-row[1], row[0])))

    def get(self, external_id: str) -> StoredItem | None:
        """The item of that id, or None."""
        with self._database.read() as connection:
            row = connection.execute(
                select_items().where(self._own(), items.c.external_id == external_id)
            ).one_or_none()
        return None if row is None else stored_item(row)

    def keys_of(self, external_ids: Iterable[str]) -> dict[str, int]:
        """Row numbers of the ids that are there."""
        found: dict[str, int] = {}
        with self._database.read() as connection:
            for part in parts(external_ids):
                query = sa.select(items.c.external_id, items.c.id).where(self._own(), items.c.external_id.in_(part))
                found.update((name, key) for name, key in connection.execute(query))
        return found

    def resolve(self, external_ids: Iterable[str]) -> tuple[dict[str, int], dict[str, tuple[str, ...]]]:
        """Row numbers of the items that ids name, spelled so or, where no item is, in another way (`id_key`).

        Returns:
            Row numbers by id; and for ids that could mean several items, how those are spelled.
        """
        wanted = dict.fromkeys(external_ids)
        known = self.keys_of(dict.fromkeys(name for wished in wanted for name in id_spellings(wished)))
        named = {name: same_items(name, known) for name in wanted}
        found = {name: known[names[0]] for name, names in named.items() if len(names) == 1}
        return found, {name: names for name, names in named.items() if len(names) > 1}

    def pages(self, *, first_only: bool = False, page: int = PAGE) -> Iterator[list[StoredItem]]:
        """All items in order of arrival; `first_only` leaves out those whose content came before."""
        after = 0
        while True:
            query = select_items().where(self._own(), items.c.id > after).order_by(items.c.id).limit(page)
            if first_only:
                query = query.where(items.c.same_as.is_(None))
            with self._database.read() as connection:
                rows = [stored_item(row) for row in connection.execute(query)]
            if not rows:
                return
            yield rows
            after = rows[-1].key

    def signatures(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Row numbers, int64 (n,), and signatures, uint8 (n, size), of items that are the first with their content."""
        first = (self._own(), items.c.same_as.is_(None), items.c.signature.is_not(None))
        with self._database.read() as connection:
            count = connection.execute(sa.select(sa.func.count()).where(*first)).scalar_one()
            keys = np.empty(count, dtype=np.int64)
            found = np.empty((count, size), dtype=np.uint8)
            query = sa.select(items.c.id, items.c.signature).where(*first).order_by(items.c.id)
            rows = connection.execution_options(yield_per=PAGE).execute(query)
            for place, (key, signature) in enumerate(rows):
                keys[place] = key
                found[place] = np.frombuffer(signature, dtype=np.uint8)
        return keys, found

    def texts(self, keys: Sequence[int]) -> dict[int, str]:
        """Texts by row number."""
        found: dict[int, str] = {}
        with self._database.read() as connection:
            for part in parts(keys):
                query = sa.select(items.c.id, items.c.text).where(items.c.id.in_(part))
                found.update((key, text) for key, text in connection.execute(query))
        return found

    def put_groups(self, groups: Mapping[int, int]) -> None:
        """Replace the near-duplicate groups: item's row number -> row number of the group's first item."""
        with self._database.write() as connection:
            own = sa.select(items.c.id).where(self._own())
            connection.execute(sa.delete(near_duplicates).where(near_duplicates.c.item_id.in_(own)))
            for part in parts(sorted(groups.items()), PAGE):
                connection.execute(
                    sa.insert(near_duplicates), [{"item_id": key, "group_id": group} for key, group in part]
                )

    def _own(self) -> sa.ColumnElement[bool]:
        return items.c.project_id == self._database.project_id


def with_media() -> sa.ColumnElement[bool]:
    """Rows of `items` with more to judge than text; see `Content.has_media`."""
    return sa.or_(items.c.media.is_not(None), items.c.kind.in_((ItemKind.IMAGE.value, ItemKind.VIDEO.value)))


def stored_item(row: sa.Row[Any]) -> StoredItem:
    """An item from a row of `items` joined with its group."""
    content = Content(row.text, ItemKind(row.kind), row.query, tuple(row.media or ()))
    item = Item(row.external_id, content, row.language, row.source, row.meta)
    return StoredItem(row.id, item, row.content_digest, row.group_id)


def select_items() -> sa.Select[Any]:
    """Items joined with their near-duplicate group, for `stored_item`."""
    return sa.select(items, near_duplicates.c.group_id).select_from(
        items.outerjoin(near_duplicates, near_duplicates.c.item_id == items.c.id)
    )


def _row(key: int, new: NewItem, digest: str, same_as: int | None) -> dict[str, object]:
    item = new.item
    return {
        "id": key,
        "external_id": item.id,
        "kind": item.content.kind.value,
        "text": item.content.text,
        "query": item.content.query,
        "media": list(item.content.media) or None,
        "content_digest": digest,
        "same_as": same_as,
        "language": item.language,
        "source": item.source,
        "meta": item.meta,
        "signature": new.signature or None,
        "created_at": now(),
    }


_ERASED = ""  # in place of a digest: equal to none


def _known_by_id(connection: sa.Connection, project: int, ids: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Content digest and row number of the ids that are there."""
    found: dict[str, tuple[str, int]] = {}
    for part in parts(ids):
        named = items.c.project_id == project, items.c.external_id.in_(part)
        query = sa.select(items.c.external_id, items.c.content_digest, items.c.id, items.c.erased_at).where(*named)
        found.update(
            (name, (digest if at is None else _ERASED, key)) for name, digest, key, at in connection.execute(query)
        )
    return found


def _first_by_digest(connection: sa.Connection, project: int, digests: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts(digests):
        query = (
            sa.select(items.c.content_digest, sa.func.min(items.c.id))
            .where(items.c.content_digest.in_(part), items_within(project))
            .group_by(items.c.content_digest)
        )
        found.update((digest, key) for digest, key in connection.execute(query))
    return found
