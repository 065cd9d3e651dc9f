"""The history of a wanted answer as a page, and from the command line."""

from __future__ import annotations

import pytest

from assistant.domain.opaque_ids import IdKind
from assistant.domain.review_work import Role
from tests.web.conftest import SignedIn
from tests.web.pages.reading import words
from tests.workspaces import MadeUp


@pytest.mark.parametrize("role", Role)
def test_the_history_says_who_claimed_a_task_to_those_who_may_know(
    made_up: MadeUp, signed_in: SignedIn, role: Role
) -> None:
    made_up.task(made_up.posts[0], priority=1e6)
    [one] = made_up.queue.claim(made_up.principal("lea"))
    path = f"/queue/{made_up.workspace.ids.of(IdKind.ASSIGNMENT, one.assignment_id)}/history"
    page = signed_in(role).get(path)
    looking = {Role.ANALYST, Role.LEAD, Role.MANAGER, Role.ADMIN}
    assert page.status_code == (200 if role in looking else 403)
    if role in looking:
        told = words(page)
        assert one.item_id in told
        assert "added to the queue" in told
        assert "claimed" in told
        assert ("lea" in told.split()) == (role is not Role.ANALYST)
        assert path in signed_in(role).get("/queue/leases").text
