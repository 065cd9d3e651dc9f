"""`assistant tokens`: what programs sign in to the REST API with."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Output, table

app = typer.Typer(help="Tokens for programs that use the REST API.", no_args_is_help=True)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What it is for, e.g. dashboard.")],
    user: Annotated[str, typer.Option(help="User it acts for; it never has more permissions than they.")],
    scope: Annotated[list[str], typer.Option(help="read, label, manage, admin or accounts; may be repeated.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="Until it expires.")] = 90,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Create a token and print it once.

    Example: assistant tokens add dashboard --user ana --scope read
    """
    from assistant.application.people.credentials import clean_name
    from assistant.application.people.tokens import NewToken, issue_token
    from assistant.wiring.actor import actor

    new = NewToken(user=clean_name(user), name=name, scopes=frozenset(scope), days=days)
    with open_workspace(workspace, of_any=True) as opened:
        issued = issue_token(opened, new, actor=actor())
    output, made = Output(as_json=as_json), issued.token
    data = {"id": made.id, "token": issued.secret, "scopes": list(made.scopes), "user": made.user}
    output.result(data | {"expires_at": made.expires_at}, issued.secret)
    output.note(
        f"token {made.id} for {made.user} until {made.expires_at[:10]}; it is not shown again."
        " Send it as  Authorization: Bearer TOKEN"
    )


@app.command("list")
def list_tokens(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """All tokens, without their secrets.

    Example: assistant tokens list
    """
    from assistant.application.people.tokens import list_tokens as tokens_of

    with open_workspace(workspace, of_any=True) as opened:
        found = tokens_of(opened)
    columns = ("id", "name", "user", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at", "state")
    rows = [
        (
            one.id,
            one.name,
            one.user,
            ", ".join(one.scopes),
            one.created_at[:16],
            _day(one.last_used_at),
            _day(one.expires_at),
            one.state,
        )
        for one in found
    ]
    data = [{column: getattr(one, column) for column in columns} for one in found]
    Output(as_json=as_json).result(
        data, table(("id", "name", "user", "scopes", "made", "last used", "until", "state"), rows)
    )


@app.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(help="The token's number.")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Revoke a token immediately.

    Example: assistant tokens revoke 3
    """
    from assistant.application.people.tokens import revoke_token
    from assistant.wiring.actor import actor

    with open_workspace(workspace, of_any=True) as opened:
        revoke_token(opened, number, actor=actor())
    Output(as_json=as_json).result({"id": number}, f"token {number} is revoked")


def _day(moment: str | None) -> str:
    return moment[:16] if moment else "-"
