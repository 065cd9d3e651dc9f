"""Projects as pages show them: the switcher in the header, and the state of the one at hand."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from fastapi import Request

from assistant.application.projects.access import OpenProject
from assistant.application.projects.own_work import MOST_COUNTED, count_own_work
from assistant.application.projects.projects import ProjectSummary, list_projects
from assistant.domain.projects import Project, ProjectState
from assistant.errors import AssistantError
from assistant.messages.language import Language, marked
from assistant.web.context import Visit, app_site

_KEPT_SECONDS = 30
_COUNTED_SECONDS = 10

STATES: Mapping[ProjectState, str] = {
    ProjectState.DRAFT: marked("Draft"),
    ProjectState.ACTIVE: marked("Active"),
    ProjectState.PAUSED: marked("Paused"),
    ProjectState.CLOSED: marked("Closed"),
}
BANNERS: Mapping[ProjectState, str] = {
    ProjectState.DRAFT: marked("This project is a draft: no tasks are handed out yet."),
    ProjectState.PAUSED: marked("This project is paused: no new tasks are handed out, and no run can be started."),
    ProjectState.CLOSED: marked("This project is closed: it can be read, and nothing in it can be changed."),
}
"""What a page of such a project says above everything else."""


@dataclass(frozen=True, slots=True)
class SwitchEntry:
    """A line of the switcher.

    Args:
        key, title: the project's, in the reader's language.
        state: in words, empty for an active one.
        waiting: open tasks the reader may take, such as `12` or `99+`; empty for none, and where they don't label.
        here: whether it is the project of the page.
    """

    key: str
    title: str
    state: str
    waiting: str
    here: bool


def switcher(request: Request, here: Visit, language: Language) -> list[SwitchEntry]:
    """The projects that are open to the reader; none where they have no choice."""
    if len(here.access.open) < 2 or here.principal is None:
        return []
    counts = own_work(request, here)
    return [
        SwitchEntry(
            one.project.key,
            title_of(one.project, language),
            "" if one.project.state is ProjectState.ACTIVE else STATES[one.project.state],
            waiting_text(counts.get(one.project.key, 0)),
            here.project is not None and one.project.key == here.project.project.key,
        )
        for one in in_order(here)
    ]


def in_order(here: Visit) -> list[OpenProject]:
    """The projects of the reader: those that are closed last."""
    return sorted(here.access.open, key=lambda one: one.project.state is ProjectState.CLOSED)


def own_work(request: Request, here: Visit) -> Mapping[str, int]:
    """Open tasks the reader may take by project, as of half a minute ago; none where the database can't say."""
    site, principal = app_site(request), here.principal
    if principal is None:
        return {}
    with suppress(AssistantError):  # the page of an error is shown without them
        key = ("own work", principal.user_id, tuple(here.access.keys))
        found = site.remembered.get(
            key, lambda: count_own_work(site.workspace, principal, here.access.open), seconds=_KEPT_SECONDS
        )
        return found.value
    return {}


def summaries(request: Request) -> Mapping[str, ProjectSummary]:
    """What the projects hold, by key, as of some seconds ago."""
    site = app_site(request)
    return site.remembered.get(
        "projects", lambda: {one.project.key: one for one in list_projects(site.workspace)}, seconds=_COUNTED_SECONDS
    ).value


def title_of(project: Project, language: Language) -> str:
    """Its title in the reader's language."""
    return project.titled(language.code)


def waiting_text(count: int) -> str:
    """How many tasks wait, such as `12` or `99+`; empty for none."""
    return f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else str(count or "")
