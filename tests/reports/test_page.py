"""The page: whole in itself, inert whatever the data holds, and the same every time."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from assistant.domain.reasons import Reason, as_written
from assistant.reports.page import as_page
from assistant.reports.visible import visible
from evals.evaluation import Evaluation
from evals.report.document import as_report
from evals.report.write import as_json
from tests.evals.report import made_up
from tests.evals.report.reading import Page

EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'); }} {{ 7*7 }} {% raw %} </style></svg><svg onload=alert(1)>",
    "javascript:alert(1) http://evil.example/x.png",
)
ELEMENTS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "nav",
        "ul",
        "li",
        "a",
        "main",
        "section",
        "h1",
        "h2",
    ),
    *("h3", "p", "dl", "dt", "dd", "div", "table", "caption", "span", "thead", "tbody", "tr", "th", "td", "bdi", "ol"),
    *("figure", "figcaption", "svg", "g", "path", "line", "text", "details", "summary", "input", "label", "mark"),
}


def page(evaluation: Evaluation, language: str = "en") -> str:
    return as_page(as_report(evaluation, language))


@cache
def full(language: str = "en") -> str:
    return page(made_up.full(), language)


def poisoned() -> Evaluation:
    """Evil names of variants and labels, evil ids, texts, reasons, notes, slices and terms."""
    whole = made_up.full()
    said = (as_written("12 items were odd"), Reason.of("label_never_answered", label="harassment", items=3))
    whole = replace(whole, subject=replace(whole.subject, notes=said))
    texts = {made_up.OLD: EVIL[0], made_up.NEW: EVIL[1], "harassment": EVIL[2], "fine": EVIL[3], "post-": EVIL[1]}
    texts |= {"language": EVIL[0], "discount": EVIL[2], "12 items were": EVIL[3]}
    return _replaced(whole, texts)


def _replaced(value: Any, texts: dict[str, str]) -> Any:
    """The same with texts in place of others, all the way down."""
    if type(value) is str:
        for old, new in texts.items():
            value = value.replace(old, new)
        return value
    if isinstance(value, tuple):
        return tuple(_replaced(one, texts) for one in value)
    if isinstance(value, dict):
        return {_replaced(key, texts): _replaced(one, texts) for key, one in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return replace(value, **{name: _replaced(getattr(value, name), texts) for name in value.__dataclass_fields__})
    return value


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_evaluation_gives_the_same_bytes(language: str) -> None:
    assert full(language) == page(made_up.full(), language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_loaded_and_no_script_can_run(language: str) -> None:
    html = full(language)
    read = Page(html)
    assert "http://" not in html
    assert "https://" not in html
    assert not {tag for tag, _ in read.elements} - ELEMENTS
    loading = ("src", "srcset", "style", "xlink:href", "action", "data", "background")
    assert not [attributes for _, attributes in read.elements if any(name in attributes for name in loading)]
    assert all((link["href"] or "").startswith("#") for link in read.all("a"))
    [policy] = [
        meta["content"] or "" for meta in read.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    style = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode() in policy
    assert "url(" not in style[0]
    assert "@import" not in style[0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_markup_in_the_data_is_text(language: str) -> None:
    read = Page(page(poisoned(), language))
    assert not {tag for tag, _ in read.elements} - ELEMENTS
    assert not [name for _, attributes in read.elements for name in attributes if name.startswith("on")]
    for evil in EVIL:
        assert evil in read.text
    assert "49" not in re.findall(r"\{\{.*?\}\}", read.text)


def test_what_would_steer_the_display_is_shown_instead() -> None:
    html = page(_replaced(made_up.full(), {"post-": "post\u202e\x07-", "moderation": "mod\u2066eration"}))
    assert "\\u202etxet nedder\\u202c" in html
    assert "post\\u202e\\x07-0000" in html
    assert "mod\\u2066eration" in html
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x07]", html)


def test_texts_are_veiled_and_isolated() -> None:
    html = full()
    read = Page(html)
    texts = [one for one in read.all("p") if one.get("class") == "text"]
    assert texts
    assert all(one["dir"] == "auto" for one in texts)
    assert ".reveal ~ ol .text { display: none; }" in html
    assert all("checked" not in one for one in read.all("input"))
    labels = {one["for"] for one in read.all("label")}
    assert [one["id"] for one in read.all("input")] == [f"reveal-{at}" for at in range(1, len(labels) + 1)]
    assert "Text hidden, 1,710 characters" in read.text
    assert "(cut, 1,710 characters in all)" in read.text


def test_undefined_shows_its_reason_and_never_nought() -> None:
    read = Page(page(made_up.minimal()))
    assert read.text.count("not defined: the label set has one label only") == 4
    assert "not defined: the label set has one label only 40 40" in " ".join(read.text.split())
    assert not re.findall(r"\b0\.0+\b", read.text)
    assert Page(page(made_up.minimal(), "zh")).text.count("无定义：标签集只有一个标签") == 4


def test_words_that_differ_are_marked() -> None:
    assert "<dd><bdi><mark>harassment</mark></bdi></dd>" in full()


def test_headings_are_in_order_and_tables_have_captions_and_scopes() -> None:
    read = Page(full())
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(read.all("table")) == len(read.all("caption"))
    assert all(one.get("scope") in {"col", "row"} for one in read.all("th"))
    assert read.all("html") == [{"lang": "en"}]


def test_every_chart_is_told_in_words() -> None:
    read = Page(full())
    told = [one["aria-label"] or "" for one in read.all("div") if one.get("role") == "img"]
    assert len(told) == len(read.all("svg")) == 7  # variants, slices, two heat maps, one reliability, two risks
    assert told[0] == (
        f"{made_up.NEW}: 83.1 % (81.1 to 85.1 %); {made_up.OLD}: 79.9 % (77.9 to 81.9 %); two reviewers: 96.5 %."
    )
    assert "Most frequent difference: human fine, model spam" in told[2]


def test_a_chinese_page_has_no_english_words_of_ours() -> None:
    evaluation = made_up.full()
    said = set(re.findall(r"[A-Za-z]{2,}", Page(full("zh")).text))
    data = set(re.findall(r"[A-Za-z]{2,}", visible("\n".join(_values(as_json(evaluation))))))
    known = (
        "Cohen Gwet AC Krippendorff Holm AUROC Kappa Tango McNemar Korn Graubard mid token ms lo"  # the last is cut off
    )
    assert sorted(said - data - set(known.split())) == []


def _values(value: Any) -> list[str]:
    """All texts in plain data that aren't names of fields, nor our own sentences."""
    if isinstance(value, dict):
        ours = {"reason", "notes", "because", "method", "test"}
        ours |= {name for name in value if name.endswith(("_code", "_codes"))}
        return [text for name, one in value.items() if name not in ours for text in _values(one)]
    if isinstance(value, list):
        return [text for one in value for text in _values(one)]
    return [value] if isinstance(value, str) else []


def test_many_variants_stay_readable() -> None:
    read = Page(page(made_up.ranked(6)))
    assert "All 15 pairs" in read.text
    assert "1–6" in read.text
    assert len(read.all("details")) == 1 + 6  # all pairs, a panel each


def test_blind_and_assisted_arms_stand_beside_the_naive_figure() -> None:
    text = Page(page(made_up.weighted())).text
    assert "Naive: plain average over reviewed items" in text
    assert "Pull, assisted less blind (points)" in text
    assert "the figure is the sum of weights" in text
