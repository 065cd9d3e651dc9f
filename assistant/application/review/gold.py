"""Gold: items made gold once, revised by naming what is replaced, retired, and listed with how reviewers do on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.application.review.adjudication import read_answer
from assistant.application.review.content import find_item
from assistant.domain.disagreements import Adjudication
from assistant.domain.gold import GoldRow
from assistant.domain.labels import LabelAnswer
from assistant.errors import ConflictError, NotFoundError
from assistant.review import gold as rules
from assistant.store.review.disagreements.adjudications import newest_decision
from assistant.store.review.labels import gold, gold_list
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class GoldMade:
    """What became of an item.

    Args:
        id: its number as gold.
        labels: the known answer.
        already: whether it was gold just so before: nothing was stored.
    """

    id: int
    labels: LabelAnswer
    already: bool


def make_gold(
    workspace: Workspace,
    item_id: str,
    labels: Sequence[str] | None = None,
    explanation: str = "",
    *,
    actor: str,
    replaces: int | None = None,
) -> GoldMade:
    """Make an item gold under the workspace's policy. The same again changes nothing.

    Args:
        workspace: the opened workspace.
        item_id: the item's own id.
        labels: the known answer; None takes what the item was settled as, explained by the adjudicator's note where
            nothing else is given.
        explanation: why it is right, for training.
        actor: who makes it.
        replaces: the item's number as gold, to revise its answer or explanation.

    Raises:
        NotFoundError: there is no such item, or it isn't gold under the number to replace.
        InvalidValueError: no labels of the policy.
        ConflictError: no labels are given and the item isn't settled; or it is gold with another answer or explanation,
            under another number than the one to replace.
    """
    policy, stored = workspace.policy, find_item(workspace, item_id)
    named = None if labels is None else read_answer(labels, policy)
    with workspace.database.write() as connection:
        settled = newest_decision(connection, stored.key)
        answer, why = (named, explanation) if named is not None else _as_settled(settled, explanation, item_id)
        known = gold_list.known_as(connection, stored.key, policy.id)
        if known is not None and (known.labels, known.explanation) == (answer, why):
            return GoldMade(known.id, answer, already=True)
        if known is not None and known.id != replaces:
            raise ConflictError("gold_otherwise", where=item_id, labels=known.labels, current=known.id)
        if known is None and replaces is not None:
            raise NotFoundError("no_gold", number=replaces)
        number = rules.make_gold(
            connection, stored.key, policy_id=policy.id, labels=answer, explanation=why, actor=actor
        )
    return GoldMade(number, answer, already=False)


def _as_settled(settled: Adjudication | None, explanation: str, item_id: str) -> tuple[LabelAnswer, str]:
    if settled is None:
        raise ConflictError("not_settled", where=item_id)
    return settled.labels, explanation or settled.note


def retire_gold(workspace: Workspace, number: int, *, actor: str) -> bool:
    """Mix a gold item in no longer; what reviewers answered to it stays. Returns whether it was mixed in until now.

    Raises:
        NotFoundError: there is no gold of that number.
    """
    with workspace.database.write() as connection:
        if gold.find(connection, number) is None:
            raise NotFoundError("no_gold", number=number)
        return rules.retire_gold(connection, number, actor)


def list_gold(
    workspace: Workspace, *, active: bool, language: str = "", before: int | None, limit: int
) -> list[GoldRow]:
    """Gold of the policy that is mixed in, or was: at most so many below number `before`, newest first.

    What is too old, or was shown too often, is retired first.
    """
    workspace.queue.retire_aged_gold()
    return gold_list.page(
        workspace.database, workspace.policy.id, active=active, before=before, limit=limit, language=language
    )


def gold_by_language(workspace: Workspace) -> Mapping[str, int]:
    """How many gold items of the policy are mixed in, by language, most first."""
    return gold_list.active_by_language(workspace.database, workspace.policy.id)
