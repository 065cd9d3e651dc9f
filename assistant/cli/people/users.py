"""`assistant users`: who may sign in, and as what."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Output, table
from assistant.cli.progress import quiet
from assistant.domain.review_work import Role

if TYPE_CHECKING:
    from assistant.domain.accounts import User

app = typer.Typer(help="Users of `assistant serve` and their roles.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="Username.")]
RoleOption = Annotated[Role, typer.Option("--role", help="Role.")]
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, one line, without a prompt.")
]
ListOption = Annotated[str | None, typer.Option(help="Comma-separated; replaces the current value.")]


@app.command("add")
def add(
    name: NameArgument,
    role: RoleOption = Role.REVIEWER,
    display_name: Annotated[str, typer.Option(help="Display name.")] = "",
    languages: ListOption = None,
    skills: ListOption = None,
    queues: ListOption = None,
    team: Annotated[str, typer.Option(help="Their team; its queue is theirs, too.")] = "",
    no_password: Annotated[bool, typer.Option("--no-password", help="Sign-in by login link or token only.")] = False,
    password_stdin: StdinOption = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Add a user; asks for a password, which is never an argument.

    Example: assistant users add ana --role reviewer --languages en,zh
    """
    from assistant.application.people.accounts import NewUser, add_user
    from assistant.application.people.credentials import clean_name
    from assistant.wiring.actor import actor

    output, cleaned = Output(as_json=as_json), clean_name(name)
    with open_workspace(workspace, of_any=role is Role.ADMIN) as opened:  # who is admin in every project
        new = NewUser(
            name=cleaned,
            role=role,
            display_name=display_name,
            password=None if no_password else _password(password_stdin),
            languages=_listed(languages),
            skills=_listed(skills),
            queues=_listed(queues),
            team=team,
        )
        user = add_user(opened, new, actor=actor())
    output.result(_data(user), f"{user.name} may sign in as {user.role.value}")
    if user.has_password:
        output.next_step("assistant serve --team", "people sign in with their passwords")
    else:
        output.next_step(
            f"assistant serve --user {user.name}",
            f"prints the login link; if a server is running: assistant users link {user.name}",
        )


