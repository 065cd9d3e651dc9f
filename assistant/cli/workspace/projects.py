"""`assistant project`: set up, list, show and choose projects, their states and members."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import EXIT_ERROR, Output, table
from assistant.domain.projects import ProjectState
from assistant.domain.review_work import Role
from assistant.errors import InvalidValueError

if TYPE_CHECKING:
    from assistant.application.projects.projects import ProjectSummary

app = typer.Typer(help="Set up, list, choose, pause and close projects.", no_args_is_help=True)

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="The project's key.")]
EnglishOption = Annotated[str | None, typer.Option("--title-en", help="Title in English.", show_default=False)]
ChineseOption = Annotated[str | None, typer.Option("--title-zh", help="Title in Chinese.", show_default=False)]


@app.command("init")
def init(
    project: Annotated[str, typer.Argument(metavar="KEY", help="E.g. market-zh.")],
    policy: Annotated[
        Path | None, typer.Option(help="Its policy's file.", show_default="as in projects/KEY/project.toml")
    ] = None,
    title_en: EnglishOption = None,
    title_zh: ChineseOption = None,
    languages: Annotated[str, typer.Option(help="Comma-separated, of its content.")] = "en,zh",
    draft: Annotated[bool, typer.Option("--draft", help="Ask nothing of people until it is activated.")] = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Set up a project with its own policy; without --policy for a folder projects/KEY that is there already.

    Example: assistant project init market --policy policies/market.md --title-en "Marketplace"
    """
    from assistant.application.projects.project_folder import ProjectChoice
    from assistant.application.projects.projects import init_project, show_project
    from assistant.wiring.actor import actor

    output, choice = Output(as_json=as_json), None
    if policy is not None:
        choice = ProjectChoice(
            policy=policy.absolute(),
            title=_title(title_en, title_zh),
            languages=[one for one in map(str.strip, languages.split(",")) if one],
        )
    with open_workspace(workspace, of_any=True) as opened:
        made = init_project(opened, project, choice, draft=draft, actor=actor())
        shown = show_project(opened, made.key)
    file = f"projects/{made.key}/project.toml"
    output.result(_data(shown.summary) | {"file": file}, f"project {made.key} ({made.state}): {file}")
    output.next_step(f"assistant ingest FILE --project {made.key}", "imports its content")
    output.next_step(f"assistant project use {made.key}", "makes it the project of this folder's commands")


