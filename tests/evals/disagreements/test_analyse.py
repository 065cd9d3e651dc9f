"""Pairs, groups, clusters and what is said where there is little to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from assistant.domain.reasons import Reason
from assistant.stats.intervals import binomial_interval
from evals.disagreements.analyse import analyse_disagreements
from evals.disagreements.analysis import DisagreementAnalysis, GroupRow
from evals.disagreements.clusters.cluster import marking
from evals.disagreements.terms import terms_of
from tests.evals.disagreements.made import WORDS, collect, other


def row(found: DisagreementAnalysis, column: str, name: str) -> GroupRow:
    return next(one for one in found.groups if (one.column, one.name) == (column, name))


def one_reviewer(_: int) -> Mapping[str, str]:
    return {"r": "yes"}


def test_pairs_are_counted_by_weight_and_missing_answers_are_a_pair_of_their_own() -> None:
    answers = ["yes", "no", "no", None, "maybe", "yes"]
    data = collect(
        6,
        machines={"m": lambda at: answers[at]},
        people=one_reviewer,
        weight=lambda at: [1, 1, 1, 5, 3, 1][at],
    )
    found = analyse_disagreements(data, "m")
    # of 10 weighted disagreements: 5 without an answer, 3 maybe, 2 no
    assert [(one.machine, one.n, pytest.approx(one.share)) for one in found.pairs] == [
        ("(no usable answer)", 1, 0.5),
        ("maybe", 1, 0.3),
        ("no", 2, 0.2),
    ]
    assert (found.n, found.disagreed) == (6, 4)


def test_examples_are_those_the_machine_was_surest_of() -> None:
    data = collect(
        40,
        machines={"m": lambda at: "no" if at % 4 == 0 else "yes"},
        people=one_reviewer,
        text=lambda at: f"text {at % 20}",
        confidence=lambda at: at / 100,
    )
    found = analyse_disagreements(data, "m", examples=3)
    # 36 and 16 have the same text: one is shown
    assert [one.id for one in found.pairs[0].examples] == ["i00036", "i00032", "i00028"]
    assert [one.text for one in found.pairs[0].examples] == ["text 16", "text 12", "text 8"]
    assert Reason("examples_surest_first") in found.notes


def test_groups_have_binomial_intervals_where_items_stand_alone() -> None:
    data = collect(
        50,
        machines={"m": lambda at: "no" if at < 10 else "yes"},
        people=one_reviewer,
        properties=lambda at: {"language": "en" if at < 40 else "zh"},
        clauses=lambda at: ("H1", "H2") if at < 20 else (),
    )
    found = analyse_disagreements(data, "m")
    zh = row(found, "language", "zh")
    assert (zh.n, zh.disagreement.value) == (10, 0.0)
    assert (zh.disagreement.low, zh.disagreement.high) == pytest.approx(binomial_interval(0, 10))
    assert row(found, "language", "en").disagreement.value == pytest.approx(10 / 40)
    assert row(found, "clause", "H2").disagreement.value == pytest.approx(10 / 20)
    assert row(found, "clause", "(none cited)").n == 30


def test_a_reviewer_is_compared_by_their_own_answers() -> None:
    def people(at: int) -> Mapping[str, str]:
        return {"a": "yes", "b": "yes", "c": "no" if at < 30 else "yes"}

    data = collect(100, machines={"m": lambda at: "no" if at < 20 else "yes"}, people=people)
    found = analyse_disagreements(data, "m")
    assert row(found, "reviewer", "a").disagreement.value == pytest.approx(0.2)
    assert row(found, "reviewer", "c").disagreement.value == pytest.approx(0.1)  # items 20 to 29


def test_items_that_belong_together_widen_the_interval() -> None:
    machines = {"m": lambda at: "no" if at // 10 % 3 == 0 else "yes"}
    alone = collect(300, machines=machines, people=one_reviewer, properties=lambda _: {"source": "x"})
    grouped = replace(alone, groups=np.arange(300) // 10)
    first, second = (row(analyse_disagreements(data, "m"), "source", "x") for data in (alone, grouped))
    assert first.disagreement.value == second.disagreement.value
    assert second.disagreement.effective_n < 0.2 * first.disagreement.effective_n


def test_a_slice_that_is_one_group_is_spoken_of_by_its_items() -> None:
    data = collect(
        200,
        machines={"m": lambda at: "no" if at % 4 == 0 else "yes"},
        people=one_reviewer,
        properties=lambda at: {"query": str(at // 20)},
        group=lambda at: str(at // 20),
    )
    query = row(analyse_disagreements(data, "m"), "query", "3").disagreement
    assert (query.low, query.high) == pytest.approx(binomial_interval(5, 20), abs=0.02)


def test_repeats_count_by_their_share() -> None:
    data = collect(100, machines={"m": lambda at: "no" if at < 20 else "yes"}, people=one_reviewer)
    variant = data.variants["m"]
    right = np.full(100, data.classes.index("yes"))
    data = replace(data, variants={"m": replace(variant, codes=np.column_stack([variant.codes, right]))})
    found = analyse_disagreements(data, "m")
    assert found.disagreed == 20
    assert row(found, "reviewer", "r").disagreement.value == pytest.approx(0.1)
    assert Reason.of("asked_several_times", repeats=2) in found.notes


def clustered(topics: tuple[str, str, str], joined: str) -> DisagreementAnalysis:
    """Mistakes on half of the texts of two topics, and seldom on the third, which is the largest."""
    rng = np.random.default_rng(0)

    def topic(at: int) -> int:
        return 0 if at < 60 else 1 if at < 110 else 2

    def text(at: int) -> str:
        filler = [str(word) for word in rng.choice(WORDS, 3)] if joined else []
        return joined.join([topics[topic(at)], *filler])

    def machine(at: int) -> str:
        return other("yes") if (topic(at) < 2 and at % 2 == 0) or at % 40 == 1 else "yes"

    return analyse_disagreements(collect(600, machines={"m": machine}, people=one_reviewer, text=text), "m")


def test_clusters_are_named_by_what_marks_them() -> None:
    found = clustered(("terminate python process", "shoot great photo", "water garden plants"), " ")
    first, second = found.clusters[:2]
    assert set(first.terms) >= {"terminate", "python", "process"}
    assert set(second.terms) >= {"shoot", "great", "photo"}
    assert (first.n, second.n) == (pytest.approx(30, abs=2), pytest.approx(25, abs=2))
    assert first.disagreement is not None
    assert first.elsewhere is not None
    assert first.disagreement > 0.4 > first.elsewhere


def test_chinese_texts_cluster_without_spaces() -> None:
    found = clustered(("如何终止进程", "拍摄精彩照片", "给花园浇水"), "")
    named = ["".join(one.terms) for one in found.clusters[:2]]
    assert any("终止" in terms and "进程" in terms for terms in named)
    assert any("照片" in terms for terms in named)


def test_terms_are_words_and_pairs_of_characters() -> None:
    assert terms_of("Don't kill MY 2 python-processes, it’s 终止进程! Ürün") == [
        "kill", "python", "processes", "终止", "止进", "进程", "ürün",
    ]  # fmt: skip


def test_frequent_terms_mark_more_than_rare_ones_of_the_same_ratio() -> None:
    these, others = np.array([40.0, 4.0, 100.0]), np.array([10.0, 1.0, 133.0])
    z = marking(these, others)
    assert z[0] > z[1] > 0 > z[2]
    assert marking(these, these) == pytest.approx(0.0)


def test_without_texts_there_are_no_clusters_and_it_is_said() -> None:
    data = collect(200, machines={"m": lambda at: "no" if at % 4 == 0 else "yes"}, people=one_reviewer)
    found = analyse_disagreements(data, "m")
    assert found.clusters == ()
    assert Reason("no_texts_to_cluster") in found.notes


def test_texts_that_are_all_the_same_make_no_clusters() -> None:
    data = collect(
        200,
        machines={"m": lambda at: "no" if at % 4 == 0 else "yes"},
        people=one_reviewer,
        text=lambda _: "the same words everywhere",
    )
    assert analyse_disagreements(data, "m").clusters == ()


def test_where_nothing_differs_it_is_said() -> None:
    data = collect(80, machines={"m": lambda _: "yes"}, people=one_reviewer, text=lambda at: f"text {at}")
    found = analyse_disagreements(data, "m")
    assert (found.disagreed, found.pairs, found.findings, found.clusters) == (0, (), (), ())
    assert found.notes == (Reason.of("no_disagreement", items=80),)


def test_where_everything_differs_nothing_is_surprising() -> None:
    data = collect(
        80, machines={"m": lambda _: "no"}, people=one_reviewer, text=lambda at: f"{WORDS[at % 7]} {WORDS[at % 5]}"
    )
    found = analyse_disagreements(data, "m")
    assert (found.disagreed, found.findings) == (80, ())
    assert row(found, "reviewer", "r").disagreement.value == 1.0
    assert Reason.of("label_never_answered", label="yes", items=80) in found.notes


def test_no_item_in_common_is_said() -> None:
    data = collect(5, machines={"m": lambda _: "yes"}, people=lambda _: {"a": "yes", "b": "no"})
    found = analyse_disagreements(data, "m")
    assert (found.n, found.pairs, found.groups) == (0, (), ())
    assert found.notes == (Reason("nothing_compared"),)


def test_neighbouring_grades_are_told_from_far_ones() -> None:
    data = collect(
        100,
        machines={"m": lambda at: str(3 if at % 10 == 0 else (at % 4 + 1) % 4 if at % 10 == 1 else at % 4)},
        people=lambda at: {"r": str(at % 4)},
    )
    notes = analyse_disagreements(data, "m").notes
    assert any(note.code == "between_neighbouring_grades" for note in notes)


def test_the_same_data_give_the_same_analysis() -> None:
    first, second = (clustered(("stop the bus", "feed the cat", "wash the car"), " ") for _ in range(2))
    assert first == second
