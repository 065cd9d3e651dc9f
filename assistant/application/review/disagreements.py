"""Disagreements: listed item by item or pair by pair, and one opened with everything that was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.domain.audit_log import item_view
from assistant.domain.disagreements import MACHINE, PEOPLE, Disagreement, DisagreementFilter, Guiding
from assistant.domain.items import StoredItem
from assistant.domain.labels import LabelAnswer, OffLabelSetError, read_labels
from assistant.domain.policies import LabelKind, LabelSet
from assistant.errors import InvalidValueError, NotFoundError
from assistant.review.adjudicate import Case, open_case
from assistant.store.audit import log as audit
from assistant.store.review.disagreements import disagreement_cases, disagreement_list
from assistant.store.review.disagreements.ties import tied_items
from assistant.wiring.workspace import Workspace

TEXT_LISTED = 400  # characters of an item's text that a list comes with


class ListedDisagreement(NamedTuple):
    """Two answers that differ, and the beginning of their item's text."""

    it: Disagreement
    text: str


class DifferingAnswer(NamedTuple):
    """Answers to an item that differ: the first one (the model's, or of people each answer alone), and whose it is.

    Args:
        first: the model's answer; None in a list of people among themselves.
        labels, unknown: what people answered, and categories they left open.
        raters: who did.
    """

    first: LabelAnswer | None
    labels: LabelAnswer
    unknown: LabelAnswer
    raters: tuple[str, ...]


class DisputedItem(NamedTuple):
    """An item with its newest disagreement, the beginning of its text, and all answers the disagreement is about."""

    it: Disagreement
    text: str
    answers: Sequence[DifferingAnswer]


@dataclass(frozen=True, slots=True)
class OpenedDisagreement:
    """One disagreement with everything that was answered.

    Args:
        it: the disagreement; `kind` is `machine` or `people`.
        stored: the item.
        case: all answers, notes and earlier decisions.
        guiding: what the item is for others.
    """

    it: Disagreement
    kind: str
    stored: StoredItem
    case: Case
    guiding: Guiding


def list_disagreements(
    workspace: Workspace, wanted: DisagreementFilter, *, before: int | None, limit: int
) -> list[ListedDisagreement]:
    """Every two answers that differ, newest first: at most so many below number `before`."""
    found = disagreement_list.page(workspace.database, wanted, before=before, limit=limit)
    texts = _texts(workspace, found)
    return [ListedDisagreement(one, texts.get(one.item_key, "")) for one in found]


def list_disputed_items(
    workspace: Workspace, wanted: DisagreementFilter, *, before: int | None, limit: int
) -> list[DisputedItem]:
    """Items whose answers differ, each once, newest first: at most so many below number `before`."""
    database = workspace.database
    newest = disagreement_list.page(database, wanted, before=before, limit=limit, per_item=True)
    texts = _texts(workspace, newest)
    every = disagreement_list.of_items(database, wanted, [one.item_key for one in newest])
    return [
        DisputedItem(one, texts.get(one.item_key, ""), _joined(wanted.kind, every.get(one.item_key, [one])))
        for one in newest
    ]


class TiedItems(NamedTuple):
    """Items whose human labels are evenly split; the next page begins below `next`, None at the end."""

    rows: Sequence[DisputedItem]
    next: int | None


def list_tied_items(workspace: Workspace, *, before: int | None, limit: int) -> TiedItems:
    """Items that no majority settles and no one has adjudicated, imported labels included, newest first.

    A page may hold fewer than there are: `next` goes on.
    """
    database = workspace.database
    page = tied_items(database, before=before, limit=limit)
    texts = _texts(workspace, page.rows)
    every = disagreement_list.of_items(database, DisagreementFilter(kind=PEOPLE), [one.item_key for one in page.rows])
    rows = [
        DisputedItem(one, texts.get(one.item_key, ""), _joined(PEOPLE, every.get(one.item_key, [one])))
        for one in page.rows
    ]
    return TiedItems(rows, page.next)


