"""Changing many tasks in the browser: the bar, the dialog, undo; by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.demo import Demo, demo


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A workspace with tasks in its queue, served."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT__EMBEDDER__NAME", "hashing")
        with demo(tmp_path_factory.mktemp("changes") / "demo") as site:
            yield site


@pytest.fixture
def page(chromium: Any, team: Demo) -> Iterator[Any]:
    """The list of tasks before a lead; nothing may go wrong in its scripts."""
    wrong: list[str] = []
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.add_cookies([team.cookie(team.made.users.get("lea"))])
    opened = context.new_page()
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    opened.goto(f"{team.base_url}/queue/tasks", wait_until="networkidle")
    yield opened
    context.close()
    assert wrong == []


def test_the_bar_shows_what_the_chosen_change_needs_and_counts_what_is_ticked(page: Any) -> None:
    assert page.locator("#change-due").is_visible()
    page.select_option("#change-what", "person")
    assert (page.locator("#change-due").is_visible(), page.locator("#change-person").is_visible()) == (False, True)
    page.locator("input[name=ticked]").nth(1).check()
    assert page.locator("#change-scope option").first.text_content() == "selected: 1"
    page.check("[data-tick-all]")
    rows = page.locator("input[name=ticked]").count()
    assert page.locator("#change-scope option").first.text_content() == f"selected: {rows}"


def test_a_change_is_previewed_in_a_dialog_made_and_undone_by_keys(page: Any) -> None:
    page.locator("input[name=ticked]").first.focus()
    page.keyboard.press("Space")
    page.select_option("#change-what", "pause")
    page.locator("#change button").focus()
    page.keyboard.press("Enter")
    page.locator("#preview-dialog[open]").wait_for()
    page.keyboard.press("Escape")
    assert not page.locator("#preview-dialog").is_visible()
    page.locator("#change button").focus()
    page.keyboard.press("Enter")
    page.locator("#preview-dialog[open]").wait_for()
    assert page.locator("#preview .primary").text_content() == "Change 1 task"
    assert page.evaluate("document.activeElement.textContent") == "Change 1 task"
    page.keyboard.press("Enter")
    notice = page.locator("form.notice")
    notice.wait_for()
    assert "Pause: 1 task updated." in notice.text_content()
    notice.locator("button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue/changes?undone=*")
    assert "1 task is as it was before." in page.locator(".notice").text_content()


def test_what_is_missing_is_said_in_the_dialog(page: Any) -> None:
    page.select_option("#change-what", "team")
    page.check("[data-tick-all]")
    page.click("#change button")
    page.locator("#preview [role=alert]").wait_for()
    assert "The team or queue is missing" in page.locator("#preview").text_content()
    page.click("#preview [data-close]")
    assert not page.locator("#preview-dialog").is_visible()
