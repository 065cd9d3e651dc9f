"""MinHash signatures: small, stable, and an honest estimate of similarity."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.ingest.duplicates.signatures import (
    SIGNATURE_BYTES,
    estimated_similarity,
    exact_similarity,
    fold,
    signatures,
)

NO_SIGNATURE = bytes(128)  # of a text in which nothing is left to compare


def signature(text: str) -> bytes:
    return next(signatures([text]))


def test_a_signature_has_128_bytes_and_never_changes() -> None:
    # Signatures are stored: another value here would make every stored one incomparable.
    assert len(signature("x" * 200_000)) == SIGNATURE_BYTES == 128
    assert signature("The quick brown fox")[:8].hex() == "bd6932c092b04076"


@pytest.mark.parametrize("text", ["", " \n", "\u200b\ufeff"])
def test_a_text_with_nothing_to_compare_has_no_signature(text: str) -> None:
    assert signature(text) == NO_SIGNATURE
    assert signature("a") != NO_SIGNATURE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ｈello  World", "hello world"),
        ("STRASSE", "straße"),
        ("a\u200bb\u00adc", "abc"),
        ("é", "e\u0301"),
        ("x\r\n y", "x y"),
    ],
)
def test_folding_ignores_case_width_spaces_and_invisible_characters(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert signature(one) == signature(other)


@settings(max_examples=50)
@given(st.lists(st.text(max_size=400), max_size=30))
def test_many_at_once_are_the_same_as_one_by_one(texts: list[str]) -> None:
    assert list(signatures(texts)) == [signature(text) for text in texts]


def test_exact_similarity_counts_the_n_grams_of_both() -> None:
    # With an edge mark on both sides: "abcd" has ^ab abc bcd cd$, "abce" has ^ab abc bce ce$: 2 of 6 are shared.
    assert exact_similarity("abcd", "abce") == pytest.approx(2 / 6)
    assert exact_similarity("Same", "same") == 1
    assert exact_similarity("", "") == exact_similarity("", "x") == 0


def test_the_estimate_is_unbiased_with_a_standard_error_below_one_in_twenty() -> None:
    # sqrt(J (1 - J) / 128) is at most 0.044, at J = 0.5.
    chooser = random.Random(11)
    letters = "abcdefghijklmnopqrstuvwxyz 的一是不了人我在有他"
    texts = ["".join(chooser.choices(letters, k=chooser.randint(30, 500))) for _ in range(400)]
    changed = []
    for text in texts:
        cut = chooser.randint(0, len(text) // 2)
        changed.append(text[cut:] + "".join(chooser.choices(letters, k=cut // 3)))
    left, right = (np.frombuffer(b"".join(signatures(many)), np.uint8).reshape(-1, 128) for many in (texts, changed))
    exact = np.array([exact_similarity(one, other) for one, other in zip(texts, changed, strict=True)])
    error = estimated_similarity(left, right) - exact
    assert abs(error.mean()) < 0.01
    assert error.std() < 0.05
