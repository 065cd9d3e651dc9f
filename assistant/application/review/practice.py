"""Qualification rounds before reviewers' answers count, and training, under the workspace's policy as it stands."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.domain.accounts import Qualification, User
from assistant.domain.review_work import Principal, QualificationState
from assistant.errors import NotFoundError
from assistant.review import qualify
from assistant.review.gold import age
from assistant.review.queue import utc_now
from assistant.store.people.qualifications import QualificationRound
from assistant.store.review.labels import gold
from assistant.store.review.queue.partitions import languages_waiting
from assistant.wiring.workspace import Workspace

MOST_TRAINED = 200  # items of a training, at most


@dataclass(frozen=True, slots=True)
class OpenRound:
    """A round a reviewer has to pass for items that wait.

    Args:
        language: of the items.
        asked: items it has.
        state: how the last one went; None before the first.
    """

    language: str
    asked: int
    state: QualificationState | None


def open_rounds(workspace: Workspace, who: Principal) -> list[OpenRound]:
    """Rounds a reviewer has to pass for what waits in their languages; none where rounds are switched off."""
    asked = workspace.settings.review.qualification_items
    if not asked:
        return []
    policy = workspace.policy
    with workspace.database.read() as connection:
        waiting = languages_waiting(connection, policy.id, policy.version)
        rounds = [_round(workspace, who.user_id, one) for one in waiting if not who.languages or one in who.languages]
        found = qualify.not_passed(connection, rounds)
    return [OpenRound(about.language, asked, last.state if last else None) for about, last in found]


def begin_round(workspace: Workspace, name: str, language: str, *, actor: str, again: bool = True) -> Qualification:
    """Begin a qualification round, or resume the one that runs.

    Args:
        workspace: the opened workspace.
        name: whose round it is.
        language: of its items.
        actor: who begins it.
        again: whether it may be begun after one that failed.

    Raises:
        NotFoundError: there is no such user.
        ConflictError: as `qualify.begin`.
    """
    rules, key = workspace.settings.review, workspace.review_key
    about = _round(workspace, _member(workspace, name).id, language)
    with workspace.database.write() as connection:
        age(connection, rules, utc_now())
        return qualify.begin(connection, about, rules, workspace.policy.label_set, actor=actor, key=key, again=again)


def give_training(workspace: Workspace, name: str, language: str, count: int, *, actor: str) -> int:
    """Give a reviewer items to train on; returns how many.

    Raises:
        NotFoundError: there is no such user.
        ConflictError: as `qualify.train`.
    """
    key = workspace.review_key
    about = _round(workspace, _member(workspace, name).id, language)
    with workspace.database.write() as connection:
        age(connection, workspace.settings.review, utc_now())
        return qualify.train(connection, about, count, workspace.policy.label_set, actor=actor, key=key)


def known_by_language(workspace: Workspace) -> dict[str, int]:
    """Items with a known answer: how many there are in each language."""
    with workspace.database.read() as connection:
        return gold.by_language(connection, workspace.policy.id)


def _round(workspace: Workspace, user_id: int, language: str) -> QualificationRound:
    return QualificationRound(user_id, workspace.policy.id, workspace.policy.version, language)


def _member(workspace: Workspace, name: str) -> User:
    user = workspace.users.member(name)
    if user is None:
        raise NotFoundError("user_not_found", where=name)
    return user
