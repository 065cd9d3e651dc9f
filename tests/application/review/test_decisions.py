"""Adjudicating, making gold and precedents: the same again is one, another one replaces only what it names."""

from __future__ import annotations

import pytest

from assistant.application.review.adjudication import (
    adjudicate,
    find_adjudication,
    list_adjudications,
    read_answer,
)
from assistant.application.review.gold import gold_by_language, list_gold, make_gold, retire_gold
from assistant.application.review.precedents import make_precedent, page_of_precedents, withdraw_precedent
from assistant.domain.disagreements import AdjudicationFilter
from assistant.domain.review_work import Cause
from assistant.errors import AssistantError, ConflictError, InvalidValueError, NotFoundError
from assistant.store.audit import log as audit
from assistant.wiring.workspace import Workspace


def logged(workspace: Workspace, action: str) -> list[str]:
    """Who is in the audit log for that action, newest first."""
    return [entry.actor for entry in audit.entries(workspace.database, action=action)]


def settle(workspace: Workspace, label: str = "spam", *, actor: str = "lea", replaces: int | None = None) -> int:
    return adjudicate(workspace, "i1", [label], Cause.EDGE_CASE, "why", actor=actor, replaces=replaces).id


def test_the_same_decision_is_one_whoever_sends_it(workspace: Workspace) -> None:
    first = adjudicate(workspace, "i1", ["Spam "], Cause.EDGE_CASE, "why", actor="lea")
    assert not first.already
    for actor in ("lea", "max"):
        again = adjudicate(workspace, "i1", ["spam"], Cause.EDGE_CASE, "why", actor=actor)
        assert (again.id, again.already) == (first.id, True)
    assert logged(workspace, "item.adjudicate") == ["lea"]


@pytest.mark.parametrize(
    ("labels", "cause", "note"),
    [(["hate"], Cause.EDGE_CASE, "why"), (["spam"], Cause.MACHINE_ERROR, "why"), (["spam"], Cause.EDGE_CASE, "else")],
)
def test_another_decision_conflicts_unless_it_names_the_newest(
    workspace: Workspace, labels: list[str], cause: Cause, note: str
) -> None:
    first = settle(workspace)
    with pytest.raises(ConflictError, match="settled_otherwise") as refused:
        adjudicate(workspace, "i1", labels, cause, note, actor="max")
    assert refused.value.values == {"labels": ("spam",), "current": first}
    changed = adjudicate(workspace, "i1", labels, cause, note, actor="max", replaces=first)
    assert not changed.already
    # The same once more is that decision, though what it names was replaced by itself.
    again = adjudicate(workspace, "i1", labels, cause, note, actor="max", replaces=first)
    assert (again.id, again.already) == (changed.id, True)
    with pytest.raises(ConflictError, match="settled_otherwise"):
        settle(workspace, replaces=first)
    found = list_adjudications(workspace, AdjudicationFilter(item_id="i1"), before=None, limit=9)
    assert [one.id for one in found] == [changed.id, first]
    assert find_adjudication(workspace, changed.id).actor == "max"


@pytest.mark.parametrize(
    ("item", "labels", "cause", "replaces", "code", "kind"),
    [
        ("i9", ["spam"], Cause.EDGE_CASE, None, "no_item", NotFoundError),
        ("i1", ["nice"], Cause.EDGE_CASE, None, "labels_refused", InvalidValueError),
        ("i1", [], Cause.EDGE_CASE, None, "labels_miscounted", InvalidValueError),
        ("i1", ["spam", "hate"], Cause.EDGE_CASE, None, "labels_miscounted", InvalidValueError),
        ("i1", ["spam"], None, None, "cause_missing", InvalidValueError),
        ("i1", ["spam"], Cause.EDGE_CASE, 7, "no_adjudication", NotFoundError),
    ],
)
def test_what_is_no_decision_stores_nothing(
    workspace: Workspace,
    item: str,
    labels: list[str],
    cause: Cause | None,
    replaces: int | None,
    code: str,
    kind: type[AssistantError],
) -> None:
    with pytest.raises(kind) as refused:
        adjudicate(workspace, item, labels, cause, actor="lea", replaces=replaces)
    assert refused.value.code == code
    assert list_adjudications(workspace, AdjudicationFilter(), before=None, limit=9) == []
    assert logged(workspace, "item.adjudicate") == []


