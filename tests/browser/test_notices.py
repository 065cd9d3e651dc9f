"""Notices: one line above the labels, closed by Esc for good, never over anything, and more than one as a count."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Opened, Seen
from tests.browser.made_up import Site
from tests.browser.test_everybody import AXE, PHONE, serious
from tests.browser.test_network import give_away
from tests.browser.test_wellbeing import reopened

PAUSE = {"reason": "severe", "minutes": 51.2, "severe": 40}
PLACES = """() => ["answer", "labels", "actions", "policy", "item-title", "content"].map((id) => {
    const { left, top, width } = document.getElementById(id).getBoundingClientRect();
    return [id, left, top, width];
})"""
COVERED = """() => {
    const box = document.getElementById("notices").getBoundingClientRect();
    return ["policy", "labels", "machine", "actions", "content", "definition"].filter((id) => {
        const other = document.getElementById(id).getBoundingClientRect();
        const beside = box.left >= other.right || other.left >= box.right;
        return other.width && !beside && box.top < other.bottom && other.top < box.bottom;
    });
}"""


def told(body: dict[str, Any]) -> None:
    body.update(pause=PAUSE, spent=["threat", "hate"])


def several(site: Site, opened: Opened, **more: Any) -> Seen:
    """A page with three: a break that is due, a budget that is spent, an answer that came too late."""
    seen = reopened(opened(site.posts[:4], **more).ready(), told)
    give_away(site, seen)
    seen.keys("3", "n")
    seen.page.keyboard.type("my reasons")
    seen.keys("Enter", "Enter")
    seen.page.locator("#notices", has_text="not saved").wait_for()
    return seen


@pytest.mark.parametrize(
    "size", [{}, {"viewport": {"width": 1440, "height": 900}}, PHONE], ids=["usual", "wide", "phone"]
)
def test_notices_are_one_line_that_covers_and_moves_nothing(site: Site, opened: Opened, size: dict[str, Any]) -> None:
    seen = opened(site.posts[:4], **size).ready()
    before = seen.page.evaluate(PLACES)
    seen.page.goto("about:blank")
    seen = several(site, opened, **size)
    assert seen.page.evaluate(PLACES) == before
    assert seen.page.evaluate(COVERED) == []
    strip = seen.page.locator("#notices").bounding_box()
    assert strip["height"] <= 48
    assert strip["y"] + strip["height"] <= seen.page.locator("#labels").bounding_box()["y"]


def test_several_are_a_count_and_all_can_be_read_whole(site: Site, opened: Opened) -> None:
    seen = several(site, opened)
    more = seen.page.locator("#notice-more")
    assert more.inner_text() == "All: 3"
    more.click()
    rows = seen.page.locator("#notices-list > li")
    assert rows.count() == 3
    assert "hate · my reasons" in rows.first.inner_text()
    assert any("40 severe items" in text for text in rows.all_inner_texts())
    rows.first.get_by_role("button", name="Dismiss").click()
    assert rows.count() == 2
    seen.keys("Escape")
    assert more.inner_text() == "All: 2"


def test_esc_closes_one_after_the_other_and_they_stay_closed_after_a_reload(site: Site, opened: Opened) -> None:
    seen = several(site, opened)
    for _ in range(3):
        assert seen.page.locator("#notices").is_visible()
        seen.keys("Escape")
    assert not seen.page.locator("#notices").is_visible()
    seen.keys("1", "Enter")
    seen.settle()
    seen.page.reload()
    seen.ready()
    assert not seen.page.locator("#notices").is_visible()


def test_a_break_that_was_put_off_is_told_again_after_a_while(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:4]).ready()
    seen.page.clock.install()
    reopened(seen, lambda body: body.update(pause=PAUSE))
    assert "You have seen 40 severe items" in seen.page.locator("#notice-text").inner_text()
    seen.keys("Escape")
    seen.page.clock.fast_forward("10:00")
    seen.page.reload()
    seen.ready()
    assert not seen.page.locator("#notices").is_visible()
    seen.page.clock.fast_forward("06:00")
    seen.page.reload()
    seen.ready()
    assert seen.page.locator("[data-notice=pause]").is_visible()


def test_esc_in_a_dialog_closes_the_dialog_alone(site: Site, opened: Opened) -> None:
    seen = reopened(opened(site.posts[:2]).ready(), lambda body: body.update(spent=["threat"]))
    seen.keys("n", "Escape")
    seen.page.locator("#note-dialog").wait_for(state="hidden")
    assert seen.page.locator("#notices").is_visible()


def test_they_are_announced_politely_once_and_axe_finds_nothing(site: Site, opened: Opened) -> None:
    seen = several(site, opened, bypass_csp=True)
    text = seen.page.locator("#notice-text")
    assert text.get_attribute("role") == "status"
    seen.page.evaluate("""() => {
        window.changes = 0;
        new MutationObserver(() => window.changes++).observe(
            document.getElementById("notice-text"), { childList: true, characterData: true, subtree: true });
    }""")
    seen.keys("1", "Enter")
    seen.settle()
    seen.page.wait_for_timeout(200)
    assert seen.page.evaluate("window.changes") == 0
    seen.page.add_script_tag(path=str(AXE))
    assert serious(seen) == []
    seen.page.locator("#notice-more").click()
    assert serious(seen) == []
