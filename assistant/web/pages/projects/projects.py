"""The projects of the workspace: chosen, set up, renamed, and moved from state to state."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.people.accounts import save_preferences
from assistant.application.projects.access import refuse_closed
from assistant.application.projects.offered_policies import list_offered_policies, offered_policy
from assistant.application.projects.project_folder import ProjectChoice
from assistant.application.projects.projects import init_project, rename_project, set_project_state, show_project
from assistant.domain.permissions import Permission
from assistant.domain.projects import STEPS, ProjectState
from assistant.domain.review_work import Principal
from assistant.errors import InputError, PolicyError
from assistant.messages.language import marked
from assistant.web.context import app_site, site, visit
from assistant.web.pages.people.login import local_path
from assistant.web.presentation.advice import sentences
from assistant.web.presentation.projects import STATES, in_order, own_work, summaries, title_of, waiting_text
from assistant.web.presentation.rendering import language_of, render
from assistant.web.presentation.terms import ROLES
from assistant.web.security.authentication import Current, needs
from assistant.web.server.project_path import PAGES, ProjectAddress
from assistant.web.server.public_routes import of_all_projects

router = APIRouter()

Maker = Annotated[Principal, Depends(needs(Permission.MANAGE_PROJECTS))]
Steerer = Annotated[Principal, Depends(needs(Permission.STEER_PROJECT))]
Key = Annotated[str, Form(max_length=60)]
Title = Annotated[str, Form(max_length=200)]

STEP_TITLES = {
    ProjectState.ACTIVE: marked("Activate"),
    ProjectState.PAUSED: marked("Pause"),
    ProjectState.CLOSED: marked("Close"),
}


@router.get("/projects")
@of_all_projects
def projects(request: Request, _: Current, next: str = "/") -> HTMLResponse:  # noqa: A002 - the word in the address
    """Those that are open to the reader, to choose from; `next` is the page they were on their way to."""
    here, language = visit(request), language_of(request)
    known, counts = summaries(request), own_work(request, here)
    rows = [
        {
            "key": one.project.key,
            "title": title_of(one.project, language),
            "state": one.project.state,
            "role": one.role,
            "waiting": waiting_text(counts.get(one.project.key, 0)),
            "summary": known.get(one.project.key),
            "here": here.project is not None and here.project.project.key == one.project.key,
        }
        for one in in_order(here)
    ]
    return render(request, "projects/index.html", rows=rows, states=STATES, roles=ROLES, next=local_path(next))


@router.post("/projects/choose")
@of_all_projects
def choose(request: Request, who: Current, key: Key, next: Annotated[str, Form(max_length=2000)] = "/") -> Response:  # noqa: A002
    """Go to a project, and remember it for pages that name none.

    Raises:
        NotAllowedError, NotFoundError: it is not open to them.
    """
    chosen = visit(request).access.choose(key).project.key
    save_preferences(app_site(request).workspace, who.name, {"project": chosen}, actor=who.name)
    inner = ProjectAddress.of(local_path(next).partition("?")[0])
    onward = "/" if inner.key else local_path(next)
    return RedirectResponse(f"{PAGES}/{chosen}{onward}", 303)


@router.get("/projects/new")
@of_all_projects
def new_project(request: Request, _: Maker) -> HTMLResponse:
    """The form to set one up."""
    return _form(request)


@router.post("/projects/new")
@of_all_projects
def add_project(
    request: Request,
    who: Maker,
    *,
    key: Key,
    policy: Annotated[str, Form(max_length=400)],
    title_en: Title = "",
    title_zh: Title = "",
    languages: Annotated[str, Form(max_length=400)] = "en, zh",
    draft: Annotated[bool, Form()] = False,
) -> Response:
    """Set one up, with a policy of the workspace."""
    workspace = app_site(request).workspace
    given = {"key": key, "policy": policy, "title_en": title_en, "title_zh": title_zh, "languages": languages}
    spoken = [one.strip() for one in languages.replace("，", ",").split(",") if one.strip()]
    try:
        choice = ProjectChoice(
            policy=offered_policy(workspace, policy),
            title={name: text.strip() for name, text in (("en", title_en), ("zh", title_zh)) if text.strip()},
            languages=spoken,
        )
        made = init_project(workspace, key.strip(), choice, draft=draft, actor=who.name)
    except (InputError, PolicyError) as error:
        return _form(request, {**given, "draft": draft}, error=sentences(error, language_of(request)), status=422)
    app_site(request).remembered.forget()
    return RedirectResponse(f"{PAGES}/{made.key}/project", 303)


@router.get("/project")
def project(request: Request, _: Current) -> HTMLResponse:
    """The project at hand: its state, what it works by, and what it holds."""
    return _page(request)


@router.post("/project/title")
def rename(request: Request, who: Steerer, title_en: Title = "", title_zh: Title = "") -> Response:
    """Give it other titles; an empty one is taken away."""
    workspace = site(request).workspace
    try:
        refuse_closed(workspace.projects.get(workspace.project.key))
        titles = {"en": title_en.strip(), "zh": title_zh.strip()}
        rename_project(workspace, workspace.project.key, titles, actor=who.name)
    except InputError as error:
        return _page(request, error=sentences(error, language_of(request)), status=409)
    app_site(request).remembered.forget()
    return RedirectResponse("/project", 303)


@router.post("/project/state")
def change_state(request: Request, who: Steerer, state: Annotated[ProjectState, Form()]) -> Response:
    """Activate, pause, close it or open it again."""
    workspace = site(request).workspace
    try:
        set_project_state(workspace, workspace.project.key, state, actor=who.name)
    except InputError as error:
        return _page(request, error=sentences(error, language_of(request)), status=409)
    app_site(request).remembered.forget()
    return RedirectResponse("/project", 303)


def _page(request: Request, *, error: str = "", status: int = 200) -> HTMLResponse:
    workspace = site(request).workspace
    shown = show_project(workspace, workspace.project.key)
    return render(
        request,
        "projects/project.html",
        status=status,
        shown=shown,
        wrong=sentences(shown.wrong, language_of(request)) if shown.wrong else "",
        states=STATES,
        steps=[(state, title) for state, title in STEP_TITLES.items() if state in STEPS[shown.summary.project.state]],
        error=error,
    )


def _form(request: Request, given: dict[str, Any] | None = None, *, error: str = "", status: int = 200) -> HTMLResponse:
    empty = {"key": "", "policy": "", "title_en": "", "title_zh": "", "languages": "en, zh", "draft": False}
    policies = list_offered_policies(app_site(request).workspace)
    return render(request, "projects/new.html", status=status, given=given or empty, policies=policies, error=error)