def test_gold_takes_the_settled_answer_and_its_note_where_nothing_else_is_given(workspace: Workspace) -> None:
    with pytest.raises(ConflictError, match="not_settled"):
        make_gold(workspace, "i1", actor="lea")
    settle(workspace)
    made = make_gold(workspace, "i1", actor="lea")
    assert (made.labels, made.already) == (("spam",), False)
    [row] = list_gold(workspace, active=True, before=None, limit=9)
    assert (row.item_id, row.labels, row.explanation, row.added_by) == ("i1", ("spam",), "why", "lea")
    # The same answer given by its labels and words is the same gold, settled or not.
    assert make_gold(workspace, "i1", ["spam"], "why", actor="max").already
    assert logged(workspace, "gold.add") == ["lea"]
    assert gold_by_language(workspace) == {"en": 1}


@pytest.mark.parametrize(("labels", "explanation"), [(["hate"], "sells"), (["spam"], "else")])
def test_other_gold_replaces_only_what_it_names(workspace: Workspace, labels: list[str], explanation: str) -> None:
    first = make_gold(workspace, "i2", ["spam"], "sells", actor="lea")
    with pytest.raises(ConflictError, match="gold_otherwise") as refused:
        make_gold(workspace, "i2", labels, explanation, actor="max")
    assert refused.value.values == {"labels": ("spam",), "current": first.id}
    revised = make_gold(workspace, "i2", labels, explanation, actor="max", replaces=first.id)
    assert not revised.already
    assert [row.id for row in list_gold(workspace, active=True, before=None, limit=9)] == [revised.id]
    assert [row.id for row in list_gold(workspace, active=False, before=None, limit=9)] == [first.id]
    with pytest.raises(NotFoundError, match="no_gold"):
        make_gold(workspace, "i3", labels, explanation, actor="max", replaces=first.id)


def test_retired_gold_can_be_made_again_and_retiring_twice_is_once(workspace: Workspace) -> None:
    first = make_gold(workspace, "i1", ["spam"], actor="lea")
    assert [retire_gold(workspace, first.id, actor="max") for _ in range(2)] == [True, False]
    assert logged(workspace, "gold.retire") == ["max"]
    again = make_gold(workspace, "i1", ["spam"], actor="lea")
    assert not again.already
    assert again.id != first.id
    with pytest.raises(NotFoundError, match="no_gold"):
        retire_gold(workspace, 99, actor="max")


def test_a_precedent_follows_the_newest_decision_and_is_withdrawn_once(workspace: Workspace) -> None:
    with pytest.raises(ConflictError, match="not_settled"):
        make_precedent(workspace, "i1", actor="lea")
    first = settle(workspace)
    assert [make_precedent(workspace, "i1", actor="lea").already for _ in range(2)] == [False, True]
    settle(workspace, "hate", replaces=first)
    assert make_precedent(workspace, "i1", actor="lea").labels == ("hate",)
    assert [row.labels for row in page_of_precedents(workspace, before=None, limit=9)] == [("hate",)]
    assert [withdraw_precedent(workspace, "i1", actor="max") for _ in range(2)] == [True, False]
    assert page_of_precedents(workspace, before=None, limit=9) == []
    assert logged(workspace, "precedent.add") == ["lea", "lea"]
    assert logged(workspace, "precedent.withdraw") == ["max"]


def test_an_answer_is_read_as_the_policy_spells_it(workspace: Workspace) -> None:
    assert read_answer(["HATE"], workspace.policy) == ("hate",)
    with pytest.raises(InvalidValueError) as refused:
        read_answer(["nice"], workspace.policy)
    assert refused.value.values == {"labels": ("nice",), "known": workspace.policy.label_set.names}
