"""Imported raters under People, and ties among their labels: by API and on pages."""

from __future__ import annotations

from assistant.domain.review_work import Role
from assistant.domain.reviews import HowGiven, Review
from assistant.review.enqueue import find_conflicts
from assistant.store.writer import Writer
from tests.web.api.conftest import Program
from tests.web.conftest import SignedIn
from tests.workspaces import MadeUp


def _imported(made_up: MadeUp) -> str:
    """Two raters without an account who differ on a post that no one else has answered; its id."""
    workspace = made_up.workspace
    stored = workspace.items.get(made_up.posts[-1].id)
    assert stored is not None
    given = HowGiven("2026-03-01T00:00:00.000+00:00", 7.0, "north")
    rows = [(stored.key, Review(stored.item.id, f"rater {one}", (one,), source="f.csv", given=given)) for one in "ab"]
    workspace.reviews.add(rows)
    with Writer(workspace.database) as writer:
        find_conflicts(writer)
    return stored.item.id


def test_imported_raters_are_listed_under_people_without_an_account(
    made_up: MadeUp, program: Program, signed_in: SignedIn
) -> None:
    _imported(made_up)
    rows = {row["rater"]: row for row in program(Role.LEAD).get("/api/v1/people?days=all").json()["rows"]}
    told = rows["rater a"]
    assert (told["answers"], told["imported"], told["seconds"], told["active_unknown"]) == (1, 1, 7.0, 1)
    assert rows["ana"]["imported"] == 0
    page = signed_in(Role.LEAD).get("/people?days=all").text
    assert "rater a" in page
    assert "no account" in page
    assert "rater a" in signed_in(Role.LEAD).get("/people.csv?days=all").text


def test_ties_are_the_items_that_no_majority_settles(made_up: MadeUp, program: Program, signed_in: SignedIn) -> None:
    before = program(Role.ANALYST).get("/api/v1/disagreements/ties").json()["rows"]
    item = _imported(made_up)
    lead = program(Role.LEAD)
    page = lead.get("/api/v1/disagreements/ties?limit=200").json()
    assert {row["item_id"] for row in page["rows"]} >= {row["item_id"] for row in before}
    assert page["next"] is None
    tied = {row["item_id"] for row in page["rows"]}
    shown = signed_in(Role.LEAD).get("/ties").text
    assert [name for name in tied if name not in shown] == []
    for row in page["rows"]:
        votes = sorted((answer["raters"] for answer in row["answers"]), reverse=True)
        assert votes[0] == votes[1], row
    assert item in {row["item_id"] for row in lead.get("/api/v1/disagreements?kind=people&limit=200").json()["rows"]}
    first = lead.get("/api/v1/disagreements/ties?limit=1").json()
    assert len(first["rows"]) <= 1
