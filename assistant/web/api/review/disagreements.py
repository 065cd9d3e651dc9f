"""Where machine and people, or people among themselves, answered differently; opened one by one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field

from assistant.application.review import disagreements
from assistant.application.review.disagreements import TEXT_LISTED, OpenedDisagreement
from assistant.domain.disagreements import Disagreement
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Cause, Principal
from assistant.web.api_schema import Cursor, Limit, Page, RowNumber, Shown, group, paged, problems
from assistant.web.context import site
from assistant.web.presentation.review_filters import DisagreementChoice
from assistant.web.security.authentication import needs

router = group("disagreements")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_DISAGREEMENTS))]
NameReader = Annotated[Principal, Depends(needs(Permission.SEE_PEOPLE))]


class DisagreementShown(Shown):
    """Two answers to an item that differ: the first is the machine's or the earlier person's."""

    id: int
    item_id: str
    item_key: int
    text: Annotated[str, Field(description="The beginning of the item's text.")]
    first_labels: list[str]
    second_labels: list[str]
    unknown: Annotated[list[str], Field(description="Categories the second answer neither gives nor denies.")]
    confidence: Annotated[float | None, Field(description="Of the model's answer; null where not calibrated.")]
    clause: str
    language: str
    prompt: str
    settled: bool
    created_at: str

    @classmethod
    def shown(cls, it: Disagreement, text: str) -> DisagreementShown:
        """A row of the list; names of people are left out."""
        return cls.of(it._asdict() | {"text": text, "first_labels": it.other_labels, "second_labels": it.labels})


class DisagreementPage(Page[DisagreementShown]):
    """Disagreements, newest first."""


class AnswerShown(Shown):
    """One person's newest answer; `person` numbers them on this item alone, `rater` is their name where asked for."""

    review_id: int
    person: str
    rater: str | None
    labels: list[str]
    unknown: Annotated[list[str], Field(description="Categories it neither gives nor denies; empty when complete.")]
    shown_suggestion: bool | None
    note: str
    clauses: list[str]
    seconds: float | None
    created_at: str


class PassShown(Shown):
    """What somebody wrote when they passed the item on."""

    kind: str
    reason: str
    note: str
    created_at: str


class MachineShown(Shown):
    """The machine's answer."""

    labels: list[str]
    confidence: float | None
    clauses: list[str]
    rationale: str | None
    prompt: str


class SettlementShown(Shown):
    """An earlier adjudication of the item; the last counts."""

    id: int
    labels: list[str]
    cause: Cause
    note: str
    created_at: str


class ItemText(Shown):
    """The content."""

    key: int
    id: str
    kind: str
    text: str
    query: str | None
    language: str
    media: list[str]


class GuidingShown(Shown):
    """What the item is for others: a precedent, and gold (the known answer, null where it is none)."""

    precedent: bool
    gold: list[str] | None


class CaseShown(Shown):
    """Everything that was said about an item."""

    disagreement: DisagreementShown
    item: ItemText
    answers: list[AnswerShown]
    notes: list[PassShown]
    machine: MachineShown | None
    history: list[SettlementShown]
    guiding: GuidingShown


@router.get("", responses=problems())
def list_disagreements(
    request: Request,
    who: Viewer,
    chosen: Annotated[DisagreementChoice, Depends()],
    *,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> DisagreementPage:
    """Those that wait, newest first; filtered as on the page. Several labels of an answer are joined by `|`."""
    chosen.check_names(who)
    workspace = site(request).workspace
    wanted = chosen.wanted(workspace.policy.label_set)
    rows, following = paged(
        lambda before, most: disagreements.list_disagreements(workspace, wanted, before=before, limit=most),
        cursor,
        limit,
        lambda row: row.it.id,
    )
    return DisagreementPage(rows=[DisagreementShown.shown(row.it, row.text) for row in rows], next=following)


class TiedAnswer(Shown):
    """An answer that people gave to a tied item, and how many of them."""

    labels: list[str]
    raters: int


class TiedItem(Shown):
    """An item whose labels are evenly split; `id` is its newest disagreement's."""

    id: int
    item_id: str
    language: str
    text: str
    answers: list[TiedAnswer]


class TiedItemPage(Page[TiedItem]):
    """Tied items; a page may hold fewer than `limit` and go on."""


@router.get("/ties", responses=problems())
def list_ties(request: Request, _: Viewer, *, cursor: Cursor = None, limit: Limit = 50) -> TiedItemPage:
    """Items that no majority of human labels settles and no one has adjudicated, imported labels included."""
    before = None if cursor is None else int(cursor)
    page = disagreements.list_tied_items(site(request).workspace, before=before, limit=limit)
    rows = [
        TiedItem(
            id=row.it.id,
            item_id=row.it.item_id,
            language=row.it.language,
            text=row.text,
            answers=[TiedAnswer(labels=list(one.labels), raters=len(one.raters)) for one in row.answers],
        )
        for row in page.rows
    ]
    return TiedItemPage(rows=rows, next=None if page.next is None else str(page.next))


@router.get("/{number}", responses=problems(404))
def read_disagreement(request: Request, who: Viewer, number: RowNumber) -> CaseShown:
    """All answers to the item, what was written about it, and how it was settled; without names."""
    return _shown(disagreements.view_disagreement(site(request).workspace, number, viewer=who.name), named=False)


@router.post("/{number}/names", responses=problems(404))
def show_names(request: Request, who: NameReader, number: RowNumber) -> CaseShown:
    """The same with names; the log of changes says who looked."""
    return _shown(disagreements.open_with_names(site(request).workspace, number, actor=who.name), named=True)


def _shown(opened: OpenedDisagreement, *, named: bool) -> CaseShown:
    stored, case = opened.stored, opened.case
    content = stored.item.content
    item: dict[str, Any] = {"key": stored.key, "id": stored.item.id, "kind": content.kind.value}
    item |= {"text": content.text, "query": content.query, "language": stored.item.language}
    return CaseShown(
        disagreement=DisagreementShown.shown(opened.it, content.text[:TEXT_LISTED]),
        item=ItemText(**item, media=list(content.media)),
        answers=[
            AnswerShown.of(one._asdict() | {"person": f"P{number}", "rater": one.rater if named else None})
            for number, one in enumerate(case.answers, 1)
        ],
        notes=[PassShown.of(one) for one in case.notes],
        machine=None if case.machine is None else MachineShown.of(case.machine),
        history=[SettlementShown.of(one) for one in case.history],
        guiding=GuidingShown.of(opened.guiding),
    )
