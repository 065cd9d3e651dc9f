"""Grades: the key is the grade, the buttons say what it means, and nothing speaks of harm."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.application.review.task_view import label_keys
from assistant.bundled import bundled
from assistant.policy.documents.documents import read_policy
from tests.browser.conftest import Opened
from tests.browser.made_up import PAIR, Site
from tests.browser.test_wellbeing import reopened

GRADES = read_policy(bundled("examples") / "policies" / "relevance.md").label_set


def graded(language: str, names: tuple[str, ...] = GRADES.names, kind: str = "ordinal") -> Any:
    """Claims as a workspace with these labels gives them."""

    def change(body: dict[str, Any]) -> None:
        for task in body["tasks"]:
            task["label_kind"] = kind
            task["suggestion"]["labels"] = [names[-2]]
            task["labels"] = [
                {
                    "name": name,
                    "title": label.title(language) if (label := GRADES.get(name)) else "",
                    "definition": "",
                    "severity": 3,
                    "key": key,
                }
                for name, key in zip(names, label_keys(names), strict=True)
            ]

    return change


def test_a_grades_own_digit_picks_it_and_no_severity_is_shown(site: Site, opened: Opened) -> None:
    seen = reopened(opened([site.item(PAIR)]).ready(), graded("en"))
    for grade in "3012":
        seen.keys(grade)
        assert seen.page.locator("[data-label][aria-pressed=true]").get_attribute("data-label") == grade
        assert seen.page.locator(f"[data-label='{grade}'] kbd").inner_text() == grade
    assert seen.page.locator("#labels .severity").count() == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_buttons_say_what_a_grade_means(site: Site, opened: Opened, language: str) -> None:
    seen = reopened(opened([site.item(PAIR)], preferences={"ui_language": language}).ready(), graded(language))
    titles = [label.title(language) for label in GRADES.labels]
    assert all(titles)
    shown = seen.page.locator("#labels .label-name > bdi").all_inner_texts()
    assert shown == titles
    assert f"2 {titles[2]}" in seen.page.locator("#machine").inner_text()


def test_a_set_of_several_labels_with_a_zero_has_no_second_meaning_of_that_key(site: Site, opened: Opened) -> None:
    seen = reopened(opened([site.item(PAIR)]).ready(), graded("en", ("0", "1", "other", "10"), "multi"))
    seen.keys("0")
    assert seen.page.locator("[data-label][aria-pressed=true]").get_attribute("data-label") == "0"
    assert seen.page.locator("#labels [data-none] kbd").inner_text() == "·"
