"""Labels made elsewhere keep when, how long and in which team they were given; their raters have figures."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.store.tables.content import reviews
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant

HEAD = "item_id,rater,label,when,took,crew\n"


@pytest.fixture
def items(assistant: Assistant, workspace: Path) -> Path:
    """Four items."""
    rows = "".join(f'{{"id": "p{number}", "text": "post number {number}"}}\n' for number in range(4))
    (workspace / "posts.jsonl").write_text(rows, encoding="utf-8")
    assert assistant("ingest", workspace / "posts.jsonl", "-w", workspace).status in {0, 3}
    return workspace


def _import(assistant: Assistant, workspace: Path, rows: str, *words: str | Path) -> object:
    (workspace / "labels.csv").write_text(HEAD + rows, encoding="utf-8")
    columns = ("--at-column", "when", "--seconds-column", "took", "--team-column", "crew", "--any-label")
    return assistant("labels", "import", workspace / "labels.csv", "-w", workspace, *columns, *words, "--json")


def test_moment_seconds_and_team_of_imported_labels_are_kept(assistant: Assistant, items: Path) -> None:
    """An ISO moment with a zone, a day, a workbook's serial number (2026-03-01 12:00 is 46082.5), and Unix time."""
    rows = [
        "p0,zoe,safe,2026-03-01T08:00:00+08:00,4.5,north",
        "p1,zoe,safe,2026-03-02,6,north",
        "p2,zoe,safe,46082.5,,",
        "p3,zoe,safe,1772323200,9,south",
    ]
    said = _import(assistant, items, "\n".join(rows) + "\n")
    assert said.status == 0, said.stderr  # type: ignore[attr-defined]
    with Workspace.open(items) as opened, opened.database.read() as connection:
        found = connection.execute(sa.select(reviews.c.created_at, reviews.c.meta).order_by(reviews.c.id)).all()
    assert [row.created_at for row in found] == [
        "2026-03-01T00:00:00.000+00:00",
        "2026-03-02T00:00:00.000+00:00",
        "2026-03-01T12:00:00.000+00:00",
        "2026-03-01T00:00:00.000+00:00",
    ]
    assert [row.meta.get("given_seconds") for row in found] == [4.5, 6.0, None, 9.0]
    assert [row.meta.get("given_team") for row in found] == ["north", "north", None, "south"]
    groups = ("users", "groups", "-w", items, "--from", "2026-02-01", "--to", "2026-03-31", "--json")
    told = {one["group"]: (one["answers"], one["seconds"]) for one in assistant(*groups).json["groups"]}
    assert told == {"": (1, None), "north": (2, 5.25), "south": (1, 9.0)}


def test_moments_that_are_none_or_in_the_future_and_wrong_seconds_are_listed(assistant: Assistant, items: Path) -> None:
    rows = ["p0,zoe,safe,2999-01-01,4,n", "p1,zoe,safe,someday,4,n", "p2,zoe,safe,2026-03-01,-4,n", "p3,zoe,safe,,,"]
    said = _import(assistant, items, "\n".join(rows) + "\n")
    assert said.json["reasons"] == {"future_moment": 1, "bad_moment": 1, "bad_seconds": 1}  # type: ignore[attr-defined]
    assert (said.json["added"], said.json["refused"]) == (1, 3)  # type: ignore[attr-defined]


def test_of_two_answers_the_later_by_its_column_counts(assistant: Assistant, items: Path) -> None:
    _import(assistant, items, "p0,zoe,spam,2026-03-02,1,\np0,zoe,safe,2026-03-01,1,\n")
    with Workspace.open(items) as opened:
        [(_, _, _, answers)] = list(opened.reviews.by_item())
    assert [one.labels for one in answers.values()] == [("spam",)]


def test_raters_bring_their_vendors_and_no_account(assistant: Assistant, items: Path) -> None:
    info = items / "raters.csv"
    info.write_text("name,team,vendor,valid_from\nZoe,north,Acme,2026-01-01\n", encoding="utf-8")
    said = _import(assistant, items, "p0,zoe,safe,2026-03-01,4,\np1,yan,spam,2026-03-01,4,\n", "--rater-info", info)
    assert said.status == 0, said.stderr  # type: ignore[attr-defined]
    assert assistant("users", "list", "-w", items, "--json").json == []
    groups = ("users", "groups", "--by", "vendor", "-w", items, "--from", "2026-03-01", "--to", "2026-03-01", "--json")
    assert {one["group"]: one["answers"] for one in assistant(*groups).json["groups"]} == {"": 1, "Acme": 1}


def test_mistakes_about_raters_are_all_listed_and_nothing_is_imported(assistant: Assistant, items: Path) -> None:
    info = items / "raters.csv"
    rows = "zoe,north,2026-01-01,\nzoe,south,2026-02-01,\nyan,north,soon,\n"
    info.write_text("name,team,valid_from,valid_to\n" + rows, encoding="utf-8")
    said = _import(assistant, items, "p0,zoe,safe,2026-03-01,4,\n", "--rater-info", info)
    assert said.status != 0  # type: ignore[attr-defined]
    info.write_text("name,team,valid_from,valid_to\n" + rows.replace("soon", ""), encoding="utf-8")
    said = _import(assistant, items, "p0,zoe,safe,2026-03-01,4,\n", "--rater-info", info)
    assert "line 3" in said.stderr  # type: ignore[attr-defined]
    with Workspace.open(items) as opened:
        assert opened.reviews.count()["labels"] == 0
        assert opened.memberships.all() == []


def test_ties_of_imported_labels_are_listed_and_adjudicated(assistant: Assistant, items: Path) -> None:
    """p0 is split one to one, p1 two to one, p2 is agreed on: p0 alone is a tie."""
    said = [("p0", "zoe", "safe"), ("p0", "yan", "spam"), ("p1", "zoe", "safe"), ("p1", "yan", "spam")]
    said += [("p1", "xia", "spam"), ("p2", "zoe", "safe"), ("p2", "yan", "safe")]
    _import(assistant, items, "".join(f"{item},{rater},{label},2026-03-01,4,\n" for item, rater, label in said))
    listed = ("disagreements", "list", "-w", items, "--json")
    assert [one["item_id"] for one in assistant(*listed, "--ties").json] == ["p0"]
    assert {one["item_id"] for one in assistant(*listed).json} == {"p0", "p1"}
    settle = ("disagreements", "adjudicate", "p0", "--cause", "reviewer_error", "-w", items, "--json")
    assert assistant(*settle, "--label", "shoe").status != 0
    done = assistant(*settle, "--label", "spam")
    assert (done.status, done.json["already"]) == (0, False), done.stderr
    assert assistant(*settle, "--label", "spam").json["already"] is True
    assert assistant(*listed, "--ties").json == []
