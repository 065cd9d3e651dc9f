"""Figures that pages and API share, each counted once for all who look within a moment; see `assistant.web.cache`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request

from assistant.application.people.figures import reviewer_figures
from assistant.web.cache import Known, remembered
from assistant.web.context import site
from assistant.web.security_events import people_seen

if TYPE_CHECKING:
    from assistant.review.skill import Figures


def figures_of_all(request: Request, days: str, *, about: str = "all") -> Known[dict[str, Figures]]:
    """Figures of users by name, of the answers of so many days; who looked at whom (`about`) is logged."""
    workspace = site(request).workspace
    workspace.read_log.add_once(people_seen(request, about))
    return remembered(request).get(("people", days), lambda: reviewer_figures(workspace, days), seconds=10)
