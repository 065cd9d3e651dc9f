"""Content is text, and covered where it has to be; a blind item tells nothing of the machine."""

from __future__ import annotations

import json

from assistant.domain.items import Content
from tests.browser.conftest import Opened, given
from tests.browser.made_up import CONVERSATION, HOSTILE, IMAGE, PAIR, Site


def test_html_and_scripts_in_content_do_nothing(site: Site, opened: Opened) -> None:
    seen = opened([site.item(Content(HOSTILE), rationale=f'It says "{HOSTILE[:30]}".')]).ready()
    content = seen.page.locator("#content")
    assert "<script>window.pwned = 1</script>" in content.text_content()
    assert seen.page.evaluate("window.pwned") is None
    assert content.locator("script, img, a, iframe").count() == 0
    assert content.locator(".inert-link").all_inner_texts() == ["https://evil.example/pay?u=1", "www.evil.example"]
    assert [one.lower() for one in content.locator(".hidden-mark").all_inner_texts()] == ["zwsp", "rlo", "␇"]
    assert content.locator(".mixed-word").all_inner_texts() == ["\u0410pple", "\U0001d4d7ello"]
    assert not [url for url in seen.requests if not url.startswith(site.base_url)]


def test_a_blind_item_says_nothing_of_the_machine(site: Site, opened: Opened) -> None:
    reasons = "because-the-machine-says-so"
    blind = site.item(Content("an ordinary remark"), rationale=f'{reasons} "ordinary"', clauses=("H2",))
    user = site.person()
    site.tasks(user, [blind], blind=True, severity=3, harm="hate")
    bodies: list[str] = []
    seen = opened([], user=user, path="/profile")
    seen.page.on("response", lambda answer: bodies.append(answer.text()) if "/api/" in answer.url else None)
    seen.page.goto(f"{site.base_url}/review")
    seen.ready().page.wait_for_timeout(500)
    [task] = next(json.loads(body)["tasks"] for body in bodies if '"tasks"' in body)
    assert (task["suggestion"], task["severity"], task["veil"], task["kind"]) == (None, None, "none", "review")
    assert not any(clause["cited"] or clause["quote"] for clause in task["clauses"])
    order = [clause.id for clause in site.workspace.policy.clauses]
    assert [clause["id"] for clause in task["clauses"]] == order
    assert [label["name"] for label in task["labels"]] == list(site.workspace.policy.label_set.names)
    assert reasons not in "".join(bodies) + seen.page.content()
    assert not [url for url in seen.requests if url.endswith("/precedents")]
    assert seen.page.locator("#content mark, .clause.cited, #precedents li, #reasons *").count() == 0
    assert "Blind" in seen.page.locator("#machine").inner_text()
    seen.keys("Space", "2", "Enter")
    seen.settle()
    [row] = given(site, user)
    assert (tuple(row.labels), row.shown_suggestion, row.accepted_suggestion) == (("harassment",), False, None)


def test_an_assisted_item_shows_answer_confidence_clause_quote_and_precedents(site: Site, opened: Opened) -> None:
    seen = opened([site.posts[1], site.posts[0]]).ready()
    assert seen.page.locator("#machine").inner_text() == "Model: safe · 91% confidence"
    seen.page.locator("#precedents li").first.wait_for()
    assert seen.page.locator("#precedents li").count() == 3
    seen.keys("1", "Enter")
    seen.wait_item(site.posts[0].item.id)
    assert "62% confidence · cites H1" in seen.page.locator("#machine").inner_text()
    assert seen.page.locator("#content mark").inner_text() == site.posts[0].item.content.text[:30].strip()
    assert seen.page.locator(".clause.cited .clause-id").all_inner_texts() == ["H1"]


def test_the_worst_is_veiled_while_no_key_is_held(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:1], tasks={"severity": 3, "harm": "threat"}).ready()
    page = seen.page
    text = page.locator("#content .content")
    assert not text.is_visible()
    assert not page.locator(".clause-quote").is_visible()
    page.keyboard.down("b")
    assert text.is_visible()
    page.keyboard.up("b")
    assert not text.is_visible()
    page.locator("#look").hover()
    page.mouse.down()
    assert text.is_visible()
    page.mouse.up()
    assert not text.is_visible()


def test_pictures_are_grey_and_blurred_and_stay_grey(site: Site, opened: Opened) -> None:
    seen = opened([site.item(IMAGE)]).ready()
    picture = seen.page.locator(".picture img")
    filters = "() => getComputedStyle(document.querySelector('.picture img')).filter"
    assert "blur" in seen.page.evaluate(filters)
    seen.keys("b")
    assert seen.page.evaluate(filters) == "grayscale(1)"
    seen.keys("b")
    assert "blur" in seen.page.evaluate(filters)
    assert picture.count() == 1
    seen.wait("() => document.querySelector('.picture img').naturalWidth === 320")
    assert seen.page.locator(".pictures .quiet-text").count() == 2
    assert not [url for url in seen.requests if "evil.example" in url]


def test_conversations_pairs_and_what_was_said_before(site: Site, opened: Opened) -> None:
    before = [{"role": "ben", "text": "nice hat"}, {"role": "ann", "text": "thanks"}]
    wanted = [
        site.item(Content(CONVERSATION)),
        site.item(PAIR),
        site.item(Content("well, no"), meta={"context": before, "translation_zh": "嗯，不是", "label_a": "hate"}),
        site.item(Content("شكرا جزيلا"), language="ar"),
    ]
    seen = opened(wanted).ready()
    page = seen.page
    assert page.locator(".turns .role").all_inner_texts() == ["USER", "AGENT", "USER"]
    seen.next_item()
    assert page.locator(".query").inner_text() == PAIR.query
    seen.next_item()
    assert page.locator(".context .content").all_inner_texts() == ["nice hat", "thanks"]
    seen.keys("t")
    assert "has no translation" in page.locator("#translation").inner_text()
    seen.next_item()
    assert page.locator("#content .content").get_attribute("dir") == "rtl"


def test_long_texts_come_in_parts(site: Site, opened: Opened) -> None:
    seen = opened([site.item(Content("word " * 30_000 + "end"), rationale="none")]).ready()
    assert len(seen.page.locator("#content .content").text_content()) == 100_000
    seen.page.locator("#content button").click()
    seen.wait("() => document.querySelector('#content .content').textContent.endsWith('end')")
    assert seen.page.locator("#content button").count() == 0
