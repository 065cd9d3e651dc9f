"""What is covered is looked at before it is answered, or it is asked about once; and what was looked at is recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.domain.items import Content
from assistant.store.review.queue import exposure
from assistant.store.tables.review import assignments, passes, review_details
from tests.browser.conftest import Opened, Seen, given
from tests.browser.made_up import IMAGE, Site

SEVERE: dict[str, Any] = {"severity": 3, "harm": "threat"}
ASKED = "You have not revealed this item"


def timed(seen: Seen) -> Seen:
    """The page with a clock the test moves, so that nothing depends on how fast it runs."""
    seen.page.clock.install()
    seen.page.reload()
    return seen.ready()


def uncovered(site: Site, seen: Seen) -> list[int | None]:
    """What is recorded of looks, in the order of the answers."""
    query = sa.select(review_details.c.uncovered_ms).where(review_details.c.user_id == seen.user.id)
    with site.workspace.database.read() as connection:
        return list(connection.execute(query.order_by(review_details.c.review_id)).scalars())


def shift(site: Site, seen: Seen) -> exposure.Shift:
    with site.workspace.database.read() as connection:
        return exposure.shift(connection, seen.user.id, "2000-01-01")


@pytest.mark.parametrize("way", ["enter", "control", "space", "click", "accept", "at once"])
def test_a_covered_item_is_asked_about_once_however_it_is_submitted(site: Site, opened: Opened, way: str) -> None:
    preferences = {"review": {"at_once": True}} if way == "at once" else {}
    seen = timed(opened(site.posts[:2], tasks=SEVERE, preferences=preferences).ready())
    seen.page.clock.fast_forward(5000)
    give = {
        "enter": lambda: seen.keys("1", "Enter"),
        "control": lambda: seen.keys("1", "Control+Enter"),
        "space": lambda: seen.keys("Space"),
        "click": lambda: (seen.keys("1"), seen.page.locator("#action-submit").click()),
        "accept": lambda: seen.page.locator("#action-accept").click(),
        "at once": lambda: seen.keys("1"),
    }[way]
    for _ in range(5):  # presses that follow at once are no answer to the question
        give()
        seen.page.clock.fast_forward(200)
    assert ASKED in seen.page.locator("#outcome").inner_text()
    assert seen.item == site.posts[0].item.id
    seen.page.clock.fast_forward(2000)
    give()
    seen.wait_item(site.posts[1].item.id)
    seen.page.clock.fast_forward(2000)
    seen.settle()
    assert uncovered(site, seen) == [0]
    assert (shift(site, seen).seen.total, shift(site, seen).seen.unlooked) == (0, 1)


def held_for_an_hour(site: Site, seen: Seen) -> None:
    """What is in their hands was claimed an hour ago: the server takes no look for longer than that."""
    claimed = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="milliseconds")
    with site.workspace.database.write() as connection:
        connection.execute(
            sa.update(assignments).where(assignments.c.user_id == seen.user.id).values(claimed_at=claimed)
        )


def test_what_was_looked_at_is_given_at_once_and_counts(site: Site, opened: Opened) -> None:
    seen = timed(opened(site.posts[:2], tasks=SEVERE).ready())
    held_for_an_hour(site, seen)
    seen.page.keyboard.down("b")
    seen.page.clock.fast_forward(700)
    seen.page.keyboard.up("b")
    seen.keys("3", "Enter")
    seen.wait_item(site.posts[1].item.id)
    seen.page.clock.fast_forward(2000)
    seen.settle()
    [looked] = uncovered(site, seen)
    assert looked is not None
    assert 700 <= looked < 60_000
    assert shift(site, seen).seen.by_harm == {"threat": 1}


def test_what_nothing_covers_is_asked_about_by_nobody(site: Site, opened: Opened) -> None:
    seen = opened([site.posts[0], site.item(Content("a plain remark"))]).ready()
    seen.keys("3", "Enter", "3", "Enter")
    seen.page.locator("#rest-title", has_text="You're all caught up").wait_for()
    seen.settle()
    assert uncovered(site, seen) == [None, None]
    assert shift(site, seen).seen.total == 2


def test_a_wish_to_cover_everything_and_blurred_pictures_are_covers_too(site: Site, opened: Opened) -> None:
    picture = site.item(IMAGE)
    seen = timed(opened([picture, site.posts[0]], preferences={"review": {"cover_all": False}}).ready())
    seen.keys("3", "Enter")
    assert ASKED in seen.page.locator("#outcome").inner_text()
    seen.keys("b", "Enter")
    seen.wait_item(site.posts[0].item.id)
    other = timed(opened(site.posts[:1], preferences={"review": {"cover_all": True}}).ready())
    other.keys("3", "Enter")
    assert ASKED in other.page.locator("#outcome").inner_text()


def test_an_answer_taken_back_keeps_its_look_and_a_single_press_does_not_give_it_again(
    site: Site, opened: Opened
) -> None:
    seen = timed(opened(site.posts[:2], tasks=SEVERE).ready())
    held_for_an_hour(site, seen)
    seen.page.keyboard.down("b")
    seen.page.clock.fast_forward(500)
    seen.page.keyboard.up("b")
    seen.keys("3", "Enter")
    seen.wait_item(site.posts[1].item.id)
    seen.page.clock.fast_forward(2000)
    seen.settle()
    seen.keys("z")
    seen.wait_item(site.posts[0].item.id)
    held_for_an_hour(site, seen)
    seen.page.evaluate(
        "() => document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true }))"
    )
    assert "faster than reading time" in seen.page.locator("#outcome").inner_text()
    assert seen.item == site.posts[0].item.id
    seen.page.clock.fast_forward(1000)
    seen.keys("Enter")
    seen.wait_item(site.posts[1].item.id)
    seen.page.clock.fast_forward(2000)
    seen.settle()
    first, second = uncovered(site, seen)
    assert [one for one in (first, second) if one is None] == []
    assert second >= first >= 500  # type: ignore[operator]


def test_what_is_skipped_after_a_look_was_seen_and_what_is_skipped_before_was_not(site: Site, opened: Opened) -> None:
    seen = timed(opened(site.posts[:3], tasks=SEVERE).ready())
    seen.keys("s", "4")
    seen.wait_item(site.posts[1].item.id)
    seen.page.keyboard.down("b")
    seen.page.clock.fast_forward(400)
    seen.page.keyboard.up("b")
    seen.keys("s", "4")
    seen.wait_item(site.posts[2].item.id)
    seen.page.clock.fast_forward(10_000)
    seen.settle()
    with site.workspace.database.read() as connection:
        query = sa.select(passes.c.uncovered_ms).where(passes.c.user_id == seen.user.id).order_by(passes.c.id)
        first, second = connection.execute(query).scalars()
    assert first == 0
    assert second >= 400
    assert shift(site, seen).seen.by_harm == {"threat": 1}
    assert given(site, seen.user) == []
