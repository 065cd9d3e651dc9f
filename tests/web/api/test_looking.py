"""What is there to look at over the API: items, people's figures, prompts, the policy, and quality."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from assistant.domain.review_work import Role
from tests.web.api.conftest import Program
from tests.workspaces import MadeUp

API = "/api/v1"


@pytest.fixture
def lead(program: Program) -> TestClient:
    return program(Role.LEAD)


_TABLE = [
    # address; manager, lead, analyst, reviewer, external
    ("/items", "xxx.."),
    ("/items/1", "xxx.."),
    ("/people", "xxx.."),
    ("/members", "xx..."),
    ("/users", "xx..."),
    ("/prompts", "xxx.."),
    ("/prompts/moderation@2", "xxx.."),
    ("/prompts/diff?old=moderation@1&new=moderation@2", "xxx.."),
    ("/policy", "xxxxx"),
    ("/quality/agreement", "xxx.."),
    ("/quality/trend", "xxx.."),
]
_ROLES = (Role.MANAGER, Role.LEAD, Role.ANALYST, Role.REVIEWER, Role.EXTERNAL)


@pytest.mark.parametrize("place", range(len(_ROLES)))
def test_who_may_look_at_what(program: Program, place: int) -> None:
    client = program(_ROLES[place])
    found = {path: client.get(f"{API}{path}").status_code for path, _ in _TABLE}
    assert found == {path: 200 if marks[place] == "x" else 403 for path, marks in _TABLE}


def test_a_token_for_labelling_alone_looks_at_nothing(program: Program) -> None:
    client = program(Role.MANAGER, "label")
    assert {client.get(f"{API}{path}").json()["code"] for path, _ in _TABLE} == {"scope_missing"}


def test_items_are_listed_filtered_and_read_whole(lead: TestClient, made_up: MadeUp) -> None:
    first = lead.get(f"{API}/items", params={"limit": 5}).json()
    rest = lead.get(f"{API}/items", params={"limit": 200, "cursor": first["next"]}).json()
    keys = [row["key"] for row in first["rows"] + rest["rows"]]
    assert keys == sorted((post.key for post in made_up.posts), reverse=True)
    post = made_up.posts[3]
    [row] = lead.get(f"{API}/items", params={"item_id": post.id}).json()["rows"]
    assert row["key"] == post.key
    assert lead.get(f"{API}/items/{post.key}").json()["text"] == post.text
    assert {one["language"] for one in lead.get(f"{API}/items?language=zh").json()["rows"]} <= {"zh"}
    assert lead.get(f"{API}/items?kind=video").json()["rows"] == []
    assert lead.get(f"{API}/items/{10**6}").json()["code"] == "no_item"


def test_figures_come_with_their_interval_and_n(lead: TestClient) -> None:
    told = lead.get(f"{API}/people", params={"days": "all"}).json()
    assert [row["rater"] for row in told["rows"]] == ["ana", "bo", "chen"]
    peers = told["rows"][0]["peers"]
    assert peers["low"] <= peers["value"] <= peers["high"]
    assert told["rows"][0]["gold"] == {"k": 0, "n": 0, "value": None, "low": None, "high": None}
    one = lead.get(f"{API}/people/ana", params={"days": "all"}).json()
    assert one["figures"] == told["rows"][0]
    assert one["seen"] == 16
    assert lead.get(f"{API}/people/lea").json()["figures"] is None
    assert lead.get(f"{API}/people/nobody").json()["code"] == "nobody"
    assert lead.get(f"{API}/people?days=8").status_code == 422


def test_versions_of_a_prompt_and_what_changed(lead: TestClient) -> None:
    rows = {row["ref"]: row for row in lead.get(f"{API}/prompts").json()["rows"]}
    assert rows["moderation@2"]["runs"] == ["r1"]
    assert rows["moderation@2"]["before"] == "moderation@1"
    whole = lead.get(f"{API}/prompts/moderation@2").json()
    assert (whole["digest"], whole["runs"]) == (rows["moderation@2"]["digest"], ["r1"])
    lines = lead.get(f"{API}/prompts/diff", params={"old": "moderation@1", "new": "moderation@2"}).json()["lines"]
    assert {"added", "removed"} <= {line["kind"] for line in lines}
    assert lead.get(f"{API}/prompts/diff?old=moderation@1").json()["errors"][0]["where"] == "query.new"


@pytest.mark.parametrize(
    "ref", ["nothing@1", "moderation", "..%2Fassistant.toml", "%2Fetc%2Fpasswd", "moderation@..%00"]
)
def test_no_other_file_is_read_as_a_prompt(lead: TestClient, ref: str) -> None:
    assert lead.get(f"{API}/prompts/{ref}").status_code == 404
    assert lead.get(f"{API}/prompts/diff?old={ref}&new=moderation@2").status_code in {404, 422}


def test_the_policy_and_a_version_of_it(program: Program, made_up: MadeUp) -> None:
    reviewer, policy = program(Role.REVIEWER), made_up.workspace.policy
    told = reviewer.get(f"{API}/policy").json()
    assert [label["name"] for label in told["labels"]] == list(policy.label_set.names)
    assert {clause["id"] for clause in told["clauses"]} == {clause.id for clause in policy.clauses}
    assert reviewer.get(f"{API}/policy/versions/{policy.version}").json() == told
    same = reviewer.get(f"{API}/policy/diff", params={"old": policy.version}).json()
    assert (same["summary"], same["stale"]) == ("The two versions are the same text.", None)
    assert reviewer.get(f"{API}/policy/diff?old=0.0").status_code == 404
    assert reviewer.get(f"{API}/policy/versions/..%2F..%2Fetc").status_code == 404


def test_a_changed_policy_tells_what_is_stale_to_those_who_see_runs(program: Program, made_up: MadeUp) -> None:
    workspace = made_up.workspace
    old = workspace.policy
    source = old.source.replace('version: "1"', 'version: "2"')
    source = source.replace("Polite contempt\nand organised", "Polite contempt,\nnicknames and organised")
    workspace.policy_path.write_text(source, encoding="utf-8")
    del workspace.written_policy, workspace.policy_in_use
    analyst = program(Role.ANALYST).get(f"{API}/policy/diff", params={"old": old.version}).json()
    assert "harassment" in analyst["affected_labels"]
    assert analyst["stale"]["run"] == "r1"
    assert analyst["stale"]["people"]
    reviewer = program(Role.REVIEWER).get(f"{API}/policy/diff", params={"old": old.version}).json()
    assert reviewer["stale"] is None
    assert reviewer["summary"] == analyst["summary"]


def test_agreement_comes_with_interval_n_and_whom_it_speaks_for(lead: TestClient) -> None:
    told = lead.get(f"{API}/quality/agreement", params={"run": "r1"}).json()
    [panel] = told["panels"]
    raw = panel["coefficients"]["raw"]
    assert raw["low"] <= raw["value"] <= raw["high"]
    assert (raw["n"], raw["reason"]) == (panel["n"], None)
    assert len(panel["table"]) == len(panel["classes"])
    assert panel["ceiling"]["raters"] == 3
    trend = lead.get(f"{API}/quality/trend").json()
    assert (trend["run"], len(trend["weeks"])) == ("r1", 1)


def test_what_can_not_be_measured_is_told(lead: TestClient, made_up: MadeUp) -> None:
    made_up.workspace.runs.open_import("vendor")
    refused = lead.get(f"{API}/quality/agreement", params={"run": "r2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_figures")
    assert refused.json()["hint"]


@pytest.mark.parametrize("suite", ["nowhere", "../../secret", "/etc/app.toml", "x.toml"])
def test_no_other_file_is_read_as_a_suite(lead: TestClient, suite: str) -> None:
    refused = lead.get(f"{API}/quality/agreement", params={"suite": suite})
    assert (refused.status_code, refused.json()["code"]) == (404, "no_suite")
