"""Dev and test part: groups whole, nothing of one in the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.errors import InputError
from evals.data.split import part_of
from evals.disagreements.analyse import analyse_disagreements
from evals.disagreements.analysis import ProbableSide
from evals.proposals.copies import find_copy
from evals.proposals.parts import split_data, without_passages_of
from tests.evals.judged import judged
from tests.evals.proposals.made_up import disagreements, pair

LABELS = ["a", "b"] * 20
DATA = judged(
    {"ana": LABELS, "bo": LABELS},
    {"present": ["a"] * 38 + ["-", "-"]},
    groups=[f"g{at // 4}" for at in range(40)],
    properties={"language": ["en"] * 20 + ["zh"] * 20},
)


def test_groups_are_on_one_side_and_only_answered_items_count() -> None:
    parts = split_data(DATA, "present", 0.5, 0)
    assert len(parts.dev) + len(parts.test) == 38
    assert not set(parts.dev.groups.tolist()) & set(parts.test.groups.tolist())
    assert not set(parts.dev.ids) & set(parts.test.ids)
    again = split_data(DATA, "present", 0.5, 0)
    assert again.dev.ids == parts.dev.ids
    assert split_data(DATA, "present", 0.5, 1).dev.ids != parts.dev.ids


def test_a_part_says_what_the_whole_says_of_its_items() -> None:
    kept = np.array([at % 3 == 0 for at in range(40)])
    part = part_of(DATA, kept)
    at = np.flatnonzero(kept)
    assert part.ids == tuple(DATA.ids[one] for one in at)
    assert (part.reference == DATA.reference[at]).all()
    assert (part.variants["present"].codes == DATA.variants["present"].codes[at]).all()
    assert (part.slices["language"].codes == DATA.slices["language"].codes[at]).all()
    assert len(part.humans) == 2 * len(at)
    said = {
        (part.ids[item], part.humans.names[rater], code)
        for item, rater, code in zip(part.humans.items, part.humans.raters, part.humans.codes, strict=True)
    }
    whole = {
        (DATA.ids[item], DATA.humans.names[rater], code)
        for item, rater, code in zip(DATA.humans.items, DATA.humans.raters, DATA.humans.codes, strict=True)
    }
    assert said <= whole


def test_the_analysis_of_a_part_speaks_of_its_items_only() -> None:
    parts = split_data(DATA, "present", 0.5, 0)
    found = analyse_disagreements(parts.dev, "present")
    shown = {example.id for one in found.pairs for example in one.examples}
    assert shown <= set(parts.dev.ids)
    assert found.n == len(parts.dev)


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, 2.0])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(InputError, match="dev_share_out_of_range"):
        split_data(DATA, "present", share, 0)


def test_items_that_all_belong_together_can_not_be_split() -> None:
    one = replace(DATA, groups=np.zeros(40, dtype=np.int64))
    with pytest.raises(InputError, match="items_inseparable"):
        split_data(one, "present", 0.5, 0)


def test_examples_that_share_a_passage_with_the_test_part_are_not_shown() -> None:
    passage = "meet me at the old lighthouse on the northern shore at nine"
    found = disagreements(pair("a", "b", 1.0, ProbableSide.UNCLEAR, [f"He wrote: {passage}!", "All is well."]))
    clean, hidden = without_passages_of(found, [passage.title()])
    assert hidden == 1
    assert [one.text for one in clean.pairs[0].examples] == ["All is well."]


@pytest.mark.parametrize(
    ("draft", "quotes"),
    [
        ("Such as: the quick brown fox jumps over the lazy dog", True),
        ("Such as: THE  QUICK\nbrown fox jumps over the la\u200bzy dog", True),
        ("Such as: the quick brown fox jumps over a lazy dog", False),  # no 40 letters in a row
        ("Such as: 今天天气很好我们一起去公园散步吧", True),  # 16 characters are 48 bytes
        ("Such as: 今天天气很好", False),
        ("Such as: buy cheap watches now", True),  # the whole of a short item
        ("ok", False),
    ],
)
def test_a_copy_is_found_however_it_is_written(draft: str, quotes: bool) -> None:
    items = [
        "the quick brown fox jumps over the lazy dog",
        "今天天气很好我们一起去公园散步吧",
        "buy cheap watches now",
        "ok",
    ]
    assert (find_copy(draft, "", items) is not None) is quotes
    assert find_copy(draft, draft, items) is None
