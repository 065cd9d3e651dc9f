"""Where machine and people, or people among themselves, answered differently: a list that is opened item by item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from assistant.application.review.content_warning import covered_items
from assistant.domain.labels import LabelAnswer, OffLabelSetError, read_labels
from assistant.domain.permissions import Permission, may
from assistant.domain.policies import LabelKind, LabelSet
from assistant.domain.review_work import Principal
from assistant.messages.language import marked
from assistant.store.people.users import UserStore
from assistant.store.review.disagreements import disagreement_cases, disagreement_list
from assistant.store.review.disagreements.disagreement_list import Disagreement, Wanted
from assistant.store.review.disagreements.found import MACHINE
from assistant.web.context import site
from assistant.web.downloads import Column, Ending, download
from assistant.web.presentation.pagination import Before, Listing, Share, Text, address, everything, listing
from assistant.web.presentation.rendering import excerpt, render
from assistant.web.problems import Problem
from assistant.web.security.authentication import needs
from assistant.wiring.workspace import Workspace

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_DISAGREEMENTS))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]

_TEXT = 400  # characters read for a list's excerpt


class Shown(NamedTuple):
    """A row of a file: the disagreement and the beginning of its item's text."""

    it: Disagreement
    text: str


class Differing(NamedTuple):
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


