"""What another prompt, policy or model changed: two runs over the same items, answer by answer."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from assistant.domain.labels import LabelAnswer
from assistant.domain.runs import ChangedAnswer, Run, RunChanges
from assistant.store.database import Database
from assistant.store.runs.prelabels import newest
from assistant.store.tables.content import items, prelabels


class ChangeStore:
    """Compares runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, old: Run, new: Run) -> RunChanges:
        """How many answers differ, and how."""
        before, after = prelabels.alias("before"), prelabels.alias("after")
        both = (
            sa.select(before.c.status, before.c.labels, after.c.status, after.c.labels, sa.func.count())
            .join(after, after.c.item_id == before.c.item_id)
            .where(before.c.run_id == old.id, after.c.run_id == new.id, newest(before), newest(after))
            .group_by(before.c.status, before.c.labels, after.c.status, after.c.labels)
        )
        same = 0
        changed: dict[tuple[LabelAnswer | None, LabelAnswer | None], int] = {}
        with self._database.read() as connection:
            for old_status, old_labels, new_status, new_labels, count in connection.execute(both):
                pair = _answer(old_status, old_labels), _answer(new_status, new_labels)
                if pair[0] == pair[1]:
                    same += count
                else:
                    changed[pair] = changed.get(pair, 0) + count
            answered = [self._answered(connection, run) for run in (old, new)]
        compared = same + sum(changed.values())
        ranked = dict(sorted(changed.items(), key=lambda entry: (-entry[1], str(entry[0]))))
        return RunChanges(same, ranked, answered[0] - compared, answered[1] - compared)

    def items(self, old: Run, new: Run, limit: int) -> Sequence[ChangedAnswer]:
        """The first items whose answers differ, in order of arrival."""
        before, after = prelabels.alias("before"), prelabels.alias("after")
        query = (
            sa.select(
                items.c.external_id, items.c.text, before.c.status, before.c.labels, after.c.status, after.c.labels
            )
            .select_from(items.join(before, before.c.item_id == items.c.id).join(after, after.c.item_id == items.c.id))
            .where(before.c.run_id == old.id, after.c.run_id == new.id, newest(before), newest(after))
            .where(sa.or_(before.c.labels != after.c.labels, before.c.status != after.c.status))
            .order_by(items.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                ChangedAnswer(name, text, _answer(old_status, old_labels), _answer(new_status, new_labels))
                for name, text, old_status, old_labels, new_status, new_labels in connection.execute(query)
            ]

    @staticmethod
    def _answered(connection: sa.Connection, run: Run) -> int:
        query = sa.select(sa.func.count(sa.distinct(prelabels.c.item_id))).where(prelabels.c.run_id == run.id)
        return int(connection.execute(query).scalar_one())


def _answer(status: str, labels: list[str]) -> LabelAnswer | None:
    return tuple(labels) if status == "labelled" else None