def disagreements_of_item(workspace: Workspace, item_id: str) -> list[DisputedItem]:
    """All disagreements about one item, settled or not, newest first."""
    found = disagreement_cases.of_item(workspace.database, item_id)
    texts = _texts(workspace, [one for one, _ in found])
    return [DisputedItem(one, texts.get(one.item_key, ""), _joined(kind, [one])) for one, kind in found]


def next_disputed_item(workspace: Workspace, wanted: DisagreementFilter, number: int) -> int | None:
    """The disagreement that the same list shows after one; None at its end."""
    after = disagreement_list.page(workspace.database, wanted, before=number, limit=1, per_item=True)
    return after[0].id if after else None


def count_disputed_items(workspace: Workspace) -> dict[str, int]:
    """How many items wait for an adjudicator, by kind of disagreement."""
    return disagreement_list.waiting_items(workspace.database)


def open_disagreement(workspace: Workspace, number: int) -> OpenedDisagreement:
    """One disagreement with everything that was answered.

    Raises:
        NotFoundError: there is none of that number, or an answer was taken back meanwhile and nothing differs now.
    """
    found = disagreement_cases.find(workspace.database, number)
    stored = None if found is None else workspace.items.get(found[0].item_id)
    if found is None or stored is None:
        raise NotFoundError("no_disagreement", number=number)
    it, kind, run_id = found
    return OpenedDisagreement(
        it,
        kind,
        stored,
        open_case(workspace.database, workspace.adjudications, stored.key, run_id),
        disagreement_cases.guiding(workspace.database, stored.key, stored.content_digest, workspace.policy.id),
    )


def view_disagreement(workspace: Workspace, number: int, *, viewer: str) -> OpenedDisagreement:
    """The same for someone who is shown it; that the item was opened is logged. Raises NotFoundError."""
    opened = open_disagreement(workspace, number)
    stored = opened.stored
    workspace.read_log.add_once(item_view(viewer, stored.item.id, stored.key, workspace.project.key))
    return opened


def open_with_names(workspace: Workspace, number: int, *, actor: str) -> OpenedDisagreement:
    """The same for someone who is shown the reviewers' names; the audit log says who looked. Raises NotFoundError."""
    opened = open_disagreement(workspace, number)
    with workspace.database.write() as connection:
        audit.append(connection, actor, "names.show", f"item:{opened.stored.item.id}", {"disagreement": number})
    return opened


def read_listed_answer(text: str, label_set: LabelSet) -> LabelAnswer:
    """An answer as a filter names it: labels joined by `|`.

    Raises:
        InvalidValueError: it is no answer of the policy.
    """
    parts = [part for part in (piece.strip() for piece in text.split("|")) if part]
    try:
        return read_labels(parts if label_set.kind is LabelKind.MULTI else parts[0] if parts else "", label_set)
    except OffLabelSetError:
        raise InvalidValueError("no_label", text=text, labels=label_set.names) from None


def _joined(kind: str, found: Sequence[Disagreement]) -> list[DifferingAnswer]:
    """What differs on an item, the same answers joined: oldest first."""
    said: dict[tuple[LabelAnswer | None, LabelAnswer, LabelAnswer], dict[str, None]] = {}
    for one in reversed(found):
        if kind == MACHINE:
            said.setdefault((one.other_labels, one.labels, one.unknown), {})[one.rater] = None
        else:
            said.setdefault((None, one.other_labels, ()), {})[one.other_rater or ""] = None
            said.setdefault((None, one.labels, one.unknown), {})[one.rater] = None
    return [DifferingAnswer(*answer, tuple(raters)) for answer, raters in said.items()]


def _texts(workspace: Workspace, found: Sequence[Disagreement]) -> dict[int, str]:
    return disagreement_cases.texts(workspace.database, {one.item_key for one in found}, TEXT_LISTED)
