"""What waits for one person in their projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.application.projects.access import OpenProject
from assistant.domain.projects import ProjectState
from assistant.domain.review_work import LABELING_ROLES, Principal
from assistant.store.review.queue.claims import count_open_to
from assistant.wiring.workspace import Workspace

MOST_COUNTED = 100
"""Open tasks of a project are counted up to here: more are as good."""


def count_own_work(workspace: Workspace, who: Principal, projects: Sequence[OpenProject]) -> Mapping[str, int]:
    """Open tasks a person may take, at most `MOST_COUNTED`, by the project's key; of those where they label."""
    counted = {}
    for one in projects:
        if one.role in LABELING_ROLES and one.project.state is ProjectState.ACTIVE:
            with workspace.connections.within(one.project.id).read() as connection:
                counted[one.project.key] = count_open_to(connection, replace(who, role=one.role), MOST_COUNTED)
    return counted
