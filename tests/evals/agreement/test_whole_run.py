"""Shares of a whole run: from labels of a part and the machine's answers to all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.domain.labels import NO_ANSWER
from assistant.reports.blocks import Paragraph, Table
from assistant.reports.words import Words
from evals.agreement.panel_of_variant import agreement_panel
from evals.agreement.whole_run import stands_for_all, whole_run
from evals.data.eval_data import EvalData, Scale
from evals.data.population import Population, ScoreMoments
from evals.report.sections.whole_run import whole_run_blocks
from tests.evals.judged import judged

# 100 of 1,000 items drawn at random: people say "bad" of 50, the machine of 40 of these; it says so of 400 in all
PEOPLE = ["bad"] * 50 + ["ok"] * 50
MACHINE = ["bad"] * 40 + ["ok"] * 60
RUN = Population({"bad": 400, "ok": 580, NO_ANSWER: 20})


def drawn(population: Population, *, share: float = 0.1, scale: Scale | None = None) -> EvalData:
    data = judged({"ana": PEOPLE}, {"r1": MACHINE}, inclusion=[share] * 100, scale=scale)
    return replace(data, populations={"r1": population})


def test_labels_of_a_random_part_and_answers_to_all_give_the_shares_of_all() -> None:
    found = whole_run(drawn(RUN), "r1")
    assert found is not None
    assert (found.items, found.labelled, found.stands_for_all, found.agreement) == (1_000, 100, True, None)
    bad, ok = found.shares
    assert (bad.label, bad.machine, ok.machine) == ("bad", 0.4, 0.58)
    # power = cov (1 / 100 - 1 / 1000) / (variance of the hundred / 100 - of all / 1000), both variances 0.24
    assert bad.share.power == pytest.approx(0.2 / 0.24)
    assert bad.share.powered.value == pytest.approx(0.5)  # the machine says bad as often in the part as in all
    assert ok.share.powered.value == pytest.approx(0.5 + ok.share.power * (0.58 - 0.6))
    assert bad.share.alone.value == 0.5
    assert bad.share.more_labels > 0
    wide = bad.share.alone.high - bad.share.alone.low
    assert bad.share.powered.high - bad.share.powered.low < wide


def test_the_panel_of_a_variant_carries_it() -> None:
    assert agreement_panel(drawn(RUN), "r1").whole_run == whole_run(drawn(RUN), "r1")


def test_a_machine_that_says_how_sure_it_is_narrows_agreement_too() -> None:
    data = drawn(replace(RUN, scores=ScoreMoments(800.0, 680.0, 0.4, 1.0)))
    sure = np.where(np.array(PEOPLE) == np.array(MACHINE), 0.9, 0.4)
    variant = replace(data.variants["r1"], confidence=sure)
    found = whole_run(replace(data, variants={"r1": variant}), "r1")
    assert found is not None
    assert found.agreement is not None
    assert found.agreement.alone.value == 0.9
    # the hundred have a mean of 0.85 where all have 0.8: agreement is lower than on them, by power times 0.05
    assert found.agreement.powered.value == pytest.approx(0.9 - found.agreement.power * 0.05)
    assert found.agreement.power > 0


def test_scores_that_are_no_probabilities_say_nothing_of_agreement() -> None:
    data = drawn(replace(RUN, scores=ScoreMoments(8_000.0, 68_000.0, 4.0, 10.0)))
    variant = replace(data.variants["r1"], confidence=np.full(100, 8.0))
    found = whole_run(replace(data, variants={"r1": variant}), "r1")
    assert found is not None
    assert found.agreement is None


def test_sets_of_labels_are_counted_label_by_label() -> None:
    people, machine = ["a+b", "a", "", "b", "a", ""], ["a+b", "a", "a", "b", "a", ""]
    data = judged({"ana": people}, {"r1": machine}, inclusion=[0.1] * 6, scale=Scale.MULTI)
    run = Population({"a|b": 12, "a": 28, "b": 10, "(none)": 10})
    found = whole_run(replace(data, populations={"r1": run}), "r1")
    assert found is not None
    assert {one.label: one.machine for one in found.shares} == {"a": 40 / 60, "b": pytest.approx(22 / 60)}
    assert found.shares[0].share.alone.value == 0.5


def test_labels_that_do_not_stand_for_all_correct_the_machines_count_of_the_others() -> None:
    data = judged({"ana": PEOPLE}, {"r1": MACHINE})  # sensitivity 0.8, specificity 1
    found = whole_run(replace(data, populations={"r1": Population({"bad": 200, "ok": 800})}), "r1")
    assert found is not None
    assert not found.stands_for_all
    bad = found.shares[0]
    assert bad.share is None
    # of the 900 others the machine calls 160 bad, which 200 are; with the 50 known that is 250 of 1,000
    assert bad.corrected.value == pytest.approx(0.25)
    assert bad.corrected.low < 0.25 < bad.corrected.high


def test_three_labels_are_corrected_by_the_whole_matrix() -> None:
    people = ["a"] * 20 + ["b"] * 20 + ["c"] * 20
    machine = ["a"] * 20 + ["a"] * 10 + ["b"] * 10 + ["c"] * 20  # half of all b are called a
    data = judged({"ana": people}, {"r1": machine})
    run = Population({"a": 30 + 600, "b": 10 + 200, "c": 20 + 200})
    found = whole_run(replace(data, populations={"r1": run}), "r1")
    assert found is not None
    # of the 1,000 others 400 are a, 400 b, 200 c; the labelled 60 are 20 each
    assert [one.corrected.value for one in found.shares] == pytest.approx([420 / 1060, 420 / 1060, 220 / 1060])


def test_without_others_or_with_few_labels_that_stand_for_none_but_themselves_there_is_nothing() -> None:
    assert whole_run(drawn(Population({"bad": 40, "ok": 60}), share=1.0), "r1") is None
    few = judged({"ana": PEOPLE[40:60]}, {"r1": MACHINE[40:60]})
    assert whole_run(replace(few, populations={"r1": RUN}), "r1") is None


def test_files_hold_answers_to_items_without_a_label() -> None:
    people = [*PEOPLE, *["-"] * 900]
    machine = [*MACHINE, *["bad"] * 360, *["ok"] * 540]
    found = whole_run(judged({"ana": people}, {"m": machine}, inclusion=[0.1] * 1_000), "m")
    assert found is not None
    assert (found.items, found.labelled, found.shares[0].machine) == (1_000, 100, 0.4)
    assert whole_run(judged({"ana": PEOPLE}, {"m": MACHINE}), "m") is None


def test_weights_stand_for_all_where_they_add_up_to_them_as_far_as_draws_allow() -> None:
    assert stands_for_all(np.ones(95), 100)  # five that nobody settled
    assert not stands_for_all(np.ones(80), 100)
    assert stands_for_all(np.full(45, 20.0), 1_000)  # 50 were expected
    assert not stands_for_all(np.full(10, 20.0), 1_000)


def test_it_is_right_on_average_where_hard_items_were_drawn_more_often() -> None:
    chance, found, truths = np.random.default_rng(5), [], []
    for _ in range(60):
        truth = np.where(chance.random(400) < 0.3, "bad", "ok")
        machine = np.where(chance.random(400) < 0.85, truth, np.where(truth == "bad", "ok", "bad"))
        inclusion = np.where(machine == "bad", 0.6, 0.2)
        people = np.where(chance.random(400) < inclusion, truth, "-")
        data = judged({"ana": people.tolist()}, {"m": machine.tolist()}, inclusion=inclusion.tolist())
        made = whole_run(data, "m")
        assert made is not None
        [bad] = [one.share for one in made.shares if one.label == "bad"]
        found.append((bad.powered.value, bad.powered.low, bad.powered.high))
        truths.append(float((truth == "bad").mean()))
    values, lows, highs = np.array(found).T
    assert abs((values - truths).mean()) < 3 * (values - truths).std() / np.sqrt(60)
    assert ((lows <= truths) & (truths <= highs)).mean() >= 0.9


@pytest.mark.parametrize("language", ["en", "zh"])
def test_reports_show_the_shares_with_and_without_the_machines_answers(language: str) -> None:
    [table] = whole_run_blocks(whole_run(drawn(RUN), "r1"), Words(language))
    assert isinstance(table, Table)
    assert [(row[0], row[1].replace(" %", "%")) for row in table.rows] == [("bad", "40.0%"), ("ok", "58.0%")]
    assert "50.0" in table.rows[0][2]
    assert int(table.rows[0][4]) > 0
    data = judged({"ana": PEOPLE}, {"r1": MACHINE})
    corrected, note = whole_run_blocks(
        whole_run(replace(data, populations={"r1": Population({"bad": 200, "ok": 800})}), "r1"), Words(language)
    )
    assert isinstance(corrected, Table)
    assert corrected.rows[0][2].startswith("25.0")
    assert isinstance(note, Paragraph)
    assert whole_run_blocks(None, Words(language)) == []
