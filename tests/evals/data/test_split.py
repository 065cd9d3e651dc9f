"""Splitting keeps what belongs together on one side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.data.split import split_groups


@given(st.lists(st.integers(0, 30), min_size=2, max_size=80), st.floats(0.05, 0.95), st.integers(0, 1000))
def test_groups_stay_whole_and_neither_side_is_empty(groups: list[int], share: float, seed: int) -> None:
    codes = np.array(groups)
    part = split_groups(codes, share, seed)
    assert not set(codes[part].tolist()) & set(codes[~part].tolist())
    if len(set(groups)) > 1:
        assert 0 < part.sum() < len(groups)
    largest = np.unique(codes, return_counts=True)[1].max()
    assert abs(part.sum() - share * len(groups)) <= largest
    assert np.array_equal(part, split_groups(codes, share, seed))


def test_single_items_are_split_as_asked() -> None:
    part = split_groups(np.arange(1000), 0.3, seed=7)
    assert part.sum() == 300
    assert not np.array_equal(part, split_groups(np.arange(1000), 0.3, seed=8))


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        split_groups(np.arange(3), share, seed=1)
