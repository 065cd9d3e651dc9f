"""`assistant disagreements`: items whose labels differ or are evenly split, and their adjudication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.left_out_words import note_left_out
from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Output, table
from assistant.domain.disagreements import PEOPLE, DisagreementFilter
from assistant.domain.review_work import Cause

if TYPE_CHECKING:
    pass

app = typer.Typer(help="Items whose labels differ, and their adjudication.", no_args_is_help=True)

_PAGE = 200


@app.command("list")
def list_items(
    ties: Annotated[bool, typer.Option("--ties", help="Only items whose human labels are evenly split.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Items, at most.")] = 50,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Print items whose human labels differ and were not adjudicated, imported labels included.

    Example: assistant disagreements list --ties
    """
    from assistant.application.review.disagreements import DisputedItem, list_disputed_items, list_tied_items

    output = Output(as_json=as_json)
    found: list[DisputedItem] = []
    with open_workspace(workspace) as opened:
        note_left_out(output, opened)
        if ties:
            before: int | None = None
            while len(found) < limit:
                page = list_tied_items(opened, before=before, limit=min(_PAGE, limit - len(found)))
                found += page.rows
                before = page.next
                if before is None:
                    break
        else:
            found = list_disputed_items(opened, DisagreementFilter(kind=PEOPLE), before=None, limit=limit)
    data = [
        {
            "item_id": one.it.item_id,
            "language": one.it.language,
            "answers": [{"labels": list(answer.labels), "raters": list(answer.raters)} for answer in one.answers],
        }
        for one in found
    ]
    rows = [
        (
            one.it.item_id,
            "; ".join(f"{', '.join(each.labels) or '-'} ({', '.join(each.raters)})" for each in one.answers),
        )
        for one in found
    ]
    output.result(data, table(("item", "answers"), rows), f"{len(found):,} items")
    if found:
        output.next_step(
            f"assistant disagreements adjudicate {found[0].it.item_id}", "with --label and --cause, decides one"
        )


@app.command("adjudicate")
def adjudicate_item(
    item: Annotated[str, typer.Argument(help="The item's id.")],
    label: Annotated[list[str], typer.Option("--label", help="The label; repeat for several.")],
    cause: Annotated[Cause, typer.Option(help="Why answers differed.")],
    note: Annotated[str, typer.Option(help="What the next one should know.")] = "",
    replaces: Annotated[int | None, typer.Option(help="The adjudication to replace, by its number.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Adjudicate an item: this label counts from now on. The same decision again changes nothing.

    Example: assistant disagreements adjudicate p17 --label safe --cause reviewer_error
    """
    from assistant.application.review.adjudication import adjudicate
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        done = adjudicate(opened, item, label, cause, note, actor=actor(), replaces=replaces)
    said = "was adjudicated so before" if done.already else "adjudicated"
    output.result({"item_id": item, "adjudication": done.id, "already": done.already}, f"{item}: {said}")
