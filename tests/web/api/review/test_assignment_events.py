"""What happened to a wanted answer, over the API and on its page."""

from __future__ import annotations

from starlette.testclient import TestClient

from assistant.domain.opaque_ids import IdKind
from assistant.domain.review_work import Role, SkipReason
from tests.web.api.conftest import Program
from tests.workspaces import MadeUp

EVENTS = "/api/v1/assignments"


def _worked(made_up: MadeUp) -> tuple[str, str]:
    """A task that `ana` claims and skips; the ids of its wanted answer and item."""
    post = made_up.posts[0]
    task = made_up.task(post, priority=1e6)
    [one] = made_up.queue.claim(made_up.principal("lea"))
    assert one.task_id == task
    made_up.queue.skip(made_up.principal("lea"), one.assignment_id, one.token, SkipReason.TOO_HARD)
    return made_up.workspace.ids.of(IdKind.ASSIGNMENT, one.assignment_id), post.id


def test_a_lead_reads_who_did_what_and_an_analyst_what_was_done(made_up: MadeUp, program: Program) -> None:
    assignment, item = _worked(made_up)
    told = program(Role.LEAD).get(f"{EVENTS}/{assignment}/events").json()
    happened = [(event["event"], event["person"], event["reason"]) for event in told["events"]]
    assert happened == [("offered", None, ""), ("claimed", "lea", ""), ("released", "lea", "skip")]
    assert (told["item_id"], told["times"]["handling"]) == (item, 0.0)
    assert told["times"]["waiting"] >= 0
    assert told["times"]["abandoned"] >= 0
    seen = program(Role.ANALYST).get(f"{EVENTS}/{assignment}/events").json()
    assert [event["person"] for event in seen["events"]] == [None, None, None]
    assert program(Role.REVIEWER).get(f"{EVENTS}/{assignment}/events").status_code == 403


def test_an_items_wanted_answers_come_together_with_sums(made_up: MadeUp, program: Program) -> None:
    assignment, item = _worked(made_up)
    lead: TestClient = program(Role.LEAD)
    told = lead.get(f"{EVENTS}/events", params={"item": item}).json()
    assert assignment in {row["id"] for row in told["rows"]}
    assert told["total"]["assignments"] == len(told["rows"])
    assert told["total"]["handling_unknown"] == 0
    assert told["total"]["abandoned"] == sum(row["times"]["abandoned"] for row in told["rows"])
    [row] = [row for row in told["rows"] if row["id"] == assignment]
    [same] = lead.get(f"{EVENTS}/events", params={"task": row["task_id"]}).json()["rows"]
    assert (same["id"], same["events"]) == (assignment, row["events"])


def test_what_is_not_there_is_not_found(made_up: MadeUp, program: Program) -> None:
    lead: TestClient = program(Role.LEAD)
    stranger = made_up.workspace.ids.of(IdKind.ASSIGNMENT, 10**6)
    for path in (f"{EVENTS}/{stranger}/events", f"{EVENTS}/x/events", f"{EVENTS}/events?item=nothing"):
        assert lead.get(path).status_code == 404, path
    assert lead.get(f"{EVENTS}/events").status_code == 400
    assert lead.get(f"{EVENTS}/events?item=a&task=b").status_code == 400
