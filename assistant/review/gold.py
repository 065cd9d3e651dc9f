"""Gold: items with a known answer, mixed in silently, growing old, and made from what was settled."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from assistant.domain.gold import GoldItem
from assistant.domain.labels import LabelAnswer, severity
from assistant.domain.policies import LabelSet
from assistant.domain.review_work import Claimed, NewTask, Principal, TaskKind
from assistant.review.qualify import FIRST, harm_of
from assistant.routing.sampling import Key, draw
from assistant.settings import ReviewSettings
from assistant.store.audit import log as audit
from assistant.store.database import Connection
from assistant.store.review.labels import gold
from assistant.store.review.queue.claims import Lease, take
from assistant.store.review.queue.tasks import add_tasks, first_slot, task_of

_LOOKED_AT = 20  # of the least shown, for one whose harm may be shown


@dataclass(frozen=True, slots=True)
class Mixing:
    """How gold is mixed in: at which rate (0 to 1), by which key of the draws, and how severe labels are."""

    rate: float
    key: Key
    label_set: LabelSet


def due(mixing: Mixing, principal: Principal, count: int) -> bool:
    """Whether the next item a person takes, after `count` in this shift, is gold; the same whenever it is asked."""
    return draw(mixing.key, f"{principal.name}:{count}", "gold") < mixing.rate


def give_gold(
    connection: Connection,
    principal: Principal,
    instead: Claimed,
    *,
    lease: Lease,
    mixing: Mixing,
    avoid: Collection[str],
) -> int | None:
    """Lease a gold item in place of an ordinary one of the same policy and language; its assignment, None without any.

    To whoever gets it, it looks like any blind review.
    """
    unwanted = {*avoid, *principal.opt_outs}
    found = gold.candidates(connection, principal, instead.policy_id, instead.language, limit=_LOOKED_AT)
    chosen = next((one for one in found if unwanted.isdisjoint(one.labels)), None)
    if chosen is None:
        return None
    task = _task(chosen, task_of(connection, instead.task_id), principal, mixing.label_set)
    slot = first_slot(connection, add_tasks(connection, [task])[0])
    return slot if take(connection, principal, slot, lease) else None


def make_gold(
    connection: Connection, item_key: int, *, policy_id: str, labels: LabelAnswer, explanation: str, actor: str
) -> int:
    """Make an item gold under a policy; returns its number as gold."""
    number = gold.add(connection, item_key, policy_id=policy_id, labels=labels, explanation=explanation, actor=actor)
    audit.append(connection, actor, "gold.add", f"gold:{number}", {"item_key": item_key, "labels": labels})
    return number


def retire_gold(connection: Connection, gold_id: int, actor: str) -> bool:
    """Mix a gold item in no longer; returns whether it was."""
    retired = gold.retire_one(connection, gold_id)
    if retired:
        audit.append(connection, actor, "gold.retire", f"gold:{gold_id}")
    return retired


def aged(connection: Connection, rules: ReviewSettings, at: datetime) -> bool:
    """Whether there is gold that `age` would retire."""
    return gold.any_aged(connection, views=rules.gold_views, before=_oldest(rules, at))


def age(connection: Connection, rules: ReviewSettings, at: datetime) -> int:
    """Retire gold that people have seen too often to be surprised by, or that is too old; returns how many.

    Whoever hands gold out calls it first: no item is shown once more than the rules say.
    """
    retired = gold.retire_aged(connection, views=rules.gold_views, before=_oldest(rules, at))
    if retired:
        audit.append(connection, "clock", "gold.age", "gold", {"retired": retired})
    return retired


def _oldest(rules: ReviewSettings, at: datetime) -> str:
    return (at - timedelta(days=rules.gold_days)).astimezone(UTC).isoformat(timespec="milliseconds")


def _task(one: GoldItem, instead: NewTask, principal: Principal, label_set: LabelSet) -> NewTask:
    """Gold in the place of a task: the same queue, skill and due time, so that nothing about it differs."""
    return replace(
        instead,
        item_key=one.item_key,
        kind=TaskKind.GOLD,
        blind=True,
        language=one.language,
        harm=harm_of(one.labels, label_set),
        severity=severity(one.labels, label_set),
        priority=FIRST,
        overlap=1,
        sample_id=None,
        gold_id=one.id,
        for_user=principal.user_id,
    )
