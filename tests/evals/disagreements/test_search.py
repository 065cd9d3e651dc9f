"""The search finds what was planted, and seldom anything where nothing was."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.stats import binom, fisher_exact

from evals.data.eval_data import EvalData
from evals.disagreements.compared import Compared, compared
from evals.disagreements.slices.candidates import candidates
from evals.disagreements.slices.scan import scan_grouped, scan_independent
from evals.disagreements.slices.search import Search, search
from evals.disagreements.terms import read_terms
from tests.evals.disagreements.made import collect, other, searched_data

LEVEL = 0.05


def run(data: EvalData, seed: int = 0) -> Search:
    items = compared(data, "m")
    return search(items, read_terms(texts(items)) if data.texts else None, LEVEL, seed)


def texts(items: Compared) -> list[str]:
    return items.texts(np.arange(len(items)))


def standing(found: Search) -> list[tuple[tuple[str, str], ...]]:
    return [one.where for one in found.found if one.surprising]


@pytest.mark.parametrize(
    ("wrong", "per_group", "weights", "runs"),
    [(0.15, 1, (1.0,), 200), (0.04, 1, (1.0,), 100), (0.15, 5, (1.0,), 100), (0.15, 1, (1.0, 10.0), 100)],
    ids=["plain", "rare", "grouped", "weighted"],
)
def test_noise_is_called_surprising_in_at_most_5_percent_of_searches(
    wrong: float, per_group: int, weights: tuple[float, ...], runs: int
) -> None:
    """In 1,000 runs each, of 300 items and their terms, it was in 5.2 %, 4.5 %, 1.0 % and 1.1 %."""
    false = 0
    for seed in range(runs):
        items = compared(searched_data(seed, 200, wrong, per_group=per_group, weights=weights), "m")
        false += bool(standing(search(items, None, LEVEL, 10_000 + seed)))
    # If the true share is 5 %, more than this happens in one of 1,000 such tests; the seeds are fixed.
    assert false <= binom.ppf(0.999, runs, LEVEL)


def test_without_a_correction_noise_would_be_called_surprising_most_of_the_time() -> None:
    uncorrected = 0
    for seed in range(40):
        items = compared(searched_data(seed, 200, 0.15), "m")
        uncorrected += bool((scan_independent(candidates(items, None).members, items.off, 0).p_values <= LEVEL).any())
    assert uncorrected >= 30


def test_a_planted_combination_is_found_in_most_searches_and_named_exactly() -> None:
    runs = 20
    found = [standing(run(searched_data(seed, 1500, 0.12, planted=0.45), seed)) for seed in range(runs)]
    exact = sum((("language", "zh"), ("source", "a")) in one for one in found)
    assert exact >= 0.85 * runs


def test_a_planted_combination_is_found_among_weighted_items_and_groups() -> None:
    for kind in ({"weights": (1.0, 2.0)}, {"per_group": 4}):
        found = [standing(run(searched_data(seed, 2000, 0.1, planted=0.6, **kind), seed)) for seed in range(6)]
        assert sum((("language", "zh"), ("source", "a")) in one for one in found) >= 5


def test_combinations_within_a_bad_language_are_not_told_again() -> None:
    rng = np.random.default_rng(3)
    language, source = rng.choice(["en", "zh"], 2000), rng.choice(list("abcd"), 2000)
    off = rng.random(2000) < np.where(language == "zh", 0.4, 0.1)
    data = collect(
        2000,
        machines={"m": lambda at: "no" if off[at] else "yes"},
        people=lambda _: {"r": "yes"},
        properties=lambda at: {"language": str(language[at]), "source": str(source[at])},
    )
    found = run(data)
    assert standing(found) == [(("language", "zh"),)]
    assert found.repeated >= 4  # zh with each of the four sources


def test_a_word_that_marks_mistakes_is_found() -> None:
    rng = np.random.default_rng(5)
    marked = rng.random(600) < 0.15
    off = rng.random(600) < np.where(marked, 0.6, 0.1)
    data = collect(
        600,
        machines={"m": lambda at: "no" if off[at] else "yes"},
        people=lambda _: {"r": "yes"},
        text=lambda at: f"please look at {'violets' if marked[at] else 'roses'} today" + " tea" * (at % 7),
    )
    assert (("term", "violets"),) in standing(run(data))


def test_slices_by_what_people_said_come_after_all_others() -> None:
    rng = np.random.default_rng(7)
    truth, language = rng.choice(["yes", "no"], 1500), rng.choice(["en", "zh"], 1500)
    chance = 0.05 + 0.6 * (truth == "yes") * (0.4 + 0.6 * (language == "zh"))
    off = rng.random(1500) < chance
    data = collect(
        1500,
        machines={"m": lambda at: other(str(truth[at])) if off[at] else str(truth[at])},
        people=lambda at: {"r": str(truth[at])},
        properties=lambda at: {"language": str(language[at])},
    )
    found = standing(run(data))
    assert found[0] == (("language", "zh"),)
    assert any(name == "label" for name, _ in found[1])


def test_an_exact_p_value_is_fishers() -> None:
    off = np.array([1.0] * 9 + [0.0] * 11 + [1.0] * 6 + [0.0] * 34)
    members = sp.csr_array(np.array([[1.0] * 20 + [0.0] * 40], dtype=np.float32))
    scan = scan_independent(members, off, 0)
    expected = fisher_exact([[9, 11], [6, 34]], alternative="greater").pvalue
    assert scan.p_values[0] == pytest.approx(expected, rel=1e-9)
    assert scan.adjusted[0] >= scan.p_values[0]
    # Of one slice the corrected p-value is the permutation p-value of the same table, up to chance.
    assert scan.adjusted[0] == pytest.approx(expected, abs=3 * np.sqrt(expected / 999) + 1e-3)


def test_half_wrong_items_are_tested_too() -> None:
    rng = np.random.default_rng(0)
    off = rng.choice([0.0, 1 / 3, 2 / 3, 1.0], 300, p=[0.7, 0.1, 0.1, 0.1])
    off[:40] = rng.choice([1 / 3, 2 / 3, 1.0], 40)
    members = sp.csr_array(np.array([[1.0] * 40 + [0.0] * 260, [0.0, 1.0] * 150], dtype=np.float32))
    scan = scan_independent(members, off, 0)
    assert scan.adjusted[0] <= 0.002
    assert scan.adjusted[1] > 0.05


def test_the_same_slice_among_fewer_groups_is_less_certain() -> None:
    rng = np.random.default_rng(1)
    off = (rng.random(400) < 0.1).astype(np.float64)
    off[:40] = 1.0
    members = sp.csr_array(np.array([[1.0] * 80 + [0.0] * 320], dtype=np.float32))
    alone = scan_grouped(members, off, np.ones(400), np.arange(400), 0)
    in_tens = scan_grouped(members, off, np.ones(400), np.arange(400) // 10, 0)
    assert alone.p_values[0] == pytest.approx(0.001)
    assert in_tens.p_values[0] > 0.01


def test_too_few_items_are_not_searched() -> None:
    assert run(searched_data(0, 30, 0.3)).searched == 0


def test_the_same_seed_finds_the_same() -> None:
    data = searched_data(4, 500, 0.1, planted=0.6)
    first, second = run(data, 9), run(data, 9)
    assert [(one.where, one.adjusted_p) for one in first.found] == [(one.where, one.adjusted_p) for one in second.found]
