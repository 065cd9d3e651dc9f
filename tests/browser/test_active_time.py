"""Active time: the page in front and a sign of life in the last minute, as a part of the time on an item."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assistant.store.tables.review import review_details
from tests.browser.conftest import Opened
from tests.browser.made_up import Site

_WATCH = """async () => {
  const main = [...document.scripts].map((one) => one.src).find((src) => src.includes("review/main"));
  const { Stopwatch } = await import(new URL("stopwatch.js", main).href);
  let now = 0, front = true;
  document.hasFocus = () => front;
  const watch = new Stopwatch(() => now);
  const after = (ms) => { now += ms; };
  const sign = () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "Shift" }));
  const look = (value) => { front = value; dispatchEvent(new Event(value ? "focus" : "blur")); };
  const told = () => [watch.seconds, watch.active];
  const steps = [];
  watch.restart(0, 0);
  after(10_000); steps.push(told());
  sign(); after(200_000); steps.push(told());
  sign(); steps.push(told());
  after(5_000); look(false); after(20_000); steps.push(told());
  look(true); after(3_000); steps.push(told());
  watch.restart(4, null); after(1_000); steps.push(told());
  watch.restart(4, 1_500); after(1_000); steps.push(told());
  return steps;
}"""


def test_active_time_stops_where_another_window_is_in_front_and_after_a_minute_without_a_sign(
    opened: Opened, site: Site
) -> None:
    """10 s; a sign, and 200 s of which 60 count; 5 s; 20 s elsewhere: spent on the item, but not active; 3 s."""
    steps: Any = opened(site.posts[:1]).page.evaluate(_WATCH)
    assert steps == [
        [10, 10_000],
        [70, 70_000],
        [70, 70_000],
        [95, 75_000],
        [98, 78_000],
        [5, None],  # what was before the page was loaded again isn't known
        [5, 2_500],
    ]


def test_an_answer_brings_its_active_time(opened: Opened, site: Site) -> None:
    seen = opened(site.posts[:2]).ready()
    seen.page.wait_for_timeout(400)
    seen.next_item()
    seen.settle()
    query = sa.select(review_details.c.seconds, review_details.c.active_ms).where(
        review_details.c.user_id == seen.user.id
    )
    with site.workspace.database.read() as connection:
        [[seconds, active]] = connection.execute(query).all()
    assert 0 < active <= round(seconds * 1000)
