"""Answers reach the server once, whatever happens on the way."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.store.tables.review import assignments, late_answers
from tests.browser.conftest import Opened, Seen, given
from tests.browser.made_up import Site


def test_answers_given_offline_wait_survive_a_reload_and_are_stored_once(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:4]).ready()
    seen.wait("() => performance.getEntriesByType('resource').some((one) => one.name.endsWith('/claim'))")
    seen.page.wait_for_timeout(300)
    seen.page.context.set_offline(True)
    for _ in range(3):
        seen.keys("3", "Enter")
    seen.page.locator("#network", has_text="Saved answers: 3").wait_for()
    assert given(site, seen.user) == []
    seen.page.context.set_offline(False)
    seen.page.reload()
    seen.ready().settle()
    seen.wait("() => document.querySelector('#network').innerText.trim() === ''")
    assert [row.external_id for row in given(site, seen.user)] == [one.item.id for one in site.posts[:3]]


def test_an_answer_whose_acknowledgement_got_lost_is_sent_again_and_stored_once(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2]).ready()
    tries = []

    def lose_first(route: object) -> None:
        tries.append(route)
        if len(tries) == 1:
            route.fetch()  # type: ignore[attr-defined]  # it arrives; its answer doesn't
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    seen.page.route("**/answer", lose_first)
    seen.keys("3", "Enter")
    seen.settle()
    assert len(tries) == 2
    assert len(given(site, seen.user)) == 1


def test_two_browsers_never_get_one_item(site: Site, opened: Opened) -> None:
    first, second = site.person(), site.person()
    with site.workspace.database.write() as connection:
        from assistant.store.tables.people import users  # noqa: PLC0415 - only here

        both = sa.update(users).where(users.c.id == second.id).values(queues=[first.name])
        connection.execute(both)
    one = opened(site.posts[:12], user=first).ready()
    two = opened([], user=second).ready()
    seen: set[str] = set()
    for _ in range(6):
        for page in (one, two):
            assert page.item not in seen
            seen.add(page.item)
            page.keys("1", "Enter")
    for page in (one, two):
        page.settle()
    answered = [row.external_id for page in (one, two) for row in given(site, page.user)]
    assert sorted(answered) == sorted(seen)


def test_an_answer_that_comes_too_late_is_kept_and_said(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2]).ready()
    give_away(site, seen)
    seen.keys("3", "n")
    seen.page.keyboard.type("my reasons")
    seen.keys("Enter", "Enter")
    card = seen.page.locator("#notices", has_text=site.posts[0].item.id)
    card.wait_for()
    assert "hate · my reasons" in card.inner_text()
    assert "claimed by another reviewer" in card.inner_text()
    with site.workspace.database.read() as connection:
        kept = connection.execute(sa.select(late_answers).where(late_answers.c.user_id == seen.user.id)).one()
    assert (tuple(kept.labels), kept.note) == (("hate",), "my reasons")
    assert given(site, seen.user) == []
    card.get_by_role("button", name="Dismiss").click()
    assert not card.is_visible()
    seen.page.reload()
    seen.ready()
    assert not card.is_visible()


def test_a_second_tab_waits_until_it_is_told_to_go_on(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:3]).ready()
    other = seen.page.context.new_page()
    other.goto(f"{site.base_url}/review")
    other.locator("#tab-dialog[open]").wait_for()
    other.keyboard.press("Escape")
    other.locator("#tab-take").click()
    other.wait_for_function(
        "name => document.querySelector('#item-title bdi')?.textContent === name", arg=site.posts[0].item.id
    )
    seen.page.locator("#tab-dialog[open]").wait_for()


def test_signed_out_answers_wait_and_say_so(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2]).ready()
    seen.page.wait_for_timeout(300)
    cookies = seen.page.context.cookies()
    seen.page.context.clear_cookies()
    seen.keys("3", "Enter")
    seen.page.locator("#network", has_text="signed out").wait_for()
    seen.page.locator("#network", has_text="Saved answers: 1").wait_for()  # a refused claim says it, too, and sooner
    seen.page.context.add_cookies(cookies)
    seen.settle()
    assert len(given(site, seen.user)) == 1


def give_away(site: Site, seen: Seen) -> None:
    """The first item goes to somebody else, as after a lease that ended."""
    thief = site.person()
    with site.workspace.database.write() as connection:
        mine = (assignments.c.user_id == seen.user.id, assignments.c.item_id == site.posts[0].key)
        connection.execute(sa.update(assignments).where(*mine).values(user_id=thief.id, token=assignments.c.token + 1))
