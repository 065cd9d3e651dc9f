"""Rounds before somebody's answers count, and training, of the workspace's policy as it stands."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.domain.accounts import Qualification
from assistant.domain.review_work import Principal, QualificationState
from assistant.review import qualify
from assistant.review.gold import age
from assistant.review.queue import utc_now
from assistant.store.certification.nonces import REVIEW
from assistant.store.people.qualifications import Round
from assistant.store.review.labels import gold
from assistant.store.review.queue.partitions import languages_waiting
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class OpenRound:
    """A round that stands between somebody and items that wait.

    Args:
        language: of the items.
        asked: items it has.
        state: how the last one went; None before the first.
    """

    language: str
    asked: int
    state: QualificationState | None


def open_rounds(workspace: Workspace, who: Principal) -> list[OpenRound]:
    """Rounds somebody has to pass for what waits in their languages; none where rounds are switched off."""
    asked = workspace.settings.review.qualification_items
    if not asked:
        return []
    policy = workspace.policy
    with workspace.database.read() as connection:
        waiting = languages_waiting(connection, policy.id, policy.version)
        rounds = [_round(workspace, who.user_id, one) for one in waiting if not who.languages or one in who.languages]
        found = qualify.not_passed(connection, rounds)
    return [OpenRound(about.language, asked, last.state if last else None) for about, last in found]


def begin_round(workspace: Workspace, user_id: int, language: str, *, actor: str, again: bool = True) -> Qualification:
    """Begin a round, or go on with one; after one that failed only `again`. Raises as `qualify.begin` does."""
    about, rules = _round(workspace, user_id, language), workspace.settings.review
    key = workspace.nonces.get(REVIEW).value
    with workspace.database.write() as connection:
        age(connection, rules, utc_now())
        return qualify.begin(connection, about, rules, workspace.policy.label_set, actor=actor, key=key, again=again)


def give_training(workspace: Workspace, user_id: int, language: str, count: int, *, actor: str) -> int:
    """Give items to train on; returns how many. Raises as `qualify.train` does."""
    about, key = _round(workspace, user_id, language), workspace.nonces.get(REVIEW).value
    with workspace.database.write() as connection:
        age(connection, workspace.settings.review, utc_now())
        return qualify.train(connection, about, count, workspace.policy.label_set, actor=actor, key=key)


def known_by_language(workspace: Workspace) -> dict[str, int]:
    """Items with a known answer: how many there are to ask in each language."""
    with workspace.database.read() as connection:
        return gold.by_language(connection, workspace.policy.id)


def _round(workspace: Workspace, user_id: int, language: str) -> Round:
    return Round(user_id, workspace.policy.id, workspace.policy.version, language)
