"""Reassigning: to people who can take it, and done only when the server says so."""

from __future__ import annotations

from typing import Any

from assistant.domain.accounts import User
from assistant.domain.review_work import Role
from assistant.store.people.users import UserStore
from tests.browser.conftest import Opened, Seen
from tests.browser.made_up import Site


def offered(seen: Seen) -> dict[str, str]:
    """Sign-in names and what is shown for them."""
    seen.page.locator("#hand_over-dialog[open]").wait_for()
    seen.wait("() => document.querySelector('#hand_over-to').options.length > 1")
    found: dict[str, str] = seen.page.evaluate(
        "() => Object.fromEntries([...document.querySelector('#hand_over-to').options].map((o) => [o.value, o.text]))"
    )
    return found


def joined(site: Site, user: User, *colleagues: User) -> User:
    """Somebody whose queue these are in, too: what waits in it can be given to them."""
    for one in colleagues:
        UserStore(site.workspace.database).change(one.name, actor="tests", queues=[user.name])
    return user


def test_those_who_may_take_it_are_offered_by_the_name_they_are_known_by(site: Site, opened: Opened) -> None:
    users = UserStore(site.workspace.database)
    fits, french, averse = (site.person() for _ in range(3))
    away, looks = site.person(), site.person(Role.ANALYST)
    users.change(fits.name, actor="tests", display_name="Zoë Fits")
    users.change(french.name, actor="tests", languages=["fr"])
    users.change(averse.name, actor="tests", opt_outs=["threat"])
    users.change(away.name, disabled=True, actor="tests")
    outside, user = site.person(), joined(site, site.person(), fits, french, averse, away, looks)
    seen = opened(site.posts[:2], user=user, tasks={"harm": "threat"}).ready()
    seen.keys("o")
    found = offered(seen)
    assert found[fits.name] == "Zoë Fits"
    assert found[""] == "Anyone (back to queue)"
    assert not {french.name, averse.name, away.name, looks.name, outside.name, seen.user.name} & set(found)
    seen.page.locator("#hand_over-to").select_option("Zoë Fits")
    seen.keys("Enter")
    seen.wait_item(site.posts[1].item.id)
    assert seen.page.locator("#outcome").inner_text() == "Reassigned to Zoë Fits"
    theirs = opened([], user=users.get(fits.name)).ready()
    assert theirs.item == site.posts[0].item.id


def test_it_is_said_to_be_done_only_when_the_server_took_it(site: Site, opened: Opened) -> None:
    colleague = site.person()
    seen = opened(site.posts[:2], user=joined(site, site.person(), colleague)).ready()
    stuck: list[Any] = []
    seen.page.route("**/hand-over", lambda route: stuck.append(route))  # noqa: PLW0108 - Playwright marks handlers
    seen.keys("o")
    offered(seen)
    seen.page.locator("#hand_over-to").select_option(colleague.name)
    seen.keys("Enter", "Enter")
    seen.page.locator("#hand_over-told", has_text="Reassigning").wait_for()
    assert seen.item == site.posts[0].item.id
    assert "Reassigned" not in seen.page.locator("#outcome").inner_text()
    assert len(stuck) == 1
    stuck[0].continue_()
    seen.wait_item(site.posts[1].item.id)
    assert "Reassigned" in seen.page.locator("#outcome").inner_text()


def test_what_the_server_says_against_it_is_read_at_once_and_the_item_stays(site: Site, opened: Opened) -> None:
    colleague = site.person()
    seen = opened(site.posts[:2], user=joined(site, site.person(), colleague)).ready()
    seen.keys("3", "o")
    offered(seen)
    UserStore(site.workspace.database).change(colleague.name, actor="tests", languages=["fr"])  # meanwhile
    seen.page.locator("#hand_over-to").select_option(colleague.name)
    seen.keys("Enter")
    seen.page.locator("#hand_over-told", has_text="doesn't review this language").wait_for()
    assert seen.page.locator("#hand_over-dialog[open]").count() == 1
    seen.keys("Escape")
    assert seen.item == site.posts[0].item.id
    assert seen.page.locator("[data-label=hate]").get_attribute("aria-pressed") == "true"
    seen.keys("Enter")
    seen.wait_item(site.posts[1].item.id)
    seen.settle()
    assert not seen.page.locator("#notices").is_visible()


def test_without_the_network_it_stays_and_a_lost_answer_is_not_done_twice(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2]).ready()

    def lose(route: Any) -> None:
        route.fetch()  # it arrives; its answer doesn't
        route.abort()

    seen.page.route("**/hand-over", lose, times=1)
    seen.keys("o")
    seen.page.locator("#hand_over-dialog[open]").wait_for()
    seen.keys("Enter")
    seen.page.locator("#hand_over-told", has_text="No response from the server").wait_for()
    assert seen.item == site.posts[0].item.id
    seen.keys("Enter")
    seen.wait_item(site.posts[1].item.id)
    assert seen.page.locator("#outcome").inner_text() == "Returned to queue"
