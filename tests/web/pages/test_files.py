"""Every page's table as a file: what it says, for whom, and that nothing in it runs as a formula."""

from __future__ import annotations

import pytest

from assistant.domain.review_work import Role
from tests.web.conftest import SignedIn
from tests.web.pages.reading import csv_rows, excel_rows, rows, words
from tests.workspaces import MadeUp

FILES = (
    *("/runs", "/runs/r1/totals", "/queue/leases", "/quality/figures", "/prompts", "/policy"),
    "/policy/stale",
)
QUERY = {"/policy/stale": "?old=1", "/quality/figures": "?run=r1"}
PAGES = ("/runs", "/runs/r1/totals", "/queue/leases", "/quality/panel?run=r1", "/prompts", "/policy")
LOOKING = {Role.ANALYST, Role.LEAD, Role.MANAGER, Role.ADMIN}


@pytest.mark.parametrize("role", Role)
def test_files_are_for_those_who_may_take_tables_out(made_up: MadeUp, signed_in: SignedIn, role: Role) -> None:
    made_up.work(4)
    client = signed_in(role)
    for base in FILES:
        for ending in ("csv", "xlsx"):
            answer = client.get(f"{base}.{ending}{QUERY.get(base, '')}")
            assert answer.status_code == (200 if role in LOOKING else 403), (base, answer.text[:200])
    assert client.get("/runs.pdf").status_code == (422 if role in LOOKING else 403)


def test_pages_lead_to_their_files(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.work(4)
    made_up.task(made_up.posts[5])
    made_up.queue.claim(made_up.principal("ana"))
    client = signed_in(Role.LEAD)
    for path in PAGES:
        page = client.get(path).text
        assert ">CSV</a>" in page, path
        assert ">Excel</a>" in page, path


def test_runs_and_their_figures(made_up: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.LEAD)
    [run] = csv_rows(client.get("/runs.csv"))
    assert (run["name"], run["prompt"], run["policy"], run["state"]) == ("r1", "moderation@2", "community@1", "ended")
    counted = {(row["table"], row["name"]): row for row in excel_rows(client.get("/runs/r1/totals.xlsx"))}
    labelled = counted["answers", "labelled"]
    assert labelled["number"] + counted["answers", "failed"]["number"] == len(made_up.posts)
    assert labelled["share"] == pytest.approx(labelled["number"] / len(made_up.posts))
    assert sum(row["number"] for (table, _), row in counted.items() if table == "labels") == labelled["number"]
    assert counted["cost", "cost_usd"]["number"] == pytest.approx(0.0003 * len(made_up.posts))


def test_runs_are_filtered_on_the_page_and_in_the_file(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.prelabel("moderation@1")
    client = signed_in(Role.LEAD)
    for query, names in (
        ("", ["r2", "r1"]),
        ("?prompt=moderation%401", ["r2"]),
        ("?model=openai:gpt-4o-mini&state=ended", ["r2", "r1"]),
        ("?state=here", []),
        ("?policy=nothing", []),
    ):
        assert rows(client.get(f"/runs{query}")) == names, query
        assert [row["name"] for row in csv_rows(client.get(f"/runs.csv{query}"))] == names, query
    assert "No matching runs" in words(client.get("/runs?state=here"))
    assert "/runs.csv?prompt=moderation%401" in client.get("/runs?prompt=moderation@1").text


def test_what_a_changed_policy_makes_stale(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.work()
    workspace = made_up.workspace
    old = workspace.policy
    source = old.source.replace('version: "1"', 'version: "2"')
    source = source.replace("Polite contempt\nand organised", "Polite contempt,\nnicknames and organised")
    workspace.policy_path.write_text(source, encoding="utf-8")
    del workspace.written_policy, workspace.policy_in_use
    client = signed_in(Role.LEAD)
    assert "/policy/stale.csv?old=1&amp;new=2" in client.get("/policy/diff?old=1").text
    told = csv_rows(client.get("/policy/stale.csv?old=1&new=2"))
    assert {row["table"] for row in told} == {"machine's labels", "people's answers", "again"}
    assert {"harassment"} <= {row["name"] for row in told}


def test_agreement_comes_with_interval_n_and_method(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.work()
    told = csv_rows(signed_in(Role.ANALYST).get("/quality/figures.csv?run=r1"))
    raw = next(row for row in told if (row["table"], row["name"]) == ("agreement", "raw"))
    assert 0 <= float(raw["low"]) < float(raw["value"]) < float(raw["high"]) <= 1
    assert int(raw["n"]) > 0
    assert raw["method"]
    assert {row["table"] for row in told} == {"agreement", "labels", "people among themselves", "blind and assisted"}
    for row in told:
        assert row["value"] or row["reason"], row


def test_who_is_at_an_item_is_for_those_who_see_people(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.task(made_up.posts[0])
    made_up.queue.claim(made_up.principal("ana"))
    [row] = csv_rows(signed_in(Role.LEAD).get("/queue/leases.csv"))
    assert (row["item_id"], row["holder"]) == ("post-001", "ana")
    [row] = csv_rows(signed_in(Role.ANALYST).get("/queue/leases.csv"))
    assert "holder" not in row


def test_prompts_and_clauses(made_up: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.ANALYST)
    prompts = {row["ref"]: row for row in csv_rows(client.get("/prompts.csv"))}
    assert prompts["moderation@2"]["runs"] == "r1"
    clauses = [row["id"] for row in csv_rows(client.get("/policy.csv"))]
    assert clauses == [clause.id for clause in made_up.workspace.policy.clauses]
    assert client.get("/policy/stale.csv?old=9").status_code == 404
