"""What the app holds, and who stands before it in one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from fastapi import Request

from assistant.application.people.login_limits import LoginLimits
from assistant.application.projects.access import OpenProject, ProjectAccess
from assistant.domain.review_work import Principal
from assistant.errors import AssistantError
from assistant.web.cache import Remembered
from assistant.web.server.connections import Connections
from assistant.web.server.metrics import Metrics
from assistant.web.server.options import ServeOptions
from assistant.web.server.root_path import NO_PATH, Root
from assistant.wiring.workspace import Workspace


@dataclass
class Site:
    """One app as a project sees it: the workspace, options, counters and limits.

    Args:
        workspace: what is served, of the request's project; of any where a request has none.
        options: how.
        metrics: what is counted.
        logins: how often somebody may try.
        paths: the addresses there are.
        root: the path that all public addresses begin with.
        connections: those that are open; None where another server than ours holds them.
        look: finds out who asks, for what never comes to the door, such as an address that isn't there.
        remembered: figures that were counted a moment ago.
    """

    workspace: Workspace
    options: ServeOptions
    metrics: Metrics
    logins: LoginLimits
    paths: frozenset[str] = frozenset()
    root: Root = NO_PATH
    connections: Connections | None = None
    look: Callable[[Request], Visit] = lambda _: NOBODY
    remembered: Remembered = field(default_factory=Remembered)
    _projects: dict[str, Site] = field(default_factory=dict)
    _opening: Lock = field(default_factory=Lock)

    def of_project(self, key: str) -> Site:
        """The same app as another project sees it; what it remembers is that project's own."""
        with self._opening:
            if key not in self._projects:
                workspace = self.workspace.of_project(key)
                own = workspace is self.workspace
                self._projects[key] = self if own else replace(self, workspace=workspace, remembered=Remembered())
            return self._projects[key]


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks, in one request.

    Args:
        principal: somebody signed in by session or token, None for nobody.
        display_name: their name as they write it.
        csrf: what their forms and scripts send back; empty without a session.
        preferences: language, theme, key profile and the like.
        session: digest of the session; empty without one.
        confirmed_at: when they last gave their password or came by a link in it, ISO 8601; empty where it isn't known.
        token_expires_at: until when the token they came with opens something; empty without one.
        refused: why what they came with opens nothing: `token_unknown` or `token_expired`; empty where nothing did.
        project: the project the request is about, and their role in it; None for none.
        access: the projects that are open to them.
        withheld: why there is no project, for what needs one.
    """

    principal: Principal | None = None
    display_name: str = ""
    csrf: str = ""
    preferences: Mapping[str, Any] = field(default_factory=dict)
    session: str = ""
    confirmed_at: str = ""
    token_expires_at: str = ""
    refused: str = ""
    project: OpenProject | None = None
    access: ProjectAccess = field(default_factory=ProjectAccess)
    withheld: AssistantError | None = None


NOBODY: Visit = Visit()


def app_site(request: Request) -> Site:
    """The app, whatever the request's project: for what belongs to all of them."""
    held: Site = request.app.state.site
    return held


def site(request: Request) -> Site:
    """The app, as the request's project sees it."""
    held: Site | None = getattr(request.state, "site", None)
    return held or app_site(request)


def remembered(request: Request) -> Remembered:
    """Figures of the request's project that were counted a moment ago."""
    return site(request).remembered


def visit(request: Request) -> Visit:
    """Who asks; nobody before the door has looked, as in an error on the way there."""
    return getattr(request.state, "visit", NOBODY)


def request_id(request: Request) -> str:
    """The number this request has in the log."""
    return str(getattr(request.state, "request_id", ""))


def address(request: Request) -> str:
    """Where the request comes from; a proxy's word counts only where that proxy is trusted."""
    return request.client.host if request.client else ""
