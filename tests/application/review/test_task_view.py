"""What a reviewer gets to see of an item: told apart, quoted, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.application.review.content import media_type, read_context, read_translation, show_item, split_turns
from assistant.application.review.policy_quotes import quoted_words
from assistant.application.review.task_assembly import needs_clause, show_clauses
from assistant.application.review.task_view import Remark, Translation, label_keys, words_for
from assistant.domain.items import Content, Item
from assistant.domain.policies import Policy
from assistant.policy.documents.documents import parse_policy
from assistant.store.runs.machine_answers import MachineAnswer

POLICY = """---
policy: tiny
version: "1"
title: Tiny
languages: [en, zh]
label_set:
  kind: single
  labels:
    - {name: safe, definition: Fine., severity: 0}
    - {name: rude, definition: Not fine., severity: 1, needs_clause: true}
---
## A1 Rudeness
labels: rude

Be kind.

### zh
要友善。

### Violates
- en: "Shut up." -> rude
- en: "Go away." -> rude

### Does not violate
- en: "Please leave." -> safe
- en: "No." -> safe
"""


@pytest.fixture
def policy() -> Policy:
    return parse_policy(POLICY, "tiny.md")


def test_a_text_of_remarks_is_told_apart_by_who_speaks() -> None:
    assert split_turns("USER: hi\nhow are you?\nAGENT: fine\n") == [
        Remark("USER", "hi\nhow are you?"),
        Remark("AGENT", "fine"),
    ]
    assert split_turns("用户：在吗\n客服：您好") == [Remark("用户", "在吗"), Remark("客服", "您好")]
    assert split_turns("User 1: a\nUser 2: b") == [Remark("User 1", "a"), Remark("User 2", "b")]


@pytest.mark.parametrize("text", ["", "plain", "USER: alone", "he said\nUSER: a\nAGENT: b", "note: a\nnote: b"])
def test_a_text_that_is_no_conversation_stays_whole(text: str) -> None:
    assert split_turns(text) == []


def test_context_is_read_from_lists_and_texts_and_nothing_else() -> None:
    assert read_context([{"role": "a", "text": "x"}, "y", 3, {"role": "b"}]) == [Remark("a", "x"), Remark("", "y")]
    assert read_context("USER: a\nBOT: b") == [Remark("USER", "a"), Remark("BOT", "b")]
    assert read_context("before") == [Remark("", "before")]
    assert read_context(None) == read_context(7) == read_context(" ") == []


def test_other_columns_of_an_item_stay_behind_since_they_may_hold_answers(tmp_path: Path) -> None:
    item = Item("i", Content("hello"), "he", meta={"label_a": "rude", "translation": {"text": "x", "language": "en"}})
    shown = show_item(item, tmp_path)
    assert "rude" not in repr(shown)
    assert shown.direction == "rtl"
    assert read_translation(item.meta, "zh") == Translation("x", "en")
    assert read_translation({"translation_zh": "你好", "translation": "hi"}, "zh") == Translation("你好", "zh")
    assert read_translation({}, "zh") is None


@pytest.mark.parametrize(
    ("rationale", "found"),
    [
        ('It says "Shut  UP now", so it is rude.', "shut up\nnow"),
        ("写了“shut up”，也写了“go”。", "shut up"),
        ("The words 'never written' decide.", None),
        ("No quote at all.", None),
        (None, None),
        ('""', None),
    ],
)
def test_the_longest_quote_that_stands_in_the_text_counts(rationale: str | None, found: str | None) -> None:
    assert quoted_words(rationale, "well, shut up\nnow and go") == found


def test_clauses_carry_citation_and_quote_only_beside_the_models_own_answer(policy: Policy) -> None:
    own = MachineAnswer(("rude",), 0.9, ("A1",), 'says "shut up"', True, "p@1")
    students = MachineAnswer(("safe",), 0.9, ("A1",), 'says "shut up"', False, "p@1")
    [cited] = show_clauses(policy, own, "oh shut up", "zh")
    assert (cited.text, cited.cited, cited.quote, cited.labels) == ("要友善。", True, "shut up", ("rude",))
    for machine in (students, None):
        [plain] = show_clauses(policy, machine, "oh shut up", "de")
        assert (plain.text, plain.cited, plain.quote) == ("Be kind.", False, None)


def test_the_policy_says_which_labels_need_a_clause(policy: Policy) -> None:
    assert needs_clause(policy) == ["rude"]


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        *((1.0, "almost certain"), (0.99, "almost certain"), (0.95, "very likely"), (0.91, "likely"), (0.75, "likely")),
        *((0.6, "more likely than not"), (0.5, "undecided"), (0.2, "doubtful"), (None, "not calibrated")),
    ],
)
def test_confidence_is_said_in_words(confidence: float | None, words: str) -> None:
    assert words_for(confidence) == words


def test_labels_have_digits_then_letters_that_do_nothing_else() -> None:
    names = [f"label {number}" for number in range(40)]
    assert label_keys(names[:11]) == [*"123456789", "d", "f"]
    assert label_keys(names)[-1] is None
    used = set("sezpbtncaxh?")  # of our own keys and those people bring along
    assert not used & set(filter(None, label_keys(names)))


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["0", "1", "2", "3"], ["0", "1", "2", "3"]),
        (["3", "2", "1", "0"], ["3", "2", "1", "0"]),
        (["safe", "1", "spam"], ["2", "1", "3"]),
        (["-1", "0", "1"], ["d", "0", "1"]),
        (["8", "9", "10", "11"], ["8", "9", "d", "f"]),
        (["1.0", "1.5", "2"], ["1", "d", "2"]),
        (["3", "03", "some"], ["3", "d", "1"]),
    ],
)
def test_a_numeric_label_has_its_own_digit_and_the_others_what_is_left(names: list[str], keys: list[str]) -> None:
    assert label_keys(names) == keys


def test_pictures_are_known_by_their_first_bytes() -> None:
    assert media_type(b"\x89PNG\r\n\x1a\n....") == "image/png"
    assert media_type(b"RIFF\0\0\0\0WEBP") == "image/webp"
    assert media_type(b"<svg xmlns=..") is None
    assert media_type(b"") is None


@pytest.mark.timeout(60)  # what tries each quote at each place of the text takes minutes
def test_many_long_quotes_of_a_long_text_are_looked_for_in_one_pass_over_each() -> None:
    text = "a b " * 500_000 + "the End  of\nit"
    quotes = [f'"{"a b " * 60}x{number}"' for number in range(60)]
    assert quoted_words(" ".join(quotes), text) is None
    assert quoted_words(" ".join([*quotes, '"the end of it."']), text) == "the End  of\nit"
