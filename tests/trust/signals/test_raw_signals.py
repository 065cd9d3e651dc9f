"""Signals of answers side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.domain.runs import Run
from assistant.trust.signals.raw_signals import compared_signals, replicates, stored_signals

RUN = Run(1, "k1", "prelabel", "m", "p@1", "pd", "c@1", "cd", {"temperature": 0.7}, 0, "2026-01-01")


def test_the_vote_share_counts_this_runs_own_answer_and_those_of_its_repeats() -> None:
    machine = np.array([0, 1, 1, -1])
    others = {"r2": np.array([0, 0, 1, 1]), "r3": np.array([1, 0, -1, 1])}
    columns = compared_signals(["a", "bb", "", "dddd"], machine, others, ["r2", "r3"])
    # Item 1: 0, 0, 1: two of three. Item 2: 1, 0, 0: one of three. Item 3: 1, 1, none: both. Item 4: no answer.
    assert columns["vote_share"] == pytest.approx([2 / 3, 1 / 3, 1.0, np.nan], nan_ok=True)
    assert "agreement" not in columns
    assert columns["length"].tolist() == [1, 2, 0, 4]


def test_agreement_is_among_other_prompts_and_models_only() -> None:
    machine = np.array([0, 1])
    others = {"r2": np.array([0, 0]), "r3": np.array([1, -1]), "r4": np.array([1, 1])}
    columns = compared_signals(["a", "b"], machine, others, ["r4"])
    assert columns["agreement"] == pytest.approx([0.5, 0.0])
    assert columns["vote_share"] == pytest.approx([0.5, 1.0])


def test_only_a_run_alike_in_all_but_the_replicate_is_a_repeat() -> None:
    again, hotter, imported = (
        replace(RUN, id=2, replicate=1),
        replace(RUN, id=3, parameters={"temperature": 1.0}),
        replace(RUN, id=4, origin="import"),
    )
    assert replicates(RUN, [again, hotter, imported]) == ["r2"]
    assert replicates(imported, [RUN]) == []


def test_stored_signals_are_columns_by_name_with_gaps_where_an_item_lacks_one() -> None:
    columns = stored_signals([{"margin": 0.5}, {}, {"margin": 1.0, "entropy": 0.2}])
    assert list(columns) == ["entropy", "margin"]
    assert columns["entropy"] == pytest.approx([np.nan, np.nan, 0.2], nan_ok=True)
    assert columns["margin"] == pytest.approx([0.5, np.nan, 1.0], nan_ok=True)
