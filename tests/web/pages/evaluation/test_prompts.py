"""Prompts and the policy, on their pages: versions, what changed, who used them, what became stale."""

from __future__ import annotations

import pytest

from assistant.domain.review_work import Role
from tests.web.conftest import SignedIn
from tests.web.pages.reading import rows, words
from tests.workspaces import MadeUp


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize("role", Role)
def test_who_may_see_prompts_and_that_everybody_reads_the_policy(signed_in: SignedIn, role: Role) -> None:
    client = signed_in(role)
    looking = role in {Role.ANALYST, Role.LEAD, Role.MANAGER, Role.ADMIN}
    for path in ("/prompts", "/prompts/moderation@2", "/prompts/diff?old=moderation@1&new=moderation@2"):
        assert client.get(path).status_code == (200 if looking else 403), path
    assert client.get("/policy").status_code == 200
    assert client.get("/policy/diff?old=1").status_code == 200


@pytest.mark.usefixtures("made_up")
def test_versions_name_the_runs_that_used_them(signed_in: SignedIn) -> None:
    page = signed_in(Role.ANALYST).get("/prompts")
    assert "moderation@2" in rows(page)
    assert '<a href="/runs/r1">r1</a>' in page.text


def test_two_prompts_are_compared_line_by_line(signed_in: SignedIn) -> None:
    told = words(signed_in(Role.ANALYST).get("/prompts/diff?old=moderation@1&new=moderation@2"))
    assert 'removed: − version: "1"' in told
    assert 'added: + version: "2"' in told


@pytest.mark.parametrize("ref", ["moderation@99", "nothing@1", "..%2F..%2Fetc%2Fpasswd", "assistant.toml"])
def test_no_other_file_is_shown_as_a_prompt(signed_in: SignedIn, ref: str) -> None:
    client = signed_in(Role.ADMIN)
    assert client.get(f"/prompts/{ref}").status_code == 404
    assert client.get(f"/prompts/diff?old={ref}&new=moderation@1").status_code == 404
    assert client.get(f"/policy/diff?old={ref}").status_code == 404


def test_a_prompt_that_was_edited_after_its_use_is_told(made_up: MadeUp, signed_in: SignedIn) -> None:
    path = made_up.workspace.prompts.paths()["moderation", "2"]
    path.write_text(path.read_text() + "\nBe kind.\n")
    (path.parent / "4.md").write_text("no front matter <b>")
    told = signed_in(Role.ANALYST).get("/prompts")
    assert "Edited since a run used it" in words(told)
    assert "Can't be read: no front matter" in words(told)
    assert "<b>" not in told.text


def test_a_changed_clause_tells_stale_labels_and_what_they_would_cost(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.work(12)
    path = made_up.workspace.policy_path
    source = path.read_text().replace('version: "1"', 'version: "2"')
    path.write_text(source.replace("Polite contempt\nand organised", "Polite contempt,\nnicknames and organised"))
    made_up.workspace.__dict__.pop("policy_in_use", None)
    made_up.workspace.__dict__.pop("written_policy", None)
    page = signed_in(Role.ANALYST).get("/policy/diff?old=1&new=2")
    told = words(page)
    assert "Labels that may be stale: harassment" in told
    assert "<ins>, nicknames</ins>" in page.text
    totals = made_up.workspace.results.totals(made_up.run)
    items, each = totals.labels["harassment"], (totals.cost_usd or 0) / totals.statuses["labelled"]
    assert f"Model labels {items} of r1 Rerunning the model ${each * items:.4f}" in told
    assert "Human time" in told
    assert "Human time" not in words(signed_in(Role.REVIEWER).get("/policy/diff?old=1&new=2"))


def test_the_policy_speaks_the_reader_s_language(signed_in: SignedIn) -> None:
    client = signed_in(Role.REVIEWER)
    assert "Do not degrade a particular person" in words(client.get("/policy?lang=en"))
    assert "不得贬低某个具体的人" in words(client.get("/policy?lang=zh"))
