"""Projects: those that are open to you, and for those who steer them their titles and states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from assistant.application.projects.access import refuse_closed
from assistant.application.projects.offered_policies import offered_policy
from assistant.application.projects.project_folder import ProjectChoice
from assistant.application.projects.projects import (
    ProjectShown,
    init_project,
    rename_project,
    set_project_state,
    show_project,
)
from assistant.domain.permissions import Permission
from assistant.domain.projects import ProjectState
from assistant.domain.review_work import Principal, Role
from assistant.web.api_schema import ONE_LINE, Body, Flag, Language, Shown, problems
from assistant.web.context import app_site, site, visit
from assistant.web.presentation.projects import own_work, summaries
from assistant.web.security.authentication import Current, needs
from assistant.web.server.project_path import API_PROJECTS, ITSELF
from assistant.web.server.public_routes import of_all_projects

router = APIRouter(tags=["projects"])

Maker = Annotated[Principal, Depends(needs(Permission.MANAGE_PROJECTS))]
Steerer = Annotated[Principal, Depends(needs(Permission.STEER_PROJECT))]
ProjectKey = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9-]*$", examples=["market"])]
TitleText = Annotated[str, Field(max_length=200, pattern=ONE_LINE)]


class Title(Body):
    """A project's title by language; an empty one is none, and one that is left out or null stays."""

    en: TitleText | None = None
    zh: TitleText | None = None


class ProjectRow(Shown):
    """A project that is open to you, and your role in it."""

    key: str
    title: dict[str, str]
    state: ProjectState
    role: Role
    items: int
    runs: int
    open_tasks: int
    open_to_me: Annotated[int, Field(description="Open tasks that you may take, counted up to 100.")]
    members: int


class Projects(Shown):
    """Projects, the oldest first."""

    rows: list[ProjectRow]


class ProjectDetail(Shown):
    """A project and what it works by; `wrong` says why its settings or policy can't be read."""

    key: str
    title: dict[str, str]
    state: ProjectState
    created_at: str
    items: int
    runs: int
    open_tasks: int
    members: int
    policy: str | None
    policy_version: str | None
    prompt: str
    model: str
    languages: list[str]
    wrong: str | None


class NewProject(Body):
    """A project to set up."""

    key: ProjectKey
    policy: Annotated[
        str, Field(max_length=400, description="A file of the workspace.", examples=["policies/community.md"])
    ]
    title: Title = Field(default_factory=Title)
    languages: Annotated[list[Language], Field(max_length=100)] = Field(default_factory=lambda: ["en", "zh"])
    draft: Annotated[Flag, Field(description="Nothing is asked of people until it is activated.")] = False


class ProjectChanges(Body):
    """What is to change; what is left out or null stays."""

    title: Title | None = None
    state: ProjectState | None = None


@router.get(API_PROJECTS, responses=problems())
@of_all_projects
def list_projects(request: Request, _: Current) -> Projects:
    """The projects that are open to you."""
    known, counts = summaries(request), own_work(request, visit(request))
    rows = []
    for one in visit(request).access.open:
        summary = known.get(one.project.key)
        figures = summary.figures if summary else None
        rows.append(
            ProjectRow(
                key=one.project.key,
                title=dict(one.project.title),
                state=one.project.state,
                role=one.role,
                items=figures.items if figures else 0,
                runs=figures.runs if figures else 0,
                open_tasks=figures.open_tasks if figures else 0,
                open_to_me=counts.get(one.project.key, 0),
                members=summary.members if summary else 0,
            )
        )
    return Projects(rows=rows)


@router.post(API_PROJECTS, status_code=201, responses=problems(409))
@of_all_projects
def add_project(request: Request, who: Maker, given: NewProject) -> ProjectDetail:
    """Set up a project with a policy of the workspace. The same key again is refused (409)."""
    workspace = app_site(request).workspace
    choice = ProjectChoice(
        policy=offered_policy(workspace, given.policy), title=_given(given.title), languages=given.languages
    )
    made = init_project(workspace, given.key, choice, draft=given.draft, actor=who.name)
    app_site(request).remembered.forget()
    return _detail(show_project(workspace, made.key))


@router.get(ITSELF, responses=problems())
def read_project(request: Request, _: Current) -> ProjectDetail:
    """One project, and what it works by."""
    workspace = site(request).workspace
    return _detail(show_project(workspace, workspace.project.key))


@router.patch(ITSELF, responses=problems(409))
def change_project(request: Request, who: Steerer, given: ProjectChanges) -> ProjectDetail:
    """Change its title, its state, or both; of a closed one only the state, which may come with a title."""
    workspace = site(request).workspace
    key = workspace.project.key
    if given.state is None:
        refuse_closed(workspace.projects.get(key))
    else:
        set_project_state(workspace, key, given.state, actor=who.name)
    if given.title is not None and (titles := _given(given.title)):
        rename_project(workspace, key, titles, actor=who.name)
    app_site(request).remembered.forget()
    return _detail(show_project(workspace, key))


def _given(title: Title) -> Mapping[str, str]:
    return {name: text.strip() for name, text in title.model_dump().items() if text is not None}


def _detail(shown: ProjectShown) -> ProjectDetail:
    project, figures = shown.summary.project, shown.summary.figures
    return ProjectDetail(
        key=project.key,
        title=dict(project.title),
        state=project.state,
        created_at=project.created_at,
        items=figures.items,
        runs=figures.runs,
        open_tasks=figures.open_tasks,
        members=shown.summary.members,
        policy=shown.policy.id if shown.policy else None,
        policy_version=shown.policy.version if shown.policy else None,
        prompt=shown.prompt,
        model=shown.model,
        languages=list(shown.languages),
        wrong=shown.wrong.code or None if shown.wrong else None,
    )
