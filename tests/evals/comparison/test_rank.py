import pytest

from assistant.domain.reasons import Reason
from assistant.errors import InputError
from evals.comparison.rank import rank
from evals.comparison.scores import ComparisonTerms
from evals.evaluate import evaluate
from tests.evals.judged import judged


def test_the_best_comes_first_and_ranks_say_what_is_sure() -> None:
    n = 400
    answers = {"worst": "y" * 200 + "x" * 200, "good": "x" * 380 + "y" * 20, "as_good": "x" * 378 + "y" * 22}
    found = rank(judged({"a": "x" * n}, answers))
    assert [(one.variant, one.first_rank, one.last_rank) for one in found.ranked] == [
        ("good", 1, 2),
        ("as_good", 1, 2),
        ("worst", 3, 3),
    ]
    assert found.n == n


def test_every_pair_is_corrected_for_all_pairs() -> None:
    answers = {"p": "x" * 60 + "y" * 40, "q": "x" * 75 + "y" * 25, "r": "x" * 76 + "y" * 24}
    found = rank(judged({"a": "x" * 100}, answers))
    assert len(found.pairs) == 3
    smallest = min(one.p_value for one in found.pairs if one.p_value is not None)
    assert min(one.adjusted_p for one in found.pairs if one.adjusted_p is not None) == pytest.approx(3 * smallest)


def test_a_variant_that_answered_little_is_not_ranked_on_that_little() -> None:
    found = rank(judged({"a": "xxxxxxxxxx"}, {"p": "xxxxxxxxxy", "q": "xxxxxxxxyy", "few": "xx--------"}))
    assert found.left_out == ("few",)
    assert found.n == 10


def test_variants_without_common_items_are_not_ranked() -> None:
    with pytest.raises(InputError, match="no_variants_to_rank"):
        rank(judged({"a": "xx"}, {"p": "x-", "q": "-x"}))


def test_an_evaluation_goes_on_without_a_ranking_and_says_who_is_not_in_it() -> None:
    data = judged({"a": "xxxyyyxxxy"}, {"p": "xxxyyyxxyy", "few": "xy--------"})
    made = evaluate(data, "made up", terms=ComparisonTerms())
    assert made.ranking is None
    assert made.subject.notes == (Reason.of("not_ranked", variants=("few",)),)
    assert set(made.panels) == {"p", "few"}
    assert len(made.comparisons) == 1
