"""Whose a key is: Enter belongs to the page after the mouse touched anything, and to the control after Tab."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opened, Seen, given
from tests.browser.made_up import Site

TOUCHED = {
    "hold to look": "#look",
    "a clause": "#clauses summary >> nth=0",
    "the last clause": "#clauses summary >> nth=-1",
    "the machine's reasons": "#reasons summary",
    "a label": "[data-label=spam]",
    "the translation": "#action-translate",
    "the policy": "#policy-title",
    "the content": "#item",
    "the facts": "#item-facts",
}


def held(seen: Seen, place: str) -> None:
    """Press the mouse on something and let it go, as one who holds to look does."""
    seen.page.locator(place).hover()
    seen.page.mouse.down()
    seen.page.mouse.up()


@pytest.mark.parametrize("place", TOUCHED.values(), ids=TOUCHED)
def test_enter_submits_after_the_mouse_touched_something(site: Site, opened: Opened, place: str) -> None:
    seen = opened(site.posts[:2], tasks={"severity": 3, "harm": "threat"}).ready()
    seen.keys("b")
    if place == "#reasons summary":
        seen.page.keyboard.down("b")
    held(seen, place)
    seen.page.keyboard.up("b")
    seen.keys("3", "Enter")
    seen.wait_item(site.posts[1].item.id)
    seen.settle()
    assert [tuple(row.labels) for row in given(site, seen.user)] == [("hate",)]


def test_keys_are_the_pages_while_the_mouse_still_holds(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2], tasks={"severity": 3, "harm": "threat"}).ready()
    seen.page.locator("#look").hover()
    seen.page.mouse.down()
    assert seen.page.locator("#content .content").is_visible()
    seen.keys("3", "Enter")
    seen.wait_item(site.posts[1].item.id)
    seen.page.mouse.up()


@pytest.mark.parametrize("dialog", ["note", "clause", "skip", "escalate", "hand_over", "help"])
def test_enter_submits_after_a_dialog_that_the_mouse_opened(site: Site, opened: Opened, dialog: str) -> None:
    seen = opened(site.posts[:2]).ready()
    seen.page.locator(f"#action-{dialog}").click()
    seen.page.locator("dialog[open]").wait_for()
    seen.keys("Escape")
    seen.page.locator("dialog[open]").wait_for(state="hidden")
    seen.keys("3", "Enter")
    seen.wait_item(site.posts[1].item.id)


def test_enter_submits_after_a_menu_that_the_mouse_opened(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:3]).ready()
    menu = seen.page.locator("details.menu summary")
    menu.click()
    seen.keys("Escape", "3", "Enter")
    seen.wait_item(site.posts[1].item.id)
    menu.click()
    menu.click()
    seen.wait("() => document.activeElement.id === 'item-title'")  # a menu tells a moment later that it was closed
    seen.keys("3", "Enter")
    seen.wait_item(site.posts[2].item.id)


def test_whoever_moves_by_tab_has_every_control_work_as_elsewhere(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2]).ready()
    page = seen.page
    held(seen, "#clauses summary >> nth=0")  # the mouse comes first, Tab after it
    page.locator("#clauses details[open]").wait_for()
    seen.keys("3")
    for _ in range(40):
        seen.keys("Tab")
        if page.evaluate("document.activeElement.matches('#clauses summary')"):
            break
    opened_now = "() => document.activeElement.parentElement.open"
    before = page.evaluate(opened_now)
    seen.keys("Enter")
    assert page.evaluate(opened_now) is not before
    seen.keys("Space")
    assert page.evaluate(opened_now) is before
    assert seen.item == site.posts[0].item.id
    for _ in range(40):
        seen.keys("Tab")
        if page.evaluate("document.activeElement.dataset.label === 'threat'"):
            break
    seen.keys("Enter")
    assert page.locator("[data-label=threat]").get_attribute("aria-pressed") == "true"
    assert seen.item == site.posts[0].item.id
