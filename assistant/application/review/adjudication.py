"""Adjudication: an item whose answers differ is settled once, and otherwise only by naming the decision replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.application.review.content import find_item
from assistant.domain.disagreements import Adjudication, AdjudicationFilter
from assistant.domain.labels import LabelAnswer, OffLabelSetError, WrongNumberError, read_labels
from assistant.domain.policies import Policy
from assistant.domain.review_work import Cause
from assistant.errors import ConflictError, InvalidValueError, NotFoundError
from assistant.review.adjudicate import AdjudicationDecision, settle
from assistant.store.review.disagreements import adjudications
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Adjudicated:
    """What became of a decision.

    Args:
        id: its number among adjudications.
        already: whether the item was settled just so before: nothing was stored.
    """

    id: int
    already: bool


def adjudicate(
    workspace: Workspace,
    item_id: str,
    labels: Sequence[str],
    cause: Cause | None,
    note: str = "",
    *,
    actor: str,
    replaces: int | None = None,
) -> Adjudicated:
    """Settle an item, so that it is not labeled any further. The same decision again changes nothing.

    Args:
        workspace: the opened workspace.
        item_id: the item's own id.
        labels: the answer.
        cause: why answers differed.
        note: free text.
        actor: who decides.
        replaces: the number of the item's newest adjudication, to settle the item otherwise.

    Raises:
        NotFoundError: there is no such item, or no adjudication to replace.
        InvalidValueError: no labels of the policy, or no cause.
        ConflictError: the item is settled otherwise, by another adjudication than the one to replace.
    """
    stored = find_item(workspace, item_id)
    answer = read_answer(labels, workspace.policy)
    if cause is None:
        raise InvalidValueError("cause_missing", field="cause")
    verdict = AdjudicationDecision(answer, cause, note)
    with workspace.database.write() as connection:
        newest = adjudications.newest_decision(connection, stored.key)
        if newest is not None and verdict.says(newest):
            return Adjudicated(newest.id, already=True)
        _check_replaced(newest, replaces, item_id)
        return Adjudicated(settle(connection, stored, verdict, actor=actor), already=False)


def _check_replaced(newest: Adjudication | None, replaces: int | None, item_id: str) -> None:
    if newest is None and replaces is not None:
        raise NotFoundError("no_adjudication", number=replaces)
    if newest is not None and newest.id != replaces:
        raise ConflictError("settled_otherwise", where=item_id, labels=newest.labels, current=newest.id)


def read_answer(labels: Sequence[str], policy: Policy) -> LabelAnswer:
    """Labels as the policy has them.

    Raises:
        InvalidValueError: one it doesn't have, or not as many as an answer holds.
    """
    try:
        return read_labels(list(labels), policy.label_set)
    except WrongNumberError:
        raise InvalidValueError("labels_miscounted", field="labels", count=len(labels)) from None
    except OffLabelSetError:
        given = tuple(name[:60] for name in labels)
        raise InvalidValueError("labels_refused", field="labels", labels=given, known=policy.label_set.names) from None


def list_adjudications(
    workspace: Workspace, wanted: AdjudicationFilter, *, before: int | None, limit: int
) -> list[Adjudication]:
    """How items were settled, newest first: at most so many below number `before`."""
    return adjudications.page(workspace.database, wanted, before=before, limit=limit)


def find_adjudication(workspace: Workspace, number: int) -> Adjudication:
    """One adjudication. Raises NotFoundError."""
    found = adjudications.find(workspace.database, number)
    if found is None:
        raise NotFoundError("no_adjudication", number=number)
    return found
