"""Who can take what waits: for each kind of work in the queue, the members of the project who could claim it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.domain.assignments import Waiting
from assistant.domain.policies import Policy
from assistant.domain.review_work import Principal
from assistant.review.steering import unfit
from assistant.store.people.qualifications import passed_rounds
from assistant.store.people.users import enabled_users
from assistant.store.review.queue.tasks import waiting
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class WorkCoverage:
    """One kind of work that waits, and names of the members who could claim it; none: it stays where it is."""

    work: Waiting
    able: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Wanted:
    policy_id: str
    policy_version: str
    queue: str
    language: str
    harm: str
    skill: str


def queue_coverage(workspace: Workspace) -> Sequence[WorkCoverage]:
    """What waits in the project, most first, each with who could claim it under the policy in force."""
    groups = waiting(workspace.database)
    with workspace.database.read() as connection:
        principals = [user.principal() for user in enabled_users(connection)]
        needed = workspace.settings.review.qualification_items > 0
        passed = frozenset(passed_rounds(connection)) if needed else None
    policy = workspace.policy
    able = ([who.name for who in principals if _can(who, _work(group, policy), passed)] for group in groups)
    return [WorkCoverage(group, names) for group, names in zip(groups, able, strict=True)]


def _work(group: Waiting, policy: Policy) -> _Wanted:
    return _Wanted(policy.id, policy.version, group.queue, group.language, group.harm, group.skill)


def _can(who: Principal, work: _Wanted, passed: frozenset[tuple[int, str, str, str]] | None) -> bool:
    round_of = (who.user_id, work.policy_id, work.policy_version, work.language)
    return unfit(who, work) is None and (passed is None or round_of in passed)
