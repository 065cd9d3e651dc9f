"""A session that ends while somebody works: what waits is sent by itself after the next login, and by no one else."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opened, Seen, given
from tests.browser.made_up import PASSWORD, Site


def end_session(seen: Seen) -> None:
    """As after its time, or a sign-out elsewhere."""
    seen.page.context.clear_cookies()


def sign_in_elsewhere(site: Site, seen: Seen) -> None:
    """In another tab of the same browser, by the link in the strip."""
    with seen.page.context.expect_page() as opening:
        seen.page.locator("#sign-in").click()
    tab = opening.value
    tab.locator("input[name=name]").fill(seen.user.name)
    tab.locator("input[name=password]").fill(PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"{site.base_url}/")
    tab.close()


def test_after_signing_in_in_another_tab_the_page_goes_on_by_itself(site: Site, opened: Opened) -> None:
    user = site.person(password=True)
    seen = opened(site.posts[:6], user=user).ready()
    end_session(seen)
    seen.keys("2", "Enter", "3", "Enter")
    strip = seen.page.locator("#network", has_text="You are signed out")
    strip.wait_for()
    seen.page.locator("#network", has_text="Saved answers: 2; they will sync automatically").wait_for()
    sign_in_elsewhere(site, seen)
    seen.page.locator("#network-again").click(force=True)
    seen.settle()
    assert seen.page.locator("#outcome").inner_text() == "Synced answers: 2"
    seen.wait("() => document.querySelector('#network').innerText.trim() === ''")
    assert not seen.page.locator("#network-do").is_visible()
    for stored in site.posts[2:6]:  # what else the page asks for goes in the new session, too
        seen.wait_item(stored.item.id)
        seen.keys("1", "Enter")
    seen.settle()
    assert [row.external_id for row in given(site, user)] == [one.item.id for one in site.posts[:6]]
    seen.page.locator("details.menu summary").click()
    seen.page.get_by_role("button", name="Sign out").click()
    seen.page.wait_for_url("**/login")


def test_nothing_needs_to_be_pressed_when_one_comes_back(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2]).ready()
    end_session(seen)
    seen.keys("2", "Enter")
    seen.page.locator("#network", has_text="You are signed out").wait_for()
    seen.page.locator("#network", has_text="Saved answers: 1").wait_for()  # a refused claim says it, too, and sooner
    seen.page.context.add_cookies([site.cookie(seen.user)])  # a session of its own, with another token
    seen.page.evaluate("dispatchEvent(new Event('focus'))")
    seen.settle()
    assert len(given(site, seen.user)) == 1


@pytest.mark.parametrize("password", [True, False])
def test_people_are_told_what_to_do_by_how_they_sign_in(site: Site, opened: Opened, password: bool) -> None:
    seen = opened(site.posts[:1], user=site.person(password=password)).ready()
    end_session(seen)
    seen.keys("2", "Enter")
    strip = seen.page.locator("#network", has_text="You are signed out")
    strip.wait_for()
    assert ("Ask for a new login link" in strip.inner_text()) is not password
    seen.page.locator("#rest-title", has_text="You are signed out").wait_for()
    assert seen.page.locator("#sign-in").is_visible()
    assert seen.page.locator("#network-again").is_visible()


def test_nothing_is_sent_in_somebody_elses_session(site: Site, opened: Opened) -> None:
    seen, other = opened(site.posts[:3]).ready(), site.person()
    end_session(seen)
    seen.page.context.add_cookies([site.cookie(other)])
    with seen.page.expect_response("**/answer") as answered:
        seen.keys("2", "Enter")
    assert answered.value.status == 403
    seen.page.locator("#network", has_text="Another user is signed in").wait_for()
    assert given(site, other) == []
    end_session(seen)
    seen.page.context.add_cookies([site.cookie(seen.user)])
    seen.page.locator("#network-again").click()
    seen.settle()
    assert len(given(site, seen.user)) == 1
