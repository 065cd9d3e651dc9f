"""`assistant policy change`: propose, approve and activate a version of the policy, and read what changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Output, table
from assistant.domain.policy_changes import CarryOver, PolicyChange

if TYPE_CHECKING:
    from assistant.application.workspace.policy_changes import PolicyChangeShown

app = typer.Typer(help="Propose, approve and activate a new version of the policy.", no_args_is_help=True)

ChangeArgument = Annotated[str, typer.Argument(metavar="ID", help="The change, e.g. c3.")]
CarryOption = Annotated[
    CarryOver, typer.Option("--carry", help="Which labels of the old version count under the new one.")
]
_REASONS = {
    "cited_by_people": "people cite a changed clause",
    "cited_by_machine": "a model cites a changed clause",
    "label": "a label is gone or defined otherwise",
    "near": "likely to fall under the changed wording",
}


@app.command("propose")
def propose(
    file: Annotated[Path, typer.Argument(help="The new version of the policy.")],
    note: Annotated[str, typer.Option(help="Why it changes.")] = "",
    replaces: Annotated[
        str | None, typer.Option(show_default="the version in use", help="The version that it replaces.")
    ] = None,
    lose_labels: Annotated[
        bool, typer.Option("--lose-labels", help="Labels in use may be gone: what holds them is stale.")
    ] = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Propose a version, and find which labels it makes stale and what labeling them again costs.

    Example: assistant policy change propose policies/community-2.md --note "quotes count"
    """
    from assistant.application.workspace.policy_changes import propose_change, read_proposal, show_change
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        proposal = read_proposal(file, note, replaces=replaces, lost_labels=lose_labels)
        change = propose_change(opened, proposal, actor=actor())
        shown = show_change(opened, change.name)
    _show(output, shown)
    output.next_step(f"assistant policy change approve {change.name} --by NAME", "approves it")