@app.command("list")
def list_users(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """All users and their permissions.

    Example: assistant users list
    """
    from assistant.application.people.accounts import list_users as users_of

    output = Output(as_json=as_json)
    with open_workspace(workspace, of_any=True) as opened:
        found = users_of(opened)
    rows = [
        (
            user.name,
            user.role.value,
            "disabled" if user.disabled else "password" if user.has_password else "link or token",
            ", ".join(user.languages) or "all",
            ", ".join(filter(None, (user.team, *user.queues))) or "-",
            ", ".join(user.skills) or "-",
        )
        for user in found
    ]
    output.result(
        [_data(user) for user in found], table(("name", "role", "signs in by", "languages", "queues", "skills"), rows)
    )
    if not found:
        output.next_step("assistant users add NAME --role admin", "the first one")


@app.command("roles")
def roles(
    name: NameArgument,
    role: Annotated[Role | None, typer.Argument(help="The new role.", show_default="shows what it is")] = None,
    languages: ListOption = None,
    skills: ListOption = None,
    queues: ListOption = None,
    team: Annotated[str | None, typer.Option(help="Their team.", show_default="as it was")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Change a user's role, team or queues; effective from their next request.

    Example: assistant users roles ana lead
    Example: assistant users roles partner --queues partner-zh
    """
    from assistant.application.people.accounts import UserChanges, change_user
    from assistant.application.people.credentials import clean_name
    from assistant.domain.permissions import ROLES
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    changes = UserChanges(
        role=role,
        team=team,
        languages=None if languages is None else _listed(languages),
        skills=None if skills is None else _listed(skills),
        queues=None if queues is None else _listed(queues),
    )
    with open_workspace(workspace, of_any=True) as opened:
        user = change_user(opened, clean_name(name), changes, actor=actor())
    may = sorted(permission.value for permission in ROLES[user.role])
    output.result(_data(user) | {"may": may}, f"{user.name} is {user.role.value}: {', '.join(may)}")


@app.command("password")
def password(
    name: NameArgument,
    password_stdin: StdinOption = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Set a new password; all sessions of the user end.

    Example: assistant users password ana
    """
    from assistant.application.people.accounts import find_user
    from assistant.application.people.accounts import set_password as set_new
    from assistant.application.people.credentials import clean_name
    from assistant.wiring.actor import actor

    cleaned = clean_name(name)
    with open_workspace(workspace, of_any=True) as opened:
        find_user(opened, cleaned)  # before anything is typed
        set_new(opened, cleaned, _password(password_stdin), actor=actor())
    Output(as_json=as_json).result({"name": cleaned}, f"{cleaned} has a new password; their sessions have ended")


@app.command("disable")
def disable(name: NameArgument, workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Disable a user immediately: sessions end, tokens are revoked, their work is kept.

    Example: assistant users disable ana
    """
    _set_active(name, False, workspace, as_json)


@app.command("enable")
def enable(name: NameArgument, workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Reactivate a user.

    Example: assistant users enable ana
    """
    _set_active(name, True, workspace, as_json)


@app.command("sessions")
def sessions(
    name: NameArgument,
    end_all: Annotated[bool, typer.Option("--end-all", help="Sign them out everywhere; tokens stay.")] = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """A user's sessions; --end-all ends all of them.

    Example: assistant users sessions ana --end-all
    """
    from assistant.application.people.credentials import clean_name
    from assistant.application.people.sessions import device_of, end_all_sessions, list_sessions
    from assistant.wiring.actor import actor

    output, cleaned = Output(as_json=as_json), clean_name(name)
    with open_workspace(workspace, of_any=True) as opened:
        if end_all:
            ended = end_all_sessions(opened, cleaned, actor=actor())
            output.result({"name": cleaned, "sessions_ended": ended}, f"{ended:,} sessions of {cleaned} have ended")
            return
        found = list_sessions(opened, cleaned)
    columns = ("id", "device", "address", "created_at", "last_seen_at")
    data = [{column: getattr(one, column) for column in columns} | {"device": device_of(one.device)} for one in found]
    rows = [(one["device"], one["address"], one["created_at"][:16], one["last_seen_at"][:16]) for one in data]
    output.result(data, table(("device", "address", "since", "last seen"), rows))


@app.command("link")
def link(
    name: Annotated[str | None, typer.Argument(help="User it signs in.", show_default="you")] = None,
    port: Annotated[int, typer.Option("--port", "-p", help="The port that `assistant serve` printed.")] = 8760,
    public_url: Annotated[str, typer.Option(help="As given to `assistant serve`.")] = "",
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """A new login link for a running server: works once, for 15 minutes.

    Example: assistant users link
    """
    from assistant.application.people.credentials import clean_name
    from assistant.application.people.sign_in import issue_login_link
    from assistant.web.server.options import ServeOptions
    from assistant.wiring.actor import actor, actor_as_user

    options = ServeOptions(port=port, public_url=public_url)
    asked = clean_name(name) if name else actor_as_user()
    with open_workspace(workspace, of_any=True) as opened:
        url = options.login_url(issue_login_link(opened, asked, actor=actor(), seconds=options.link_seconds))
    Output(as_json=as_json).result({"login_url": url}, url)


def _set_active(name: str, active: bool, workspace: WorkspaceOption, as_json: bool) -> None:
    from assistant.application.people.accounts import deactivate_user, reactivate_user
    from assistant.application.people.credentials import clean_name
    from assistant.wiring.actor import actor

    cleaned = clean_name(name)
    with open_workspace(workspace, of_any=True) as opened:
        (reactivate_user if active else deactivate_user)(opened, cleaned, actor=actor())
    said = f"{cleaned} is reactivated" if active else f"{cleaned} is disabled"
    Output(as_json=as_json).result({"name": cleaned, "disabled": not active}, said)


def _password(from_stdin: bool) -> str:
    if from_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    with quiet("asked"):
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _data(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "display_name": user.display_name,
        "role": user.role.value,
        "has_password": user.has_password,
        "languages": list(user.languages),
        "skills": list(user.skills),
        "queues": list(user.queues),
        "team": user.team,
        "disabled": user.disabled,
        "created_at": user.created_at,
    }
