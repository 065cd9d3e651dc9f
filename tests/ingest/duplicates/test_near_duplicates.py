"""Groups of near-duplicates: what was planted is found, what is unrelated is left alone."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from assistant.ingest.duplicates.near_duplicates import group_near_duplicates
from assistant.ingest.duplicates.signatures import exact_similarity, signatures

NO_SIGNATURE = bytes(128)  # of a text in which nothing is left to compare

LATIN = "abcdefghijklmnopqrstuvwxyz"
HAN = "".join(chr(code) for code in range(0x4E00, 0x5200))


def post(chooser: random.Random) -> str:
    """Random words, or a run of Han characters, 40 to 300 characters long."""
    length = chooser.randint(40, 300)
    if chooser.random() < 0.3:
        return "".join(chooser.choices(HAN, k=length))
    words = ("".join(chooser.choices(LATIN, k=chooser.randint(2, 9))) for _ in range(length // 6))
    return " ".join(words)


def near_copy(text: str, chooser: random.Random) -> str:
    """The text as a re-post changes it: case, spaces, a mark at the end, one character in a hundred."""
    characters = list(text.upper() if chooser.random() < 0.3 else text)
    for _ in range(len(characters) // 100):
        characters[chooser.randrange(len(characters))] = chooser.choice(LATIN)
    return "".join(characters).replace(" ", "  ", 1) + chooser.choice(["", "!", " 😀"])


@pytest.mark.parametrize("seed", range(3))
def test_planted_near_duplicates_are_found_and_unrelated_posts_are_not_grouped(seed: int) -> None:
    chooser = random.Random(seed)
    originals = [post(chooser) for _ in range(1_500)]
    planted = [(place, near_copy(originals[place], chooser)) for place in range(0, 1_500, 5)]
    texts = originals + [copy for _, copy in planted]
    ids = np.arange(len(texts))
    groups = group_near_duplicates(ids, signatures(texts), threshold=0.85)
    similar = [
        (place, len(originals) + number)
        for number, (place, copy) in enumerate(planted)
        if exact_similarity(originals[place], copy) >= 0.85
    ]
    assert len(similar) > 250
    assert np.mean([groups[copy] == place for place, copy in similar]) >= 0.95
    assert (groups[: len(originals)] == ids[: len(originals)]).all()  # originals are unrelated to one another


def test_the_result_does_not_depend_on_the_order_and_names_the_smallest_id() -> None:
    chooser = random.Random(4)
    texts = [post(chooser) for _ in range(200)]
    texts += [near_copy(text, chooser) for text in texts[:80]] + texts[:40]
    ids = np.array([f"item-{number:03d}" for number in range(len(texts))], dtype=object)
    marks = list(signatures(texts))
    in_order = dict(zip(ids, group_near_duplicates(ids, marks), strict=True))
    shuffled = np.array(chooser.sample(range(len(texts)), len(texts)))
    again = group_near_duplicates(ids[shuffled], [marks[place] for place in shuffled])
    assert dict(zip(ids[shuffled], again, strict=True)) == in_order
    assert all(representative <= item for item, representative in in_order.items())
    assert in_order["item-280"] == in_order["item-000"] == "item-000"


def test_items_without_a_signature_stay_alone() -> None:
    ids = np.arange(3)
    assert group_near_duplicates(ids, [NO_SIGNATURE] * 3).tolist() == [0, 1, 2]


def test_a_post_sent_a_hundred_thousand_times_is_one_group_at_once() -> None:
    marks = np.frombuffer(next(signatures(["spam spam spam"])), np.uint8)
    groups = group_near_duplicates(np.arange(100_000), np.tile(marks, (100_000, 1)))
    assert (groups == 0).all()


def test_a_common_template_makes_no_group_of_what_differs_and_keeps_what_is_alike() -> None:
    # 3,000 rows agree in two bands of 8 bytes and differ elsewhere; rows 0 and 2,999 are alike but for 5 bytes.
    generator = np.random.default_rng(6)
    marks = generator.integers(0, 256, (3_000, 128), dtype=np.uint8)
    marks[:, :16] = 7
    marks[2_999] = marks[0]
    marks[2_999, 60:65] += 1
    groups = group_near_duplicates(np.arange(3_000), marks)
    assert groups[2_999] == 0
    assert len(np.unique(groups)) == 2_999


def test_pairs_near_the_threshold_can_be_decided_by_their_texts() -> None:
    # Estimates of 0.83 to 0.88 around the threshold; the texts say which half is alike.
    generator = np.random.default_rng(8)
    left = generator.integers(0, 256, (40, 128), dtype=np.uint8)
    right = left.copy()
    right[:, 100:119] += 1  # 109 of 128 bytes equal: estimated 0.851
    asked: list[int] = []

    def read_texts(ids: Sequence[int]) -> list[str]:
        asked.extend(ids)
        return ["same text here" if item % 40 < 20 or item < 40 else "nothing of the kind" for item in ids]

    groups = group_near_duplicates(np.arange(80), np.concatenate([left, right]), read_texts=read_texts)
    assert (groups[40:60] == np.arange(20)).all()
    assert (groups[60:] == np.arange(60, 80)).all()
    assert sorted(asked) == list(range(80))


def test_a_lower_threshold_finds_less_similar_pairs() -> None:
    generator = np.random.default_rng(9)
    left = generator.integers(0, 256, (500, 128), dtype=np.uint8)
    right = np.where(generator.random((500, 128)) < 0.75, left, 255 - left)  # similarity about 0.75
    groups = group_near_duplicates(np.arange(1_000), np.concatenate([left, right]), threshold=0.6)
    assert np.mean(groups[500:] == np.arange(500)) > 0.99
    strict = group_near_duplicates(np.arange(1_000), np.concatenate([left, right]), threshold=0.95)
    assert (strict == np.arange(1_000)).all()


def test_no_items_make_no_groups_and_wrong_arguments_are_named() -> None:
    assert group_near_duplicates(np.array([], dtype=np.int64), []).shape == (0,)
    with pytest.raises(ValueError, match=r"threshold must lie in \[0.5, 1\], not 0.3"):
        group_near_duplicates(np.arange(1), [NO_SIGNATURE], threshold=0.3)
    with pytest.raises(ValueError, match="2 ids but signatures of shape"):
        group_near_duplicates(np.arange(2), [NO_SIGNATURE])
