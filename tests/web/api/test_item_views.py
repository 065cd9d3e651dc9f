"""Who opened which item goes into the log of changes: once an hour, person and item; lists and the queue do not."""

from __future__ import annotations

import pytest

from assistant.domain.review_work import Role
from assistant.store.audit.log import entries
from tests.web.api.conftest import Program
from tests.workspaces import MadeUp


def _views(made_up: MadeUp) -> list[tuple[str, str]]:
    made_up.workspace.read_log.close()
    return [(one.actor, one.subject) for one in entries(made_up.workspace.database, action="item.view")]


def test_opening_an_item_is_logged_once_and_a_list_is_not(made_up: MadeUp, program: Program) -> None:
    lead = program(Role.LEAD)
    post = made_up.posts[0]
    lead.get("/api/v1/items")
    lead.get("/api/v1/disagreements")
    made_up.task(post, priority=1e6)
    made_up.queue.claim(made_up.principal("lea"))
    for _ in range(3):
        assert lead.get(f"/api/v1/items/{post.key}").status_code == 200
    assert _views(made_up) == [("lead.bot", f"item:{post.id}")]


@pytest.mark.parametrize("role", [Role.LEAD, Role.ANALYST])
def test_opening_a_disagreement_is_a_view_of_its_item(made_up: MadeUp, program: Program, role: Role) -> None:
    client = program(role)
    rows = client.get("/api/v1/disagreements", params={"kind": "people"}).json()["rows"]
    assert client.get(f"/api/v1/disagreements/{rows[0]['id']}").status_code == 200
    assert _views(made_up) == [(f"{role.value}.bot", f"item:{rows[0]['item_id']}")]
