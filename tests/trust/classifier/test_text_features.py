"""Texts as numbers."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.trust.classifier.text_features import BUCKETS, character_ngrams, style


def test_each_n_gram_is_counted_in_its_own_text_only() -> None:
    counts = character_ngrams(["ab", "ba"])
    # 'ab': a, b, ab; 'ba': b, a, ba. No n-gram reaches from one text into the next.
    assert counts.shape == (2, BUCKETS)
    assert np.diff(counts.indptr).tolist() == [3, 3]
    assert len(set(counts[[0]].indices) & set(counts[[1]].indices)) == 2


def test_counts_are_dampened() -> None:
    counts = character_ngrams(["aaa"])  # a three times, aa twice, aaa once
    assert sorted(counts.data) == pytest.approx([1.0, 1 + np.log(2), 1 + np.log(3)])


def test_texts_of_any_script_and_without_any_letter_have_a_row() -> None:
    counts = character_ngrams(["骗子滚开", "", "🙂", "\ud800", "مرحبا"])
    assert counts.shape[0] == 5
    assert np.diff(counts.indptr)[1] == 0
    assert np.isfinite(style(["骗子滚开", "", "🙂", "\ud800", "مرحبا"])).all()


def test_only_beginning_and_end_of_a_very_long_text_are_read() -> None:
    long = "a" * 700 + "b" * 5000 + "c" * 300
    assert (character_ngrams([long]) != character_ngrams(["a" * 700 + "c" * 300])).nnz == 0


def test_shouting_shows() -> None:
    loud, calm = style(["WAKE UP!!!", "wake up."])
    assert loud[3] > calm[3]
    assert loud[6] == pytest.approx(np.log(4))
