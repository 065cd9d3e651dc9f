"""The reviewer's loop by keys alone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assistant.domain.items import Content
from assistant.store.people.users import UserStore
from assistant.store.tables.content import reviews
from assistant.store.tables.review import passes, withdrawals
from tests.browser.conftest import Opened, given
from tests.browser.made_up import PASSWORD, Site

SAFE, HARASSMENT, HATE = "1", "2", "3"


def test_somebody_signs_in_and_labels_twenty_items_by_keys_only(chromium: Any, site: Site) -> None:
    user = site.person(password=True)
    wanted = site.posts[:20]
    site.tasks(user, wanted)
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{site.base_url}/login?next=/review")
    page.locator("input[name=name]").focus()
    page.keyboard.type(user.name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    for stored in wanted:
        page.wait_for_function(
            "name => document.querySelector('#item-title bdi')?.textContent === name", arg=stored.item.id
        )
        page.keyboard.press(HATE)
        page.keyboard.press("Enter")
    page.locator("#rest-title", has_text="You're all caught up").wait_for()
    page.wait_for_function("() => Object.entries(localStorage).every(([k, v]) => !k.includes('outbox') || v === '[]')")
    context.close()
    rows = given(site, user)
    assert [(row.external_id, tuple(row.labels)) for row in rows] == [(one.item.id, ("hate",)) for one in wanted]
    assert all(row.shown_suggestion and not row.changed and row.accepted_suggestion is False for row in rows)
    assert all(row.seconds >= 0 and row.ui == "web" for row in rows)


def test_space_accepts_the_machines_answer_and_changing_ones_mind_is_noted(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2]).ready()
    seen.page.wait_for_timeout(300)
    seen.keys("Space")
    seen.wait_item(site.posts[1].item.id)
    seen.keys(HATE, SAFE, "Control+Enter")
    seen.settle()
    first, second = given(site, seen.user)
    assert (tuple(first.labels), first.accepted_suggestion, first.changed) == (("harassment",), True, False)
    assert (tuple(second.labels), second.accepted_suggestion, second.changed) == (("safe",), False, True)
    assert first.clauses == ["H1"]


def test_a_press_that_was_never_read_accepts_nothing(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:3]).ready()
    seen.page.wait_for_timeout(300)
    seen.page.evaluate(
        "() => { for (let n = 0; n < 3; n++) document.dispatchEvent("
        "new KeyboardEvent('keydown', { key: ' ', code: 'Space', bubbles: true, cancelable: true })) }"
    )
    seen.settle()
    assert len(given(site, seen.user)) == 1
    assert seen.item == site.posts[1].item.id


def test_a_key_that_rests_and_a_double_press_are_one_submit(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:3]).ready()
    seen.keys(HARASSMENT)
    seen.page.keyboard.down("Enter")
    for _ in range(5):
        seen.page.keyboard.down("Enter")  # repeats, as a key held down does
    seen.page.keyboard.up("Enter")
    seen.keys("Enter", "Enter")
    seen.settle()
    assert len(given(site, seen.user)) == 1
    assert "Choose a label first" in seen.page.locator("#outcome").inner_text()


def test_undo_takes_back_what_was_stored_and_what_still_waits(site: Site, opened: Opened) -> None:
    one, two, three = site.posts[:3]
    seen = opened([one, two, three]).ready()
    seen.keys(HATE, "Enter")
    seen.settle()
    seen.page.context.set_offline(True)
    seen.keys(HATE, "Enter")
    assert seen.item == three.item.id
    seen.keys("z")
    seen.wait_item(two.item.id)
    assert seen.page.locator("[data-label=hate]").get_attribute("aria-pressed") == "true"
    seen.page.context.set_offline(False)
    seen.keys("Control+z")
    seen.wait_item(one.item.id)
    seen.keys(SAFE, "Enter")
    seen.wait_item(two.item.id)
    seen.keys(SAFE, "Enter")
    seen.settle()
    rows = given(site, seen.user)
    assert [(row.external_id, tuple(row.labels)) for row in rows] == [
        (one.item.id, ("hate",)),
        (one.item.id, ("safe",)),
        (two.item.id, ("safe",)),
    ]
    with site.workspace.database.read() as connection:
        taken = sa.select(sa.func.count()).select_from(
            withdrawals.join(reviews, reviews.c.id == withdrawals.c.review_id)
        )
        assert connection.execute(taken.where(reviews.c.rater == seen.user.name)).scalar() == 1


def test_arrows_look_back_and_change_nothing(site: Site, opened: Opened) -> None:
    one, two = site.posts[:2]
    seen = opened([one, two]).ready()
    seen.keys(HATE, "Enter")
    seen.wait_item(two.item.id)
    seen.keys(SAFE, "ArrowLeft")
    seen.wait_item(one.item.id)
    assert seen.page.locator("[data-label=hate]").get_attribute("aria-pressed") == "true"
    seen.keys(HARASSMENT, "Enter", "ArrowRight")
    seen.wait_item(two.item.id)
    assert seen.page.locator("[data-label=safe]").get_attribute("aria-pressed") == "true"
    seen.settle()
    assert [tuple(row.labels) for row in given(site, seen.user)] == [("hate",)]


def test_skips_and_escalations_go_out_after_a_moment_in_which_they_can_be_taken_back(
    site: Site, opened: Opened
) -> None:
    one, two, three, four = site.posts[:4]
    colleague = site.person()
    seen = opened([one, two, three, four]).ready()
    queues = [colleague.name, seen.user.name]  # whom one hands over to is somebody who may take it
    UserStore(site.workspace.database).change(colleague.name, actor="tests", queues=queues)
    seen.keys("s", "1")
    seen.wait_item(two.item.id)
    seen.keys("z")
    seen.wait_item(one.item.id)
    seen.keys("s", "2")
    seen.wait_item(two.item.id)
    seen.keys("e")
    seen.page.keyboard.type("s3e: is this P1?")
    seen.keys("Enter")
    seen.wait_item(three.item.id)
    seen.keys("o")
    seen.page.locator("#hand_over-to").select_option(colleague.name)
    seen.page.locator("#hand_over-note").focus()
    seen.page.keyboard.type("she knows this")
    seen.keys("Enter")
    seen.wait_item(four.item.id)
    assert "Reassigned to Ana" in seen.page.locator("#outcome").inner_text()
    seen.settle()
    with site.workspace.database.read() as connection:
        query = sa.select(passes.c.kind, passes.c.reason, passes.c.note).where(passes.c.user_id == seen.user.id)
        assert list(connection.execute(query.order_by(passes.c.id))) == [
            ("handover", f"user:{colleague.id}", "she knows this"),  # at once; the others wait for a second thought
            ("skip", "language", ""),
            ("escalate", "", "s3e: is this P1?"),
        ]


def test_notes_and_clauses_go_with_the_answer(site: Site, opened: Opened) -> None:
    seen = opened([site.item(Content("you again")), site.posts[0]]).ready()
    seen.keys("n")
    seen.page.keyboard.type("second time this week")
    seen.keys("Enter", HARASSMENT, "c", "2", "Enter", "Enter")
    seen.wait_item(site.posts[0].item.id)
    seen.settle()
    [row] = given(site, seen.user)
    assert (row.note, row.clauses) == ("second time this week", ["P1"])


def test_keys_can_be_changed_conflicts_are_told_and_profiles_are_there(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:3]).ready()
    page = seen.page
    seen.keys("?")
    page.locator("[data-remap=skip]").click()
    seen.keys("e")
    assert "Escalate" in page.locator("#keys-told").inner_text()
    page.locator("[data-remap=skip]").click()
    seen.keys("3")
    assert "picks a label" in page.locator("#keys-told").inner_text()
    page.locator("[data-remap=skip]").click()
    seen.keys("x")
    page.locator("#keys-told", has_text="Saved").wait_for()
    seen.keys("Escape", "x")
    page.locator("#skip-dialog[open]").wait_for()
    seen.keys("Escape")
    assert page.locator("#action-skip kbd").inner_text() == "X"
    page.reload()
    seen.ready().keys("?")
    page.locator("#keys-profile").select_option("prodigy")
    page.locator("#keys-told", has_text="Saved").wait_for()
    seen.keys("Escape")
    page.wait_for_timeout(300)
    seen.keys("a")  # nothing is chosen: the machine's answer
    seen.wait_item(site.posts[1].item.id)
    seen.keys(HATE, "a")  # something is: that
    seen.wait_item(site.posts[2].item.id)
    seen.keys("Backspace")
    seen.wait_item(site.posts[1].item.id)
