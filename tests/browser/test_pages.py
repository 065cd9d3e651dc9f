"""Pages for leads and managers, in a browser: settled by keys alone, and readable for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.application.workspace.search import search_policy
from assistant.store.review.disagreements.adjudications import AdjudicationStore
from tests.browser.demo import Demo, demo
from tests.browser.screenshots import pages
from tests.browser.test_everybody import AXE

_NOT_OURS = {"review", "profile", "start"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A workspace in which a team has worked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT__EMBEDDER__NAME", "hashing")
        with demo(tmp_path_factory.mktemp("pages") / "demo", 60) as opened:
            yield opened


@pytest.fixture
def page(chromium: Any, site: Demo) -> Iterator[Any]:
    """A page of Rosa's, who may see everything; nothing on it may go wrong."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=False)
    context.add_cookies([site.cookie(site.admin(ui_language="en", theme="light"))])
    context.set_default_timeout(20_000)
    opened, errors = context.new_page(), list[str]()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
    yield opened
    context.close()
    assert errors == []


def test_a_disagreement_is_opened_settled_and_made_a_precedent_by_keys(site: Demo, page: Any) -> None:
    page.goto(f"{site.base_url}/disagreements")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    item = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.wait_for_url("**/disagreements/*")
    assert page.locator("h1").inner_text() == item
    page.keyboard.press("m")
    page.keyboard.type("1 q: nothing is chosen while somebody types")
    assert page.locator("input:checked").count() == 0
    page.keyboard.press("Escape")
    for key in ("7", "t", "Enter"):
        page.keyboard.press(key)
    page.get_by_text("Resolved as spam · Edge case").wait_for()
    page.keyboard.press("p")
    page.get_by_text("Precedent: shown to the model in the next run.").wait_for()
    page.keyboard.press("g")
    page.get_by_text("Gold: served to reviewers as a hidden check.").wait_for()
    assert AdjudicationStore(site.workspace.database).newest()[item] == ("spam",)
    stored = site.workspace.items.get(item)
    assert stored is not None
    found = search_policy(site.workspace, f"{stored.item.content.text} Again.", 3)  # none is shown itself
    assert stored.content_digest in {near.content_digest for near in found.precedents}
    page.keyboard.press("Enter")
    page.wait_for_function("item => document.querySelector('h1').textContent !== item", arg=item)
    page.keyboard.press("l")
    page.wait_for_url("**/disagreements")


def test_a_filter_changes_the_list_and_the_address(site: Demo, page: Any) -> None:
    page.goto(f"{site.base_url}/disagreements")
    page.select_option("#filter-language", "zh")
    page.wait_for_url("**language=zh**")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#list td:nth-child(6)')].every(c => c.textContent === 'zh')"
    )
    page.reload()
    assert page.locator("#filter-language").input_value() == "zh"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious_and_nothing_is_cut_off(chromium: Any, site: Demo, theme: str, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    context.add_cookies([site.cookie(site.admin(ui_language="en" if width > 1000 else "zh", theme=theme))])
    opened = context.new_page()
    found = {}
    for name, path in pages(site).items():
        if name in _NOT_OURS:
            continue
        opened.goto(site.base_url + path, wait_until="networkidle")
        opened.add_script_tag(path=str(AXE))
        found[name] = opened.evaluate(
            "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
            ".filter(v => ['serious', 'critical'].includes(v.impact))"
            ".map(v => [v.id, v.nodes.slice(0, 3).map(n => n.target.join(' '))])"
        )
        if opened.evaluate("document.documentElement.scrollWidth") > width:
            found[name].append("wider than the screen")
    context.close()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
