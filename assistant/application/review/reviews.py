"""Human labels as a list, for those who may see names."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain.reviews import ReviewFilter, ReviewRow
from assistant.errors import NotFoundError
from assistant.store.review.labels import review_list
from assistant.wiring.workspace import Workspace


def list_reviews(workspace: Workspace, wanted: ReviewFilter, *, before: int | None, limit: int) -> Sequence[ReviewRow]:
    """Human labels, newest first: at most so many below number `before`."""
    return review_list.page(workspace.database, wanted, before=before, limit=limit)


def find_review(workspace: Workspace, number: int) -> ReviewRow:
    """One human label. Raises NotFoundError."""
    found = review_list.find(workspace.database, number)
    if found is None:
        raise NotFoundError("no_review", number=number)
    return found
