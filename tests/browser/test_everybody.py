"""For everybody: input methods, Chinese, dark, small screens, screen readers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Opened, Seen, given
from tests.browser.made_up import Site

VENDOR = Path(__file__).parent / "vendor"
AXE = VENDOR / "axe.min.js"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def test_a_composing_input_method_does_nothing_and_neither_does_typing(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2]).ready()
    page = seen.page
    remote = page.context.new_cdp_session(page)
    for key in ("s", "z", "2", "Enter", " "):
        page.evaluate(
            "key => document.body.dispatchEvent("
            "new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true }))",
            key,
        )
    remote.send(
        "Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "s", "code": "KeyS", "windowsVirtualKeyCode": 229}
    )
    page.evaluate("() => document.body.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }))")
    seen.keys("2", "Enter", "s")
    page.evaluate("() => document.body.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }))")
    assert page.locator("[aria-pressed=true][data-label], dialog[open]").count() == 0
    seen.keys("n")
    remote.send("Input.imeSetComposition", {"text": "shi", "selectionStart": 3, "selectionEnd": 3})
    page.locator("#note-text").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    assert page.locator("#note-dialog[open]").count() == 1
    remote.send("Input.insertText", {"text": "是 123 sz"})
    seen.keys("Enter", "2", "Enter")
    seen.wait_item(site.posts[1].item.id)
    seen.settle()
    [row] = given(site, seen.user)
    assert (tuple(row.labels), row.note) == (("harassment",), "是 123 sz")


def test_everything_is_there_in_chinese(site: Site, opened: Opened) -> None:
    seen = opened([site.posts[1]], preferences={"ui_language": "zh"}).ready()
    assert seen.page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert seen.page.locator("#machine").inner_text() == "模型：safe · 置信度 91%"
    assert seen.page.locator("#action-submit span").first.inner_text() == "提交"
    assert "Insults" not in seen.page.locator("#clauses .clause-body").first.text_content()
    seen.keys("?")
    assert seen.page.locator("#keys-title").inner_text() == "所有快捷键"


def test_dark_is_dark(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:1], preferences={"theme": "dark"}).ready()
    ground = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(int(part) for part in ground[4:-1].split(",")) < 60


def test_a_phone_needs_no_sideways_scrolling_and_has_everything(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2], **PHONE).ready()
    page = seen.page
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    small = """() => [...document.querySelectorAll("#labels button, #actions button")]
        .filter((button) => button.getBoundingClientRect().height < 40).length"""
    assert page.evaluate(small) == 0
    page.locator("[data-label=hate]").tap()
    page.locator("#action-submit").tap()
    seen.wait_item(site.posts[1].item.id)
    page.locator("#action-policy").scroll_into_view_if_needed()
    page.locator("#action-policy").tap()
    assert page.locator("#policy-dialog #clauses").is_visible()


def test_nothing_moves_from_item_to_item(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:6]).ready()
    places = """() => ["answer", "labels", "actions", "policy", "item-title"].map((id) => {
        const { left, top } = document.getElementById(id).getBoundingClientRect();
        return [left, top];
    })"""
    first = seen.page.evaluate(places)
    for _ in range(4):
        seen.keys("2")
        assert seen.page.evaluate(places) == first
        seen.keys("Enter")
        assert seen.page.evaluate(places) == first


def test_the_next_item_is_announced_and_has_the_focus(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2]).ready()
    seen.keys("2", "Enter")
    seen.wait_item(site.posts[1].item.id)
    assert seen.page.locator("#spoken").inner_text() == f"Submitted: harassment. Next item: {site.posts[1].item.id}"
    assert seen.page.evaluate("document.activeElement.id") == "item-title"


def test_the_checker_is_the_one_we_know() -> None:
    known = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))["axe.min.js"]
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() == known["sha256"]
    assert "Mozilla Public License" in (VENDOR / known["licence_file"]).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(site: Site, opened: Opened, theme: str, language: str) -> None:
    seen = opened(site.posts[:2], preferences={"theme": theme, "ui_language": language}, bypass_csp=True).ready()
    seen.page.add_script_tag(path=str(AXE))
    seen.keys("2")
    assert serious(seen) == []
    for key in ("?", "s", "c"):
        seen.keys(key)
        assert serious(seen) == []
        seen.keys("Escape")


def serious(seen: Seen) -> list[tuple[str, list[Any]]]:
    """What axe holds against the page as it is now."""
    found = seen.page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
    return [
        (one["id"], [node["target"] for node in one["nodes"]][:3])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
