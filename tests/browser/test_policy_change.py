"""A change of the policy takes effect: the review page shows what changed, and one key confirms it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.application.workspace.policy_changes import (
    Proposal,
    activate_change,
    approve_change,
    propose_change,
)
from assistant.domain.policy_changes import CarryOver
from tests.browser.conftest import Opened, Seen
from tests.browser.made_up import Site, served


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A workspace of its own: a version in effect stays in effect."""
    monkeypatch.setenv("ASSISTANT__EMBEDDER__NAME", "hashing")
    monkeypatch.setenv("ASSISTANT__REVIEW__GOLD_RATE", "0")
    with served(tmp_path / "workspace", 12) as opened:
        yield opened


def change(site: Site) -> None:
    source = site.workspace.policy.source.replace('version: "1"', 'version: "2"', 1)
    source = source.replace("however rude, sad,", "however sad,", 1)
    propose_change(site.workspace, Proposal(source, "policy", "stricter"), actor="lea")
    approve_change(site.workspace, "c1", by="max", actor="max")
    activate_change(site.workspace, "c1", start="now", mode=CarryOver.ALL_BUT_STALE, actor="max")


def test_a_reviewer_at_work_reads_the_change_confirms_it_by_one_key_and_goes_on(site: Site, opened: Opened) -> None:
    seen: Seen = opened(site.posts[:8]).ready()
    change(site)
    seen.keys("1", "Enter")  # the next claim is refused, and the page comes back with what changed
    seen.page.wait_for_url("**/policy/changes/c1")
    assert seen.page.locator("del, ins").count() > 0
    assert seen.page.evaluate("document.activeElement.id") == "acknowledge"
    seen.keys("Enter")
    seen.page.wait_for_url("**/review")
    seen.ready()
    assert [name for name, _ in site.workspace.policy_changes.readers(1)] == [seen.user.name]
