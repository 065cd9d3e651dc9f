"""The review page and the lists in a browser, below a path that a proxy takes off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.domain.review_work import Role
from tests.browser.conftest import given
from tests.browser.made_up import IMAGE, PASSWORD, Site, furnish, serving
from tests.web.proxy import Proxy, proxying


@pytest.fixture(scope="module", params=[Proxy("/labels", keeps_host=False), Proxy("/labels", strips=False)])
def behind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Proxy]]:
    """A workspace behind a proxy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT__EMBEDDER__NAME", "hashing")
        patch.setenv("ASSISTANT__REVIEW__GOLD_RATE", "0")
        workspace, run, stored = furnish(tmp_path_factory.mktemp("path") / "workspace", 20)
        with (
            workspace,
            proxying(request.param) as proxy,
            serving(workspace, public_url=proxy.public_url) as proxy.site_url,
        ):
            yield Site(workspace, proxy.public_url, run, stored), proxy


def test_items_are_decided_pictures_are_seen_and_lists_are_filtered(chromium: Any, behind: tuple[Site, Proxy]) -> None:
    site, proxy = behind
    user = site.person(role=Role.LEAD, password=True)
    wanted, shown = site.posts[:2], site.item(IMAGE)
    site.tasks(user, [*wanted, shown])
    context = chromium.new_context()
    context.set_default_timeout(60_000)
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("response", lambda answer: errors.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.goto(f"{proxy.public_url}/review")
    page.locator("input[name=name]").fill(user.name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{proxy.public_url}/review")
    for stored in wanted:
        page.wait_for_function(
            "name => document.querySelector('#item-title bdi')?.textContent === name", arg=stored.item.id
        )
        page.keyboard.press("3")
        page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.picture img')?.naturalWidth === 320")
    page.wait_for_function("() => Object.entries(localStorage).every(([k, v]) => !k.includes('outbox') || v === '[]')")
    page.locator("header nav a", has_text="Queue").click()
    page.wait_for_url(f"{proxy.public_url}/queue")
    page.goto(f"{proxy.public_url}/disagreements")
    page.select_option("#filter-language", "zh")
    page.wait_for_url(f"{proxy.public_url}/disagreements?**language=zh**")
    page.goto(f"{proxy.public_url}/profile")
    page.locator("form[action$='/logout'] button").evaluate("button => button.click()")
    page.wait_for_url(f"{proxy.public_url}/login")
    context.close()
    assert [(row.external_id, tuple(row.labels)) for row in given(site, user)] == [
        (one.item.id, ("hate",)) for one in wanted
    ]
    assert (errors, proxy.elsewhere) == ([], [])
