"""Precedents: items that are settled, or that reviewers agree on, guide models from the next look into the index on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.application.review.content import find_item
from assistant.domain.consensus import Consensus, any_differ
from assistant.domain.labels import LabelAnswer, OffLabelSetError, read_labels
from assistant.domain.policies import Precedent
from assistant.errors import ConflictError, NotFoundError
from assistant.review import precedents as rules
from assistant.routing.sampling import draw
from assistant.store.content import precedent_list
from assistant.store.content.precedent_list import PrecedentRow
from assistant.store.review.disagreements.adjudications import newest_decision
from assistant.wiring.workspace import Workspace

_ENOUGH = 2  # people who must agree before an item counts as settled
_LEFT_OUT = {
    "labelled_once": "precedent_labeled_once",
    "disputed": "precedent_disputed",
    "in_part": "precedent_known_in_part",
    "off_label_set": "precedent_off_label_set",
}


@dataclass(frozen=True, slots=True)
class PrecedentMade:
    """What became of an item.

    Args:
        labels: what it guides to.
        already: whether it was a precedent just so before: nothing was stored.
    """

    labels: LabelAnswer
    already: bool


def make_precedent(workspace: Workspace, item_id: str, *, actor: str) -> PrecedentMade:
    """Let what an item was settled as guide models. The same again changes nothing.

    Raises:
        NotFoundError: there is no such item.
        ConflictError: it isn't settled, or settled without any label.
    """
    policy_id, stored = workspace.policy.id, find_item(workspace, item_id)
    with workspace.database.write() as connection:
        settled = newest_decision(connection, stored.key)
        if settled is None:
            raise ConflictError("not_settled", where=item_id)
        known = precedent_list.of_content(connection, policy_id, stored.content_digest)
        if known is not None and known.labels == settled.labels:
            return PrecedentMade(settled.labels, already=True)
        rules.make_precedent(connection, stored, settled.labels, policy_id=policy_id, actor=actor)
    return PrecedentMade(settled.labels, already=False)


def withdraw_precedent(workspace: Workspace, item_id: str, *, actor: str) -> bool:
    """An item guides no model any more. Returns whether it was a precedent until now.

    Raises:
        NotFoundError: there is no such item.
    """
    policy_id, stored = workspace.policy.id, find_item(workspace, item_id)
    with workspace.database.write() as connection:
        if precedent_list.of_content(connection, policy_id, stored.content_digest) is None:
            return False
        rules.withdraw_precedent(connection, stored, policy_id=policy_id, actor=actor)
    return True


def list_precedents(workspace: Workspace) -> list[Precedent]:
    """Every precedent of the workspace's policy."""
    return workspace.precedents.all(workspace.policy.id)


def page_of_precedents(workspace: Workspace, *, before: int | None, limit: int) -> Sequence[PrecedentRow]:
    """Precedents of the policy, newest first: at most so many below number `before`."""
    return precedent_list.page(workspace.database, workspace.policy.id, before=before, limit=limit)


def add_precedents(
    workspace: Workspace, names: tuple[str, ...], *, limit: int | None, seed: int, actor: str
) -> Counter[str]:
    """Make items precedents on which two or more people agree; all such items when none are named.

    Args:
        workspace: the opened workspace.
        names: ids of the items; empty for all.
        limit: at most so many, drawn at random by `seed`.
        seed: of that draw.
        actor: who adds them.

    Returns:
        Counts: `added`, `already` (with this very answer), `total`, and what was left out:
        `disputed`, `labelled_once`, `off_label_set`, and where there
        are any `in_part`: agreed on, but fewer than two answers are complete, and the model would read what they
        leave unknown as a no.

    Raises:
        NotFoundError: a named item has no human labels.
        ConflictError: people don't agree on it.
    """
    counts: Counter[str] = Counter(added=0, already=0, disputed=0, labelled_once=0, off_label_set=0)
    settled: list[tuple[str, int, str, LabelAnswer]] = []
    seen = set()
    for key, name, digest, answers in workspace.reviews.by_item():
        if names and name not in names:
            continue
        seen.add(name)
        outcome = _settlement(workspace, answers)
        if isinstance(outcome, str):
            counts[outcome] += 1
            if names:
                raise ConflictError(_LEFT_OUT[outcome], where=name)
        else:
            settled.append((name, key, digest, outcome))
    if missing := sorted(set(names) - seen):
        raise NotFoundError("no_human_labels", items=tuple(missing))
    settled.sort(key=lambda one: draw(seed, one[0], "precedents"))
    chosen = settled if limit is None else settled[:limit]
    given = [(key, digest, answer) for _, key, digest, answer in chosen]
    counts["added"] = workspace.precedents.add(workspace.policy.id, given, actor)
    counts["already"] = len(chosen) - counts["added"]
    counts["total"] = workspace.precedents.count(workspace.policy.id)
    return counts


def _settlement(workspace: Workspace, answers: Mapping[str, Consensus]) -> LabelAnswer | str:
    """What people agree on, or why there is no such thing."""
    if len(answers) < _ENOUGH:
        return "labelled_once"
    given = list(answers.values())
    if any_differ(given):
        return "disputed"
    if sum(not one.unknown for one in given) < _ENOUGH:
        return "in_part"
    complete = next(one.labels for one in given if not one.unknown)
    try:
        return read_labels(complete, workspace.policy.label_set)
    except OffLabelSetError:
        return "off_label_set"
