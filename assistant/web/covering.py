"""Which texts stay covered in lists until somebody opens them."""

from __future__ import annotations

from collections.abc import Callable

from assistant.domain.labels import LabelAnswer, severity
from assistant.wiring.workspace import Workspace


def covers(workspace: Workspace) -> Callable[..., bool]:
    """A test of answers to an item: whether one of them holds a severe label, as the routing settings have it."""
    label_set, limit = workspace.policy.label_set, workspace.settings.routing.severe_from

    def covered(*answers: LabelAnswer) -> bool:
        return any(severity(answer, label_set) >= limit for answer in answers)

    return covered