@app.command("show")
def show(change: ChangeArgument, workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Show a change: what changed, what is stale and why, what it costs, who approved it, who has read it.

    Example: assistant policy change show c1
    """
    from assistant.application.workspace.policy_changes import show_change

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        _show(output, show_change(opened, change))


@app.command("list")
def list_all(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """List the changes of the policy, oldest first.

    Example: assistant policy change list
    """
    from assistant.application.workspace.policy_changes import list_changes

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        changes = list_changes(opened)
    rows = [
        (one.name, f"{one.old_version} -> {one.new_version}", one.state.value, one.effective_at or "", one.proposed_by)
        for one in changes
    ]
    shown = table(("change", "version", "state", "in effect from", "proposed by"), rows)
    output.result([change_facts(one) for one in changes], shown if rows else "no change of the policy was proposed yet")


@app.command("approve")
def approve(
    change: ChangeArgument,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who approves it; not who proposed it.")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Approve a change.

    Example: assistant policy change approve c1 --by max
    """
    from assistant.application.workspace.policy_changes import approve_change
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        done = approve_change(opened, change, by=by, actor=actor())
    output.result(change_facts(done), f"change {done.name} to version {done.new_version} is approved by {by}")
    output.next_step(f"assistant policy change activate {done.name} --from DATE", "puts it into effect")


@app.command("activate")
def activate(
    change: ChangeArgument,
    start: Annotated[
        str, typer.Option("--from", metavar="DATE", help="A day (UTC), a moment of ISO 8601, or now; never the past.")
    ],
    carry: CarryOption = CarryOver.ALL_BUT_STALE,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Put an approved change into effect from a date on, and decide which labels it carries over.

    Example: assistant policy change activate c1 --from 2027-01-01 --carry all-but-stale
    """
    from assistant.application.workspace.policy_changes import activate_change
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        done = activate_change(opened, change, start=start, mode=carry, actor=actor())
    output.result(
        change_facts(done),
        f"version {done.new_version} of {done.policy_id} is in effect from {done.effective_at}",
        _carried_words(done),
    )
    output.next_step("assistant enqueue --stale", "asks people again, once it is in effect")


@app.command("carry")
def carry(
    change: ChangeArgument,
    mode: CarryOption = CarryOver.ALL_BUT_STALE,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Decide again which labels a change carries over, those given under the old version since included.

    Example: assistant policy change carry c1 --carry all-but-stale
    """
    from assistant.application.workspace.policy_changes import carry_over
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        done = carry_over(opened, change, mode=mode, actor=actor())
    output.result(change_facts(done), _carried_words(done))


@app.command("withdraw")
def withdraw(change: ChangeArgument, workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Give up a change that is not in effect yet.

    Example: assistant policy change withdraw c1
    """
    from assistant.application.workspace.policy_changes import withdraw_change
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        done = withdraw_change(opened, change, actor=actor())
    output.result(change_facts(done), f"change {done.name} to version {done.new_version} is withdrawn")


@app.command("acknowledge")
def acknowledge(
    change: ChangeArgument,
    by: Annotated[str, typer.Option(metavar="NAME", help="The reviewer who has read it.")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Note that a reviewer has read a change, as the review page does.

    Example: assistant policy change acknowledge c1 --by ana
    """
    from assistant.application.workspace.policy_changes import acknowledge_change, find_change
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        new = acknowledge_change(opened, change, opened.users.get(by), actor=actor())
        name = find_change(opened, change).name
    already = "" if new else " already"
    output.result({"change": name, "name": by, "new": new}, f"{by} has read change {name}{already}")


def change_facts(change: PolicyChange) -> dict[str, Any]:
    """A change as JSON."""
    carried = change.carried
    return {
        "change": change.name,
        "policy": change.policy_id,
        "old": change.old_version,
        "new": change.new_version,
        "state": change.state.value,
        "note": change.note,
        "proposed_by": change.proposed_by,
        "proposed_at": change.created_at,
        "approved_by": change.approved_by,
        "effective_at": change.effective_at,
        "carried": None if carried is None else {"mode": carried.mode.value, "by": carried.actor, **carried.counts},
        "assessment": dict(change.assessment),
    }


def _show(output: Output, shown: PolicyChangeShown) -> None:
    from assistant.policy.documents.difference import render_difference

    change = shown.change
    facts = change_facts(change) | {
        "difference": shown.difference.as_dict(),
        "read_by": [{"name": name, "at": at} for name, at in shown.readers],
        "unread_by": list(shown.unread),
    }
    lines = [
        f"change {change.name}: {change.policy_id} {change.old_version} -> {change.new_version}, {change.state.value}",
        f"proposed by {change.proposed_by} at {change.created_at}" + (f": {change.note}" if change.note else ""),
    ]
    if change.approved_by:
        lines.append(f"approved by {change.approved_by}")
    if change.effective_at:
        lines.append(f"in effect from {change.effective_at}; {_carried_words(change)}")
        lines.append(f"read by {', '.join(name for name, _ in shown.readers) or 'no one'}")
        if shown.unread:
            lines.append(f"not read yet by {', '.join(shown.unread)}")
    output.result(facts, *lines, "", *_stale_words(change), "", render_difference(shown.difference))


def _carried_words(change: PolicyChange) -> str:
    if change.carried is None:
        return "nothing is carried over"
    counts = change.carried.counts
    return f"carried over ({change.carried.mode.value}): {counts['carried']:,} labels; left out: {counts['left_out']:,}"


def _stale_words(change: PolicyChange) -> list[Any]:
    found: Any = change.assessment
    if not found:
        return []
    rows = [(told, f"{found['reasons'][name]:,}") for name, told in _REASONS.items() if found["reasons"][name]]
    share = found["stale_items"] / found["labeled_items"] if found["labeled_items"] else 0.0
    people, runs = found["people"], ", ".join(f"{run}: {count:,}" for run, count in found["runs"].items())
    cost = "not known" if found["cost_usd"] is None else f"US$ {found['cost_usd']:.2f}"
    pace = f"measured on {found['timed_labels']:,} labels" if found["timed_labels"] else "assumed: none was timed yet"
    return [
        f"{found['stale_items']:,} of {found['labeled_items']:,} labeled items may be stale ({share:.0%})",
        table(("why", "items"), rows),
        f"people: {people['labels']:,} labels on {people['items']:,} items, {people['adjudications']:,} adjudications,"
        f" {people['gold']:,} gold items, {people['precedents']:,} precedents; {people['kept']:,} labels stay",
        f"models: {runs or 'none'}",
        f"labeling them again: {cost} for {found['model'] or 'a model'};"
        f" {found['hours']:.1f} h of people at {found['seconds_a_label']:.0f} s a label ({pace})",
    ]
