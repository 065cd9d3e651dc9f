"""What the app holds, and who stands before it in one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request

from assistant.application.people.login_limits import LoginLimits
from assistant.domain.review_work import Principal
from assistant.web.server.connections import Connections
from assistant.web.server.metrics import Metrics
from assistant.web.server.options import ServeOptions
from assistant.web.server.root_path import NO_PATH, Root
from assistant.wiring.workspace import Workspace


@dataclass
class Site:
    """One app: its workspace, options, counters and limits.

    Args:
        workspace: what is served.
        options: how.
        metrics: what is counted.
        logins: how often somebody may try.
        paths: the addresses there are.
        root: the path that all public addresses begin with.
        connections: those that are open; None where another server than ours holds them.
        look: finds out who asks, for what never comes to the door, such as an address that isn't there.
    """

    workspace: Workspace
    options: ServeOptions
    metrics: Metrics
    logins: LoginLimits
    paths: frozenset[str] = frozenset()
    root: Root = NO_PATH
    connections: Connections | None = None
    look: Callable[[Request], Visit] = lambda _: NOBODY


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
    """

    principal: Principal | None = None
    display_name: str = ""
    csrf: str = ""
    preferences: Mapping[str, Any] = field(default_factory=dict)
    session: str = ""
    confirmed_at: str = ""
    token_expires_at: str = ""
    refused: str = ""


NOBODY: Visit = Visit()


def site(request: Request) -> Site:
    """The app's own things."""
    held: Site = request.app.state.site
    return held


def visit(request: Request) -> Visit:
    """Who asks; nobody before the door has looked, as in an error on the way there."""
    return getattr(request.state, "visit", NOBODY)


def request_id(request: Request) -> str:
    """The number this request has in the log."""
    return str(getattr(request.state, "request_id", ""))


def address(request: Request) -> str:
    """Where the request comes from; a proxy's word counts only where that proxy is trusted."""
    return request.client.host if request.client else ""
