"""`assistant users move`, `memberships` and `groups`: where people work from when to when, and figures by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Output, table

if TYPE_CHECKING:
    from rich.table import Table

    from assistant.domain.memberships import Membership

NameArgument = Annotated[str, typer.Argument(help="Username.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("move")(move)
    app.command("memberships")(memberships)
    app.command("groups")(groups)


def move(
    name: NameArgument,
    team: Annotated[str, typer.Option(help="Their team; its queue is theirs, too.")] = "",
    vendor: Annotated[str, typer.Option(help="Who supplies them.")] = "",
    site: Annotated[str, typer.Option(help="Where they work.")] = "",
    contract: Annotated[str, typer.Option(help="Under which contract.")] = "",
    weekly_hours: Annotated[float | None, typer.Option(help="Hours agreed, 0 to 168.")] = None,
    from_day: Annotated[
        str | None, typer.Option("--from", metavar="DAY", show_default="today", help="Such as 2026-03-01, in UTC.")
    ] = None,
    to_day: Annotated[
        str | None, typer.Option("--to", metavar="DAY", show_default="until further notice", help="The last day.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Let a user work elsewhere from a day on; figures of the days before stay as they were.

    Example: assistant users move ana --team nights --vendor Acme --from 2026-03-01
    """
    from assistant.application.people.credentials import clean_name
    from assistant.application.people.memberships import list_memberships, move_person, read_day
    from assistant.domain.memberships import Membership
    from assistant.wiring.actor import actor

    wanted = Membership(
        person=clean_name(name),
        team=team.strip(),
        vendor=vendor.strip(),
        site=site.strip(),
        contract=contract.strip(),
        weekly_hours=weekly_hours,
        valid_from=read_day(from_day, "from"),
        valid_to=read_day(to_day, "to"),
    )
    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        ended = move_person(opened, wanted, actor=actor())
        found = list_memberships(opened, wanted.person)
    output.result([_data(one) for one in found], _table(found))
    if ended is not None:
        output.note(f"{ended.team or ended.vendor or 'what was before'} ends the day before")


def memberships(name: NameArgument, workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Print where a user has worked from when to when.

    Example: assistant users memberships ana
    """
    from assistant.application.people.credentials import clean_name
    from assistant.application.people.memberships import list_memberships

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        found = list_memberships(opened, clean_name(name))
    output.result([_data(one) for one in found], _table(found))
    if not found:
        output.next_step(f"assistant users move {name} --team TEAM", "says where they work")


def groups(
    by: Annotated[str, typer.Option(help="team, vendor, site or contract.")] = "team",
    from_day: Annotated[
        str | None, typer.Option("--from", metavar="DAY", show_default="30 days", help="The first day, in UTC.")
    ] = None,
    to_day: Annotated[
        str | None, typer.Option("--to", metavar="DAY", show_default="today", help="The last day, in UTC.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Print figures by team, vendor, site or contract; an answer counts where its giver worked that day.

    Example: assistant users groups --by vendor --from 2026-02-01 --to 2026-02-28
    """
    from assistant.application.people.memberships import group_figures, period, read_group

    output = Output(as_json=as_json)
    first, last = period(from_day, to_day, today=datetime.now(UTC).date())
    with open_workspace(workspace) as opened:
        found = group_figures(opened, read_group(by), first, last)
    rows = [
        (
            one.group or "(unknown)",
            f"{one.people:,}",
            f"{one.answers:,}",
            "-" if one.seconds is None else f"{one.seconds:.1f}",
            "-" if one.active_seconds is None else f"{one.active_seconds:.1f}",
            f"{one.gold_right:,} of {one.gold_answers:,}",
        )
        for one in found
    ]
    data = {"by": by, "from": str(first), "to": str(last), "groups": [asdict(one) for one in found]}
    output.result(data, table((by, "people", "answers", "seconds", "active", "gold"), rows))


def _data(one: Membership) -> dict[str, object]:
    return asdict(one) | {name: _day(getattr(one, name)) for name in ("valid_from", "valid_to")}


def _day(day: object) -> str | None:
    return None if day is None else str(day)


def _table(found: Sequence[Membership]) -> Table:
    names = ("team", "vendor", "site", "contract", "weekly_hours", "valid_from", "valid_to")
    rows = [tuple(_cell(getattr(one, name)) for name in names) for one in found]
    return table([name.replace("_", " ") for name in names], rows)


def _cell(value: object) -> str:
    return "-" if value in {None, ""} else str(value)
