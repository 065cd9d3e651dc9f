"""Releases: files of labels that were written."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.errors import NotFoundError
from assistant.store.life.records import ReleaseRecord
from assistant.wiring.workspace import Workspace


def list_releases(workspace: Workspace, *, before: int | None = None, limit: int = 50) -> Sequence[ReleaseRecord]:
    """The project's newest releases below a number, newest first."""
    return workspace.releases.page(before=before, limit=limit)


def find_release(workspace: Workspace, number: int) -> ReleaseRecord:
    """One release. Raises NotFoundError where the project has none of that number."""
    found = workspace.releases.find(number)
    if found is None:
        raise NotFoundError("release_not_found", release=number)
    return found
