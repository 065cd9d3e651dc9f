"""Sessions in a browser: begun, recognized, listed and ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.application.people.credentials import digest, new_secret
from assistant.domain.accounts import LoginSession, OpenSession, User
from assistant.wiring.workspace import Workspace

IDLE_SECONDS = 8 * 3600.0
"""A session that is not used for so long ends, where a server is not started with another limit."""

_SEEN_SECONDS = 300  # how often a last use is noted
_BROWSERS = (
    *(("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("MicroMessenger", "WeChat")),
    *(("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari")),
)
_SYSTEMS = (
    *(("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android")),
    *(("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session to begin.

    Args:
        how: how the user proved who they are: `password`, `link` or `confirm`; for the log.
        seconds: until it ends in any case.
        csrf: what forms of pages that are already open send back; empty for a new one.
        instead_of: digest of the session that ends with this one; empty for none.
        device, address: what the browser names itself and where it is.
    """

    how: str
    seconds: float
    csrf: str = ""
    instead_of: str = ""
    device: str = ""
    address: str = ""


def begin_session(workspace: Workspace, user: User, new: NewSession) -> str:
    """Begin a session of a user, logged as `session.open`; returns its secret, of which only a digest is kept."""
    secret = new_secret()
    workspace.sessions.open(
        user,
        digest=digest(secret),
        csrf=new.csrf or new_secret(),
        seconds=new.seconds,
        how=new.how,
        instead_of=new.instead_of,
        device=new.device,
        address=new.address,
    )
    return secret


def use_session(workspace: Workspace, secret: str, *, idle_seconds: float) -> LoginSession | None:
    """The session with this secret, its use noted every few minutes; None where it has ended or never was.

    A last use that is ahead of now is from before the clock was set back: it is noted again, too.
    """
    session = workspace.sessions.find(digest(secret), idle_seconds=idle_seconds) if secret else None
    if session and abs(seconds_since(session.last_seen_at)) > min(_SEEN_SECONDS, idle_seconds / 10):
        workspace.last_uses.session(session.digest)
    return session


def list_sessions(workspace: Workspace, name: str, *, idle_seconds: float = IDLE_SECONDS) -> Sequence[OpenSession]:
    """A user's open sessions, the one used last first. Raises NotFoundError for a name that is no user's."""
    return workspace.sessions.of_user(workspace.users.get(name).id, idle_seconds=idle_seconds)


def end_session(workspace: Workspace, name: str, session_id: str, *, actor: str) -> bool:
    """End one session of a user by its `id`; whether it was open."""
    return workspace.sessions.end_one(workspace.users.get(name), session_id, actor=actor)


def end_all_sessions(workspace: Workspace, name: str, *, actor: str) -> int:
    """Sign a user out everywhere; returns how many sessions were open. Tokens stay valid."""
    return workspace.sessions.end_all(workspace.users.get(name), actor=actor)


def sign_out(workspace: Workspace, session: LoginSession) -> None:
    """End the session a browser came with."""
    workspace.sessions.end(session)


def seconds_since(moment: str) -> float:
    """Seconds from a moment in ISO 8601 until now; negative for one that is ahead."""
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def device_of(user_agent: str) -> str:
    """`Chrome, Windows` of a `User-Agent`; its first words where it is no known browser's, empty where it is empty."""
    browser = next((name for sign, name in _BROWSERS if f"{sign}/" in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    if browser:
        return f"{browser}, {system}" if system else browser
    return re.sub(r"[^\x20-\x7e]", "?", user_agent).strip()[:40]
