"""The token estimate: cheap, never falling as text grows, and on the safe side."""

from __future__ import annotations

import time
from timeit import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.tokens import estimate_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a", 1),  # 1 / 3.6, rounded up
        ("a" * 36, 10),  # 36 / 3.6
        ("ж" * 36, 28),  # 10, and 36 bytes beyond one a character: 10 + 18
        ("你" * 36, 46),  # 10, and 72 bytes beyond: 10 + 36
        ("😀" * 36, 64),  # 10, and 108 bytes beyond: 10 + 54
        ("\ud800", 2),  # a lone surrogate counts like any three-byte character: 0.28 + 1, rounded up
    ],
)
def test_counts_characters_and_the_bytes_beyond_one_for_each(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


def test_is_above_what_gpt_vocabularies_need_for_prose() -> None:
    # 44 characters that cl100k and o200k both cut into 10 tokens: one a word, one for the full stop.
    assert estimate_tokens("The quick brown fox jumps over the lazy dog.") >= 10


@given(st.text(), st.text())
def test_never_falls_when_text_is_appended(text: str, more: str) -> None:
    assert estimate_tokens(text) <= estimate_tokens(text + more)


@given(st.text(), st.text())
def test_parts_together_never_need_fewer_than_the_whole(one: str, other: str) -> None:
    assert estimate_tokens(one + other) <= estimate_tokens(one) + estimate_tokens(other)


@pytest.mark.parametrize("text", ["word " * 60, "规则的中文措辞" * 43])
def test_costs_less_than_a_look_at_every_character(text: str) -> None:
    """Time of this thread alone, each the least of five: neither a slow machine nor a busy one decides."""
    ours, look = (
        min(repeat(work, number=1000, repeat=5, timer=time.thread_time))
        for work in (lambda: estimate_tokens(text), lambda: sum(map(ord, text)))
    )
    assert ours < look