class ItemRow(NamedTuple):
    """A row of the list: an item with its newest disagreement, all answers it is about."""

    it: Disagreement
    text: str
    answers: Sequence[Differing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The filters of the list as they stand in the address.

    Args:
        kind: `machine` against people, or `people` against each other.
        settled: `no` for those that wait, `yes` for adjudicated ones.
        first: the machine's answer, or one person's; several labels joined by `|`.
        second: the person's answer, or the other person's; counts together with `first`.
        clause, language, prompt, reviewer: as they are called.
        least, most: confidence of the machine's answer.
    """

    kind: Literal["machine", "people"] = "machine"
    settled: Literal["no", "yes"] = "no"
    first: Text = ""
    second: Text = ""
    clause: Text = ""
    language: Text = ""
    prompt: Text = ""
    reviewer: Text = ""
    least: Share = None
    most: Share = None

    def values(self) -> dict[str, object]:
        """By name, without those that are as they always are."""
        present = {one.name: (getattr(self, one.name), one.default) for one in fields(self)}
        return {name: value for name, (value, usual) in present.items() if value != usual}

    def wanted(self, label_set: LabelSet) -> Wanted:
        """As the store takes them.

        Raises:
            Problem: 422 for a label there is not.
        """
        both = bool(self.first and self.second)
        ranged = self.kind == "machine" and (self.least is not None or self.most is not None)
        return Wanted(
            kind=self.kind,
            settled=self.settled == "yes",
            pair=(_answer(self.first, label_set), _answer(self.second, label_set)) if both else None,
            clause=self.clause or None,
            language=self.language or None,
            reviewer=self.reviewer or None,
            prompt=self.prompt or None if self.kind == "machine" else None,
            confidence=(self.least or 0.0, 1.0 if self.most is None else self.most) if ranged else None,
        )


COLUMNS: tuple[Column[Shown], ...] = (
    Column("id", lambda row: row.it.id),
    Column("item_id", lambda row: row.it.item_id),
    Column("text", lambda row: row.text),
    Column("first_labels", lambda row: row.it.other_labels),
    Column("second_labels", lambda row: row.it.labels),
    Column("second_unknown", lambda row: row.it.unknown),
    Column("confidence", lambda row: row.it.confidence),
    Column("clause", lambda row: row.it.clause),
    Column("language", lambda row: row.it.language),
    Column("prompt", lambda row: row.it.prompt),
    Column("settled", lambda row: row.it.settled),
    Column("created_at", lambda row: row.it.created_at),
)


@router.get("/disagreements")
def disagreements(
    request: Request, who: Viewer, chosen: Annotated[Chosen, Depends()], *, before: Before = None
) -> HTMLResponse:
    """Those that wait, newest first."""
    workspace = site(request).workspace
    _check(who, chosen)
    found = listing(
        request,
        "/disagreements",
        chosen.values(),
        _items(workspace, chosen),
        place=before,
        key=lambda row: row.it.id,
    )
    part = request.headers.get("hx-request") == "true"
    return render(
        request,
        "disagreements/rows.html" if part else "disagreements/index.html",
        listing=found,
        chosen=chosen,
        covered=covered_items(workspace, [row.it.item_key for row in found.rows]),
        excerpt=excerpt,
        **({} if part else _choices(workspace, who)),
    )


@router.get("/disagreements.{ending}")
def disagreements_file(
    request: Request, who: Viewer, _: Taker, ending: Ending, chosen: Annotated[Chosen, Depends()]
) -> Response:
    """The same as a file, with a row for every two answers that differ."""
    _check(who, chosen)
    rows = everything(fetch(site(request).workspace, chosen), lambda row: row.it.id)
    return download(request, "disagreements", ending, COLUMNS, rows)


@router.get("/disagreements/items/{item_id:path}")
def of_item(request: Request, item_id: str, _: Viewer) -> HTMLResponse:
    """Everything people and machine differ on about one item, settled or not."""
    workspace = site(request).workspace
    found = disagreement_cases.of_item(workspace.database, item_id)
    texts = _texts(workspace, [one for one, _ in found])
    rows = [ItemRow(one, texts.get(one.item_key, ""), _answers(kind, [one])) for one, kind in found]
    shown = Listing("/disagreements", {}, rows, "", "")
    return render(
        request,
        "disagreements/item.html",
        listing=shown,
        item_id=item_id,
        chosen=Chosen(),
        covered=covered_items(workspace, [row.it.item_key for row in rows]),
        excerpt=excerpt,
    )


def fetch(workspace: Workspace, chosen: Chosen) -> Callable[[int | None, int], Sequence[Shown]]:
    """Gives every two answers that differ, a part at a time."""
    wanted = chosen.wanted(workspace.policy.label_set)

    def rows(before: int | None, limit: int) -> Sequence[Shown]:
        found = disagreement_list.page(workspace.database, wanted, before=before, limit=limit)
        texts = _texts(workspace, found)
        return [Shown(one, texts.get(one.item_key, "")) for one in found]

    return rows


def _items(workspace: Workspace, chosen: Chosen) -> Callable[[int | None, int], Sequence[ItemRow]]:
    """Gives the items whose answers differ, a part at a time."""
    wanted = chosen.wanted(workspace.policy.label_set)

    def rows(before: int | None, limit: int) -> Sequence[ItemRow]:
        database = workspace.database
        newest = disagreement_list.page(database, wanted, before=before, limit=limit, per_item=True)
        texts = _texts(workspace, newest)
        every = disagreement_list.of_items(database, wanted, [one.item_key for one in newest])
        return [
            ItemRow(one, texts.get(one.item_key, ""), _answers(wanted.kind, every.get(one.item_key, [one])))
            for one in newest
        ]

    return rows


def _answers(kind: str, found: Sequence[Disagreement]) -> list[Differing]:
    """What differs on an item, the same answers joined: oldest first."""
    said: dict[tuple[LabelAnswer | None, LabelAnswer, LabelAnswer], dict[str, None]] = {}
    for one in reversed(found):
        if kind == MACHINE:
            said.setdefault((one.other_labels, one.labels, one.unknown), {})[one.rater] = None
        else:
            said.setdefault((None, one.other_labels, ()), {})[one.other_rater or ""] = None
            said.setdefault((None, one.labels, one.unknown), {})[one.rater] = None
    return [Differing(*answer, tuple(raters)) for answer, raters in said.items()]


def next_of(workspace: Workspace, chosen: Chosen, number: int) -> str:
    """The address of the next item of the same list after a disagreement; empty at its end."""
    wanted = chosen.wanted(workspace.policy.label_set)
    after = disagreement_list.page(workspace.database, wanted, before=number, limit=1, per_item=True)
    return address(f"/disagreements/{after[0].id}", chosen.values()) if after else ""


def _texts(workspace: Workspace, found: Sequence[Disagreement]) -> dict[int, str]:
    return disagreement_cases.texts(workspace.database, {one.item_key for one in found}, _TEXT)


def _answer(text: str, label_set: LabelSet) -> LabelAnswer:
    parts = [part for part in (piece.strip() for piece in text.split("|")) if part]
    try:
        return read_labels(parts if label_set.kind is LabelKind.MULTI else parts[0] if parts else "", label_set)
    except OffLabelSetError:
        detail = marked("“%(text)s” is not a label of this policy. Choose one of: %(labels)s")
        raise Problem(422, detail, code="no_label", values={"text": text, "labels": label_set.names}) from None


def _check(who: Principal, chosen: Chosen) -> None:
    if chosen.reviewer and not may(who, Permission.SEE_PEOPLE):
        raise Problem(403, marked("Only leads can filter by reviewer. Remove that filter."), code="names")


def _choices(workspace: Workspace, who: Principal) -> dict[str, Any]:
    policy = workspace.policy
    prompts = dict.fromkeys(run.prompt for run in workspace.runs.all() if run.prompt)
    people = [user.name for user in UserStore(workspace.database).all()] if may(who, Permission.SEE_PEOPLE) else []
    return {
        "labels": policy.label_set.names,
        "clauses": [clause.id for clause in policy.clauses],
        "written": policy.languages,
        "prompts": list(prompts),
        "people": people,
    }