@app.command("list")
def list_projects(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """All projects; * marks the one that commands in this folder take where none is named.

    Example: assistant project list
    """
    from assistant.application.projects.projects import list_projects as projects_of

    output = Output(as_json=as_json)
    with open_workspace(workspace, of_any=True) as opened:
        found = projects_of(opened)
    rows = [
        (
            "*" if one.used else "",
            one.project.key,
            one.project.titled("en"),
            one.project.state.value,
            f"{one.figures.items:,}",
            f"{one.figures.runs:,}",
            f"{one.figures.open_tasks:,}",
            f"{one.members:,}",
        )
        for one in found
    ]
    columns = ("", "key", "title", "state", "items", "runs", "open tasks", "members")
    output.result([_data(one) for one in found], table(columns, rows))
    for one in found:
        if not one.here:
            output.note(f"this folder has no settings of {one.project.key}")
    used = next((one.project.key for one in found if one.used), None)
    if used is not None:
        output.note(f"commands in this folder are about {used}, unless --project or ASSISTANT_PROJECT names another")
    elif len(found) > 1:
        output.next_step("assistant project use KEY", "makes one the project of this folder's commands")


@app.command("show")
def show(project: KeyArgument, workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """One project: policy, prompt, model, languages, and what it holds.

    Example: assistant project show market
    """
    from assistant.application.projects.projects import show_project
    from assistant.cli.error_words import error_words

    output = Output(as_json=as_json)
    with open_workspace(workspace, of_any=True) as opened:
        found = show_project(opened, project)
    wrong, policy = None if found.wrong is None else error_words(found.wrong), found.policy
    data = _data(found.summary) | {
        "file": None if found.file is None else str(found.file),
        "policy": None if policy is None else {"id": policy.id, "version": policy.version},
        "labels": [] if policy is None else [label.name for label in policy.label_set.labels],
        "prompt": found.prompt,
        "model": found.model,
        "languages": list(found.languages),
        "wrong": None if wrong is None else str(wrong),
    }
    one = found.summary
    lines = [
        ("title", " / ".join(one.project.title.values()) or one.project.key),
        ("state", one.project.state.value),
        ("settings", "assistant.toml" if found.file is None else str(found.file)),
        ("policy", "-" if policy is None else f"{policy.id}@{policy.version}, {', '.join(data['labels'])}"),
        ("prompt, model", f"{found.prompt}, {found.model}"),
        ("languages", ", ".join(found.languages)),
        ("items, runs", f"{one.figures.items:,}, {one.figures.runs:,}"),
        ("open tasks", f"{one.figures.open_tasks:,}"),
        ("members", f"{one.members:,}"),
    ]
    output.result(data, table(("project", one.project.key), lines))
    if wrong is not None:
        output.note(str(wrong))
        raise typer.Exit(EXIT_ERROR)


@app.command("use")
def use(project: KeyArgument, workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Take a project for all commands in this folder that name none.

    Example: assistant project use market
    """
    from assistant.application.projects.projects import choose_project

    output = Output(as_json=as_json)
    with open_workspace(workspace, of_any=True) as opened:
        chosen = choose_project(opened, project)
    output.result({"project": chosen.key}, f"commands in this folder are about {chosen.key}")


@app.command("rename")
def rename(
    project: KeyArgument,
    title_en: EnglishOption = None,
    title_zh: ChineseOption = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Give a project another title; a title that isn't given stays, an empty one is removed.

    Example: assistant project rename market --title-zh 集市
    """
    from assistant.application.projects.projects import rename_project
    from assistant.wiring.actor import actor

    output, title = Output(as_json=as_json), _title(title_en, title_zh)
    if not title:
        raise InvalidValueError("project_title_missing", field="title_en")
    with open_workspace(workspace, of_any=True) as opened:
        renamed = rename_project(opened, project, title, actor=actor())
    output.result({"project": renamed.key, "title": dict(renamed.title)}, f"{renamed.key}: {renamed.titled('en')}")


@app.command("activate")
def activate(project: KeyArgument, workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Begin the work of a draft, or end a pause.

    Example: assistant project activate market
    """
    _set_state(project, ProjectState.ACTIVE, workspace, as_json, unless=ProjectState.CLOSED)


@app.command("pause")
def pause(project: KeyArgument, workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Ask nothing new of models or people; what people hold can be finished, and jobs stop.

    Example: assistant project pause market
    """
    _set_state(project, ProjectState.PAUSED, workspace, as_json)


@app.command("close")
def close(project: KeyArgument, workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Make a project read only.

    Example: assistant project close market
    """
    _set_state(project, ProjectState.CLOSED, workspace, as_json)


@app.command("reopen")
def reopen(project: KeyArgument, workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Open a closed project again.

    Example: assistant project reopen market
    """
    _set_state(project, ProjectState.ACTIVE, workspace, as_json)


@app.command("members")
def members(
    project: KeyArgument,
    add: Annotated[str | None, typer.Option(metavar="NAME", help="Make a user a member, or change the role.")] = None,
    role: Annotated[Role, typer.Option(help="Role in this project.")] = Role.REVIEWER,
    remove: Annotated[str | None, typer.Option(metavar="NAME", help="End a membership.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Show who is in a project, or add and remove members.

    Example: assistant project members market --add ana --role lead
    """
    from assistant.application.projects.members import add_member, list_members, remove_member
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    with open_workspace(workspace, of_any=True) as opened:
        if remove is not None:
            remove_member(opened, project, remove, actor=actor())
        if add is not None:
            add_member(opened, project, add, role, actor=actor())
        found = list_members(opened, project)
    data = [{"name": one.user, "role": one.role.value, "since": one.since} for one in found]
    rows = [(one.user, one.role.value, one.since[:10]) for one in found]
    output.result(data, table(("name", "role", "since"), rows))


def _set_state(
    key: str, state: ProjectState, workspace: Path, as_json: bool, *, unless: ProjectState | None = None
) -> None:
    from assistant.application.projects.projects import set_project_state
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    with open_workspace(workspace, of_any=True) as opened:
        changed = set_project_state(opened, key, state, unless=unless, actor=actor())
    output.result({"project": changed.key, "state": changed.state.value}, f"{changed.key} is {changed.state}")


def _title(english: str | None, chinese: str | None) -> dict[str, str]:
    return {name: text.strip() for name, text in (("en", english), ("zh", chinese)) if text is not None}


def _data(one: ProjectSummary) -> dict[str, Any]:
    return {
        "project": one.project.key,
        "title": dict(one.project.title),
        "state": one.project.state.value,
        "used": one.used,
        "items": one.figures.items,
        "runs": one.figures.runs,
        "open_tasks": one.figures.open_tasks,
        "members": one.members,
        "created_at": one.project.created_at,
    }
