"""Whatever happens on the way - a reload, another tab, a slow or lost answer - nothing is done twice.

Of two answers of one person, the later one counts.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assistant.domain.accounts import User
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import assignments, late_answers, withdrawals
from tests.browser.conftest import Opened, Seen, given
from tests.browser.made_up import Site


def block(seen: Seen) -> None:
    """Answers don't reach the server."""
    seen.page.context.route("**/answer", lambda route: route.abort())


def unblock(seen: Seen) -> None:
    """They do again."""
    seen.page.context.unroute("**/answer")
    seen.page.evaluate("dispatchEvent(new Event('online'))")


def waiting(seen: Seen, count: int) -> None:
    """Wait until so many answers wait in the browser and a try to send the first has failed."""
    seen.page.locator("#network", has_text=f"Saved answers: {count}").wait_for()


def labels(site: Site, user: User) -> list[tuple[str, tuple[str, ...]]]:
    """Answers that count, in order; that none came too late is looked at as well."""
    taken_back = sa.exists().where(withdrawals.c.review_id == reviews.c.id)
    query = (
        sa.select(items.c.external_id, reviews.c.labels)
        .join(items, items.c.id == reviews.c.item_id)
        .where(reviews.c.rater == user.name, ~taken_back)
        .order_by(reviews.c.id)
    )
    with site.workspace.database.read() as connection:
        assert connection.execute(sa.select(late_answers).where(late_answers.c.user_id == user.id)).all() == []
        return [(name, tuple(given)) for name, given in connection.execute(query)]


def test_an_item_answered_before_a_reload_is_not_shown_again(site: Site, opened: Opened) -> None:
    one, two = site.posts[:2]
    seen = opened([one, two]).ready()
    block(seen)
    seen.keys("2", "Enter")
    waiting(seen, 1)
    seen.page.context.unroute("**/answer")
    seen.page.reload()
    seen.ready()
    assert seen.item == two.item.id
    seen.keys("1", "Enter")
    seen.settle()
    assert labels(site, seen.user) == [(one.item.id, ("harassment",)), (two.item.id, ("safe",))]


def test_nor_is_it_while_it_still_cannot_be_sent(site: Site, opened: Opened) -> None:
    one, two, three = site.posts[:3]
    seen = opened([one, two, three]).ready()
    block(seen)
    seen.keys("2", "Enter", "3", "Enter")
    waiting(seen, 2)
    seen.page.reload()
    seen.ready()
    assert seen.item == three.item.id
    waiting(seen, 2)
    unblock(seen)
    seen.settle()
    assert "Synced answers: 2" in seen.page.locator("#outcome").inner_text()
    assert labels(site, seen.user) == [(one.item.id, ("harassment",)), (two.item.id, ("hate",))]


def test_a_reload_while_the_answer_is_on_its_way_stores_it_once(site: Site, opened: Opened) -> None:
    one, two = site.posts[:2]
    seen = opened([one, two]).ready()
    stuck: list[Any] = []
    seen.page.context.route("**/answer", lambda route: stuck.append(route))  # noqa: PLW0108 - Playwright marks handlers  # it leaves, and nothing comes back
    seen.keys("2", "Enter")
    seen.wait_item(two.item.id)
    while not stuck:
        seen.page.wait_for_timeout(10)
    stuck[0].fetch()
    seen.page.context.unroute("**/answer")
    seen.page.reload()
    seen.ready()
    assert seen.item == two.item.id
    seen.settle()
    assert labels(site, seen.user) == [(one.item.id, ("harassment",))]


def test_an_item_leased_anew_while_its_answer_waits_is_not_shown_and_the_answer_counts(
    site: Site, opened: Opened
) -> None:
    one, two = site.posts[:2]
    seen = opened([one, two]).ready()
    block(seen)
    seen.keys("2", "Enter")
    waiting(seen, 1)
    mine = assignments.c.user_id == seen.user.id, assignments.c.item_id == one.key
    with site.workspace.database.write() as connection:  # as after a night: the lease ended
        before = connection.execute(sa.select(assignments.c.token).where(*mine)).scalar_one()
        connection.execute(sa.update(assignments).where(*mine).values(state="open", lease_until=None))
    seen.page.reload()
    seen.ready()
    with site.workspace.database.read() as connection:  # by whichever request of the page, before or after the reload
        state, token = connection.execute(sa.select(assignments.c.state, assignments.c.token).where(*mine)).one()
    assert (state, token) == ("leased", before + 1)  # the server handed it out again
    assert seen.item == two.item.id
    unblock(seen)
    seen.settle()
    assert labels(site, seen.user) == [(one.item.id, ("harassment",))]


def test_a_mind_changed_after_a_try_whose_answer_got_lost_is_the_one_that_counts(site: Site, opened: Opened) -> None:
    one, two = site.posts[:2]
    seen = opened([one, two]).ready()

    def lose(route: Any) -> None:
        route.fetch()  # it arrives; its answer doesn't
        route.abort()

    seen.page.context.route("**/answer", lose, times=1)
    seen.keys("2", "Enter")
    waiting(seen, 1)
    seen.page.context.set_offline(True)
    seen.keys("z")
    seen.wait_item(one.item.id)
    seen.keys("3")
    seen.page.context.set_offline(False)
    seen.keys("Enter")
    seen.wait_item(two.item.id)
    seen.settle()
    rows = given(site, seen.user)
    assert [tuple(row.labels) for row in rows] == [("harassment",), ("hate",)]
    assert labels(site, seen.user) == [(one.item.id, ("hate",))]
    assert not seen.page.locator("#notices").is_visible()
    seen.keys("z")  # the one that counts is the one that is taken back now
    seen.wait_item(one.item.id)


def test_a_tab_that_takes_over_sends_what_the_other_one_left(site: Site, opened: Opened) -> None:
    one, two, three = site.posts[:3]
    seen = opened([one, two, three]).ready()
    block(seen)
    seen.keys("2", "Enter")
    waiting(seen, 1)
    other = Seen(seen.page.context.new_page(), seen.user)
    other.page.goto(f"{site.base_url}/review")
    other.page.locator("#tab-dialog[open]").wait_for()
    seen.keys("3", "Enter")  # after the other tab had read what waits
    waiting(seen, 2)
    other.page.locator("#tab-take").click()
    other.ready()
    assert other.item == three.item.id
    seen.page.goto("about:blank")
    unblock(other)
    other.settle()
    assert labels(site, seen.user) == [(one.item.id, ("harassment",)), (two.item.id, ("hate",))]


def test_without_locks_the_tab_that_came_last_has_the_desk(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:3]).ready()
    seen.page.context.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    seen.page.reload()
    seen.ready()
    other = Seen(seen.page.context.new_page(), seen.user)
    other.page.goto(f"{site.base_url}/review")
    other.ready()
    seen.page.locator("#tab-dialog[open]").wait_for()
    other.keys("2", "Enter")
    other.settle()
    seen.page.locator("#tab-take").click()
    seen.wait_item(site.posts[1].item.id)
    other.page.locator("#tab-dialog[open]").wait_for()
    assert labels(site, seen.user) == [(site.posts[0].item.id, ("harassment",))]
