"""Where machine and people, or people among themselves, answered differently: a list that is opened item by item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from assistant.domain.labels import LabelAnswer, OffLabelSetError, read_labels
from assistant.domain.policies import LabelKind, LabelSet
from assistant.domain.review_work import Principal
from assistant.store import disagreement_cases, disagreement_list
from assistant.store.disagreement_list import Disagreement, Wanted
from assistant.store.users import UserStore
from assistant.web.covering import covers
from assistant.web.doors import needs
from assistant.web.downloads import Column, Ending, download
from assistant.web.language import marked
from assistant.web.lists import Before, Listing, Share, Text, address, everything, listing
from assistant.web.permissions import Permission, may
from assistant.web.problems import Problem
from assistant.web.site import site
from assistant.web.views import render
from assistant.web.visible_text import excerpt
from assistant.wiring.workspace import Workspace

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_DISAGREEMENTS))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]

_TEXT = 400  # characters read for a list's excerpt


class Shown(NamedTuple):
    """A row: the disagreement and the beginning of its item's text."""

    it: Disagreement
    text: str


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
        fetch(workspace, chosen),
        place=before,
        key=lambda row: row.it.id,
    )
    part = request.headers.get("hx-request") == "true"
    return render(
        request,
        "disagreements/rows.html" if part else "disagreements/index.html",
        listing=found,
        chosen=chosen,
        covered=covers(workspace),
        excerpt=excerpt,
        **({} if part else _choices(workspace, who)),
    )


@router.get("/disagreements.{ending}")
def disagreements_file(
    request: Request, who: Viewer, _: Taker, ending: Ending, chosen: Annotated[Chosen, Depends()]
) -> Response:
    """The same as a file."""
    _check(who, chosen)
    rows = everything(fetch(site(request).workspace, chosen), lambda row: row.it.id)
    return download("disagreements", ending, COLUMNS, rows)


@router.get("/disagreements/items/{item_id:path}")
def of_item(request: Request, item_id: str, _: Viewer) -> HTMLResponse:
    """Everything people and machine differ on about one item, settled or not."""
    workspace = site(request).workspace
    found = disagreement_cases.of_item(workspace.database, item_id)
    rows = _with_texts(workspace, [one for one, _ in found])
    shown = Listing("/disagreements", {}, rows, "", "")
    return render(
        request,
        "disagreements/item.html",
        listing=shown,
        item_id=item_id,
        chosen=Chosen(),
        covered=covers(workspace),
        excerpt=excerpt,
    )


def fetch(workspace: Workspace, chosen: Chosen) -> Callable[[int | None, int], Sequence[Shown]]:
    """Gives the rows of the list, a part at a time."""
    wanted = chosen.wanted(workspace.policy.label_set)

    def rows(before: int | None, limit: int) -> Sequence[Shown]:
        return _with_texts(workspace, disagreement_list.page(workspace.database, wanted, before=before, limit=limit))

    return rows


def next_of(workspace: Workspace, chosen: Chosen, number: int) -> str:
    """The address of the disagreement after one, in the same list; empty at its end."""
    wanted = chosen.wanted(workspace.policy.label_set)
    after = disagreement_list.page(workspace.database, wanted, before=number, limit=1)
    return address(f"/disagreements/{after[0].id}", chosen.values()) if after else ""


def _with_texts(workspace: Workspace, found: Sequence[Disagreement]) -> list[Shown]:
    texts = disagreement_cases.texts(workspace.database, {one.item_key for one in found}, _TEXT)
    return [Shown(one, texts.get(one.item_key, "")) for one in found]


def _answer(text: str, label_set: LabelSet) -> LabelAnswer:
    parts = [part for part in (piece.strip() for piece in text.split("|")) if part]
    try:
        return read_labels(parts if label_set.kind is LabelKind.MULTI else parts[0] if parts else "", label_set)
    except OffLabelSetError:
        detail = marked("“%(text)s” is no answer of this policy. Choose one of: %(labels)s")
        raise Problem(422, detail, code="no_label", values={"text": text, "labels": label_set.names}) from None


def _check(who: Principal, chosen: Chosen) -> None:
    if chosen.reviewer and not may(who, Permission.SEE_PEOPLE):
        raise Problem(403, marked("Whose answers these are is for leads to see. Leave that filter out."), code="names")


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
