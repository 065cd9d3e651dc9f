"""Which addresses answer without a login: those marked here, and no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_MARK = "__assistant_open__"


def open_to_all(endpoint: Endpoint) -> Endpoint:
    """Mark a handler as answering everybody; write it right above `def`, below the router's line."""
    setattr(endpoint, _MARK, True)
    return endpoint


def is_open(endpoint: object) -> bool:
    """Whether a handler answers everybody."""
    return bool(getattr(endpoint, _MARK, False))
