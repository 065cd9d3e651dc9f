"""Which addresses answer without a login, and which without a project: those marked here, and no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_MARK = "__assistant_open__"
_OF_ALL = "__assistant_of_all__"


def open_to_all(endpoint: Endpoint) -> Endpoint:
    """Mark a handler as answering everybody; write it right above `def`, below the router's line."""
    setattr(endpoint, _MARK, True)
    return endpoint


def of_all_projects(endpoint: Endpoint) -> Endpoint:
    """Mark a handler as one of the workspace as a whole: one's own account, accounts, the projects themselves.

    A request to it may name a project, and then the role in that one counts.
    """
    setattr(endpoint, _OF_ALL, True)
    return endpoint


def needs_project(endpoint: object) -> bool:
    """Whether a handler works inside a project."""
    return not (is_open(endpoint) or getattr(endpoint, _OF_ALL, False))


def is_open(endpoint: object) -> bool:
    """Whether a handler answers everybody."""
    return bool(getattr(endpoint, _MARK, False))
