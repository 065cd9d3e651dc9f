"""What is logged though it changes nothing: who was refused, what was taken along, who looked at whom.

An address can be requested any number of times: all of it is counted by `assistant.store.audit.event_counts`.
"""

from __future__ import annotations

from fastapi import Request

from assistant.application.people.login_limits import network_of
from assistant.domain.audit_log import Event, Period
from assistant.domain.review_work import Principal
from assistant.web.context import address, visit

UNKNOWN = "unknown"
"""The actor where it isn't known who it is; never what was typed as a name: it may be a password."""

_REFUSED, _ACCESS, _DOWNLOADS, _LOOKS, _TOKENS = 20, 100, 200, 500, 500  # entries of their own in a period


def login_refused(request: Request, account: str, why: str) -> Event:
    """Somebody was not let in: `failed`, `limited`, `link` (used or too old) or `confirm`.

    `account` is a user's name, or empty.
    """
    return Event(
        actor=account or UNKNOWN,
        action="login.refused",
        subject=f"user:{account or UNKNOWN}",
        detail={"why": why, "address": address(request)},
        key=f"{why} {account or UNKNOWN} {network_of(address(request))}",
        period=Period.HOUR,
        most=_REFUSED,
    )


def token_refused(request: Request, why: str, owner: str) -> Event:
    """A token opened nothing: `unknown` (or revoked) or `expired`."""
    return Event(
        actor=owner or UNKNOWN,
        action="token.refused",
        subject=f"user:{owner or UNKNOWN}",
        detail={"why": why, "address": address(request)},
        key=f"{why} {owner} {network_of(address(request))}",
        period=Period.HOUR,
        most=_REFUSED,
    )


def token_used(request: Request, token_id: int, owner: str) -> Event:
    """A token opened something: the first time in a day from an address."""
    return Event(
        actor=owner,
        action="token.use",
        subject=f"token:{token_id}",
        detail={"address": address(request)},
        key=f"{token_id} {address(request)}",
        period=Period.DAY,
        most=_TOKENS,
    )


def access_refused(request: Request, principal: Principal, permission: str) -> Event:
    """Somebody asked for what their role or token doesn't allow."""
    return Event(
        actor=principal.name,
        action="access.refused",
        subject=f"permission:{permission}",
        detail={"address": address(request)},
        key=f"{principal.name} {permission}",
        period=Period.DAY,
        most=_ACCESS,
    )


def file_taken(request: Request, name: str) -> Event:
    """A list left as a file. Of the filters only their names: their values may be content."""
    who = visit(request).principal
    return Event(
        actor=who.name if who else UNKNOWN,
        action="file.download",
        subject=f"file:{name}",
        detail={"path": request.url.path, "filters": sorted(request.query_params), "address": address(request)},
        key=f"{who.name if who else UNKNOWN} {request.url.path}",
        period=Period.HOUR,
        most=_DOWNLOADS,
    )


def people_seen(request: Request, about: str) -> Event:
    """Somebody looked at the figures of a person, or of all (`all`): the first time in a day."""
    who = visit(request).principal
    return Event(
        actor=who.name if who else UNKNOWN,
        action="people.look",
        subject=f"user:{about}" if about != "all" else "users:all",
        detail={"address": address(request)},
        key=f"{who.name if who else UNKNOWN} {about}",
        period=Period.DAY,
        most=_LOOKS,
    )
