"""Both languages say everything, with the same figures in it."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest

from assistant.reports.wording import reasons, shown, spoken
from assistant.reports.words import CATALOGUE, Words
from assistant.stats.agreement import coefficient_intervals, raters
from assistant.stats.agreement import two_raters as agreement
from evals.agreement import shares
from evals.data import collect
from evals.freezing import freeze, leakage

SOURCES = "\n".join(
    path.read_text("utf-8")
    for folder in ("evals/report", "assistant/reports")
    for path in (Path(__file__).parents[2] / folder).rglob("*.*")
    if path.suffix in {".py", ".j2"} and path.parent.name != "wording"
)


def fields(phrase: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name is not None}


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_phrase_is_filled_in_alike_in_both_languages(key: str) -> None:
    english, chinese = CATALOGUE[key]
    assert fields(english) == fields(chinese) or key == "and_more"
    assert english.startswith("#") == chinese.startswith("#")
    assert english
    assert chinese or key == "space"


def test_no_phrase_stands_twice() -> None:
    parts = [
        *(spoken.FIGURES, spoken.VERDICTS, spoken.PANELS, spoken.OTHERS, shown.SUBJECT, shown.RESULT),
        *(shown.COMPARISON, shown.PEOPLE, shown.AGREEMENT, shown.DISAGREEMENTS, shown.CONFIDENCE),
    ]
    assert sum(map(len, parts)) == len(CATALOGUE)
    groups = (reasons.WHY, reasons.LEFT_OUT, reasons.METHODS, reasons.SLICES, reasons.NOTES)
    assert sum(map(len, groups)) == len(reasons.REASONS)


def test_no_phrase_is_left_over() -> None:
    built = {"baseline_column", "candidate_column", "side_machine", "side_policy", "side_reviewer", "side_item"}
    built |= {"side_unclear", "nominal", "ordinal", "multi"} | {
        key for key in CATALOGUE if "kappa" in key or "krip" in key
    }
    built |= {"gwet_ac1", "gwet_ac2", "kendall_tau_b", "ndcg_10", "jaccard"}
    assert not [key for key in CATALOGUE if f'"{key}"' not in SOURCES and key not in built]


def test_what_figures_bring_along_is_known_in_chinese() -> None:
    brought = [
        *(
            shares.NO_ITEMS,
            agreement.EMPTY,
            agreement.ONE_CLASS,
            agreement.ONE_LABEL,
            raters.NO_PAIRS,
            raters.ONE_LABEL,
        ),
        *(coefficient_intervals.CARRIED, coefficient_intervals.HULL, coefficient_intervals.ONE_CLUSTER),
        *(collect.NOBODY, collect.OPEN, collect.TIED, freeze.ONLY_ASSISTED, freeze.OFF_LABEL_SET, freeze.TOO_MANY),
        *(leakage.PRECEDENT, leakage.NEAR_PRECEDENT, leakage.EXAMPLE, leakage.IN_PROMPT),
    ]
    words = Words("zh")
    assert not [one for one in brought if words.known(one) == one]
    assert words.known("fewer than 3 reviewers") == "审核员少于 3 名"
    assert words.slice("length", "50 to 199") == "长度（字符）：50 至 199"


def test_text_with_braces_is_left_as_it_is() -> None:
    assert Words("zh").known("under {}") == "under {}"
    assert Words("en").known("anything {0}") == "anything {0}"
