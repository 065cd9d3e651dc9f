"""Projects of a workspace: set up, listed, renamed, and moved from state to state, each change logged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.application.projects.project_folder import ProjectChoice, write_project, write_title
from assistant.domain.policies import Policy
from assistant.domain.projects import FIRST_KEY, Project, ProjectFigures, ProjectState
from assistant.errors import AssistantError, ConflictError, InvalidValueError
from assistant.policy.documents.documents import policy_file, read_policy
from assistant.settings import load_settings, project_file, project_folders, use_project, used_project
from assistant.wiring.workspace import Workspace

_KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")
_LONGEST_KEY = 40


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """A project as a list shows it.

    Args:
        project: the project.
        figures: what it holds.
        members: how many people are in it.
        used: whether commands in this folder take it where none is named.
        here: whether it has settings in this folder.
    """

    project: Project
    figures: ProjectFigures
    members: int
    used: bool
    here: bool


@dataclass(frozen=True, slots=True)
class ProjectShown:
    """A project with what it works by.

    Args:
        summary: as a list shows it.
        file: its settings; None where it goes by those of the workspace.
        policy: None where it can't be read.
        wrong: why settings or policy can't be read; None where they can.
        prompt, model: that it asks with; empty where its settings can't be read.
        languages: of its content.
    """

    summary: ProjectSummary
    file: Path | None
    policy: Policy | None
    wrong: AssistantError | None
    prompt: str = ""
    model: str = ""
    languages: tuple[str, ...] = ()


def init_project(
    workspace: Workspace, key: str, choice: ProjectChoice | None, *, draft: bool = False, actor: str
) -> Project:
    """Set up a project: its folder with settings and its row, logged as `project.create`.

    Args:
        workspace: the opened workspace.
        key: how commands and folders will name it.
        choice: what it begins with; None for a project whose folder is there already, as in a copy of a workspace's
            files.
        draft: whether it stays a draft at first, in which nothing is asked of people.
        actor: who sets it up.

    Raises:
        InvalidValueError: the key can't be one, or it has no policy.
        ConflictError: there is such a project already.
        PolicyError: the policy has mistakes; all are listed, and nothing is made.
        SettingsError, WorkspaceError: its settings are wrong; the folder can't be written.
    """
    if not _KEY.fullmatch(key):
        raise InvalidValueError("project_key_unfit", field="project", project=key, most=_LONGEST_KEY)
    there, file = workspace.projects.find(key), project_file(workspace.folder, key)
    if there is not None and (file.is_file() or key == FIRST_KEY):
        raise ConflictError("project_exists", field="project", project=key)
    if file.is_file() and choice is not None:
        raise ConflictError("project_folder_exists", field="project", where=str(file), project=key)
    if not file.is_file():
        if choice is None:
            raise InvalidValueError("project_policy_missing", field="policy", project=key)
        read_policy(workspace.folder / choice.policy)
        write_project(workspace.folder, key, choice)
    settings = load_settings(workspace.folder, project=key)
    read_policy(policy_file(workspace.folder, key, settings))
    if there is not None:
        return there
    title = settings.title.by_language()
    return workspace.projects.add(key, title, state=ProjectState.DRAFT if draft else ProjectState.ACTIVE, actor=actor)


def list_projects(workspace: Workspace) -> list[ProjectSummary]:
    """All projects of the workspace, oldest first; titles as their settings have them."""
    for key in project_folders(workspace.folder):
        _take_title(workspace, key)
    figures, members = workspace.projects.figures(), workspace.members.count()
    used, here = used_project(workspace.folder), set(project_folders(workspace.folder)) | {FIRST_KEY}
    return [
        ProjectSummary(
            one, figures.get(one.id, ProjectFigures()), members.get(one.id, 0), one.key == used, one.key in here
        )
        for one in workspace.projects.all()
    ]


def show_project(workspace: Workspace, key: str) -> ProjectShown:
    """One project with what it works by. Raises NotFoundError where there is none."""
    workspace.projects.get(key)
    summary = next(one for one in list_projects(workspace) if one.project.key == key)
    own = project_file(workspace.folder, key)
    file = own if own.is_file() else None
    try:
        settings = load_settings(workspace.folder, project=key)
    except AssistantError as error:
        return ProjectShown(summary, file, None, error)
    try:
        policy, wrong = read_policy(policy_file(workspace.folder, key, settings)), None
    except AssistantError as error:
        policy, wrong = None, error
    return ProjectShown(
        summary, file, policy, wrong, settings.prompt.name, settings.model.spec, settings.content.languages
    )


def rename_project(workspace: Workspace, key: str, title: Mapping[str, str], *, actor: str) -> Project:
    """Give a project another title, in its settings too; logged as `project.rename`.

    Args:
        workspace: the opened workspace.
        key: of the project.
        title: by language (`en`, `zh`); a language that is left out keeps the title it has, an empty one has none.
        actor: who renames it.

    Raises:
        NotFoundError: there is no such project.
        ConflictError: its settings give the title in a form that can't be changed here.
    """
    before = workspace.projects.get(key)
    merged = {name: text for name, text in {**before.title, **title}.items() if text}
    write_title(workspace.folder, key, merged)
    return workspace.projects.rename(key, merged, actor=actor)


def set_project_state(
    workspace: Workspace, key: str, state: ProjectState, *, unless: ProjectState | None = None, actor: str
) -> Project:
    """Move a project to another state, logged as `project.state`.

    Args:
        workspace: the opened workspace.
        key: of the project.
        state: to move to.
        unless: the state from which it is not to be moved, though it could be.
        actor: who moves it.

    Raises:
        NotFoundError: there is no such project.
        ConflictError: that state can't follow on the present one.
    """
    before = workspace.projects.get(key).state
    if before is unless:
        raise ConflictError("project_state_out_of_turn", project=key, state=before, wanted=state)
    return workspace.projects.set_state(key, state, actor=actor)


def refuse_asking_models(workspace: Workspace) -> None:
    """Raises ConflictError where the project is paused or closed: nothing new is asked of models."""
    project = workspace.projects.get(workspace.project.key)  # as it is now: another process may have paused it
    if project.state is ProjectState.PAUSED:
        raise ConflictError("project_paused", project=project.key)
    if project.state is ProjectState.CLOSED:
        raise ConflictError("project_closed", project=project.key)


def choose_project(workspace: Workspace, key: str) -> Project:
    """Take a project for all commands in this folder that name none.

    Raises:
        NotFoundError, WorkspaceError: there is no such project, or it has no settings in this folder.
    """
    chosen = workspace.of_project(key).project
    use_project(workspace.folder, chosen.key)
    return chosen


def _take_title(workspace: Workspace, key: str) -> None:
    """A title that was changed in the settings counts, and is logged."""
    project = workspace.projects.find(key)
    if project is None:
        return
    try:
        given = load_settings(workspace.folder, project=key).title.by_language()
    except AssistantError:  # said where it is used
        return
    if given and given != project.title:
        workspace.projects.rename(key, given, actor=workspace.connections.operator)
