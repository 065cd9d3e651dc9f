import numpy as np
import pytest
from scipy import stats

from assistant.domain.reasons import Reason
from evals.agreement.measures import masi_alpha, masi_distance
from evals.agreement.panel_of_variant import agreement_panel
from evals.data.eval_data import Scale
from tests.evals.judged import judged

PEOPLE = ["0", "0", "1", "1", "2", "2", "3", "3", "0", "1"]
MACHINE = ["0", "1", "1", "2", "2", "3", "3", "1", "0", "0"]


def test_kendalls_tau_of_grades_is_scipys_and_has_an_interval() -> None:
    tau = agreement_panel(judged({"a": PEOPLE}, {"m": MACHINE}), "m").coefficients["kendall_tau_b"]
    assert tau.value == pytest.approx(stats.kendalltau(list(map(int, PEOPLE)), list(map(int, MACHINE))).statistic)
    assert tau.low < tau.value < tau.high  # type: ignore[operator]


def test_a_machine_that_gives_one_grade_has_no_tau_and_says_why() -> None:
    tau = agreement_panel(judged({"a": ["0", "1"]}, {"m": ["1", "1"]}), "m").coefficients["kendall_tau_b"]
    assert tau.value is None
    assert tau.reason == Reason("one_grade")


def test_groups_of_graded_items_are_ranked_as_the_results_of_a_query() -> None:
    # Query p: the machine's order is people's, NDCG 1. Query q: turned round. The lowest grade is no gain, so the gains
    # are 2, 1 and 0 in the best order and 0, 1 and 2 in the machine's, discounted by 1, log2(3) and 2.
    data = judged({"a": ["3", "2", "1"] * 2}, {"m": ["3", "2", "1", "1", "2", "3"]}, groups=["p"] * 3 + ["q"] * 3)
    found = agreement_panel(data, "m").coefficients["ndcg_10"]
    turned = (1 / 1.5849625 + 2 / 2) / (2 + 1 / 1.5849625)
    assert found.value == pytest.approx((1 + turned) / 2)
    assert found.n == 2


def test_items_on_their_own_are_no_ranking() -> None:
    assert "ndcg_10" not in agreement_panel(judged({"a": PEOPLE}, {"m": MACHINE}), "m").coefficients


def test_sets_that_share_labels_disagree_in_part_by_masi() -> None:
    assert masi_distance({"a"}, {"a"}) == masi_distance(set(), set()) == 0
    assert masi_distance({"a"}, {"a", "b"}) == pytest.approx(1 - 1 / 2 * 2 / 3)
    assert masi_distance({"a", "b"}, {"b", "c"}) == pytest.approx(1 - 1 / 3 * 1 / 3)
    assert masi_distance({"a"}, {"b"}) == masi_distance(set(), {"a"}) == 1


def test_alpha_of_sets_worked_by_hand() -> None:
    # people a, a+b, b; the machine a, a, b: distances 0, 2/3, 0. Of the six answers three are a, one a+b, two b: of the
    # 30 ordered pairs 6 are a and a+b (2/3), 12 a and b (1), 4 a+b and b (2/3)
    data = judged({"ana": ["a", "a+b", "b"]}, {"m": ["a", "a", "b"]}, scale=Scale.MULTI)
    found = masi_alpha(data, "m", np.arange(3), 0.95)
    assert found.value == pytest.approx(1 - (2 / 3 / 3) / ((6 * 2 / 3 + 12 + 4 * 2 / 3) / 30))
    assert found.low < found.value < found.high
    plain = agreement_panel(data, "m").coefficients
    assert plain["krippendorff_alpha_masi"] == found
    assert plain["krippendorff_alpha"].value < found.value


def test_an_unusable_answer_shares_nothing_with_any_set() -> None:
    data = judged({"ana": ["a", "a+b"]}, {"m": ["a", None]}, scale=Scale.MULTI)
    # distances 0 and 1; of four answers two are a, one a+b, one unusable: 4 pairs at 2/3, 4 and 2 at 1, of 12
    assert masi_alpha(data, "m", np.arange(2), 0.95).value == pytest.approx(1 - (1 / 2) / ((4 * 2 / 3 + 6) / 12))
