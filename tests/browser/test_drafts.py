"""What somebody chose and wrote is there after a reload until it is given; nobody else sees it, it holds no content."""

from __future__ import annotations

import json

import pytest

from tests.browser.conftest import Opened, Seen, given
from tests.browser.made_up import Site


def stored(seen: Seen) -> dict[str, str]:
    """What the browser keeps of drafts."""
    found: dict[str, str] = seen.page.evaluate(
        "() => Object.fromEntries(Object.entries(localStorage).filter(([name]) => name.includes('drafts')))"
    )
    return found


def test_label_clause_and_note_survive_a_reload_and_are_given(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2]).ready()
    seen.keys("3", "c", "2", "Enter", "n")
    seen.page.keyboard.type("a kept note")
    seen.keys("Enter")
    seen.page.reload()
    seen.ready()
    assert seen.page.locator("[data-label=hate]").get_attribute("aria-pressed") == "true"
    assert seen.page.locator("#clause-mark").inner_text().strip()
    assert seen.page.locator("#note-mark").is_visible()
    kept = json.dumps(stored(seen))
    assert "a kept note" in kept
    assert not any(word in kept for word in site.posts[0].item.content.text.split() if len(word) > 5)
    seen.keys("Enter")
    seen.wait_item(site.posts[1].item.id)
    seen.settle()
    [row] = given(site, seen.user)
    assert (tuple(row.labels), row.note, len(row.clauses)) == (("hate",), "a kept note", 1)
    assert stored(seen) == {}


@pytest.mark.parametrize(
    ("key", "field"), [("n", "note-text"), ("e", "escalate-text"), ("s", "skip-note"), ("o", "hand_over-note")]
)
def test_what_is_being_written_survives_a_reload(site: Site, opened: Opened, key: str, field: str) -> None:
    seen = opened(site.posts[:2]).ready()
    seen.keys(key)
    seen.page.locator(f"#{field}").focus()
    seen.page.keyboard.type("half a sen")
    seen.page.reload()
    seen.ready()
    seen.keys(key)
    assert seen.page.locator(f"#{field}").input_value() == "half a sen"


def test_a_note_that_was_being_written_is_part_of_the_answer(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2]).ready()
    seen.keys("n")
    seen.page.keyboard.type("never kept")
    seen.page.reload()
    seen.ready()
    assert seen.page.locator("#note-mark").is_visible()
    seen.keys("3", "Enter")
    seen.settle()
    assert [row.note for row in given(site, seen.user)] == ["never kept"]


def test_a_text_that_was_cancelled_is_not(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2]).ready()
    seen.keys("n")
    seen.page.keyboard.type("better not")
    seen.keys("Escape")
    seen.page.reload()
    seen.ready()
    assert not seen.page.locator("#note-mark").is_visible()
    assert stored(seen) == {}


@pytest.mark.parametrize("way", ["skip", "/review", "/profile"])
def test_they_are_gone_when_the_item_or_the_person_is(site: Site, opened: Opened, way: str) -> None:
    seen = opened(site.posts[:2]).ready()
    seen.keys("3")
    assert len(stored(seen)) == 1
    if way == "skip":
        seen.keys("s", "1")
        seen.wait_item(site.posts[1].item.id)
    else:
        seen.page.goto(f"{site.base_url}{way}")  # they sign out there
        seen.page.locator("details.menu summary").click()
        seen.page.get_by_role("button", name="Sign out").click()
        seen.page.wait_for_url("**/login")
    assert stored(seen) == {}


def test_somebody_else_at_the_same_browser_does_not_find_them(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:1]).ready()
    seen.keys("3", "n")
    seen.page.keyboard.type("mine alone")
    seen.keys("Enter")
    other = site.person()
    site.tasks(other, site.posts[:1])
    seen.page.context.clear_cookies()
    seen.page.context.add_cookies([site.cookie(other)])
    seen.page.goto(f"{site.base_url}/review")
    seen.ready()
    assert seen.page.locator("[data-label][aria-pressed=true]").count() == 0
    assert not seen.page.locator("#note-mark").is_visible()


def test_each_item_has_its_own(site: Site, opened: Opened) -> None:
    one, two = site.posts[:2]
    seen = opened([one, two]).ready()
    seen.keys("2", "Enter")
    seen.settle()
    seen.keys("4", "z")
    seen.wait_item(one.item.id)
    seen.keys("3")
    seen.page.reload()
    seen.wait_item(two.item.id)
    assert seen.page.locator("[data-label=threat]").get_attribute("aria-pressed") == "true"
