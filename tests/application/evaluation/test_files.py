"""Evaluations of files alone: which variants are compared, under whose margin, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from assistant.application.evaluation.compare_variants import compare_variants, plan_comparison
from assistant.application.evaluation.measure_variant import measure_variant
from assistant.application.evaluation.sources import LabelFiles, assemble
from assistant.errors import InvalidValueError, NotFoundError
from evals.comparison.scores import ComparisonTerms
from evals.data.selection import Selection


def write(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def files(folder: Path, *models: str) -> LabelFiles:
    """Forty items, each labeled by two reviewers alike; each model answers as they do but for its first n items."""
    said = ["ham" if number % 2 else "spam" for number in range(40)]
    labels = [
        {"item_id": f"i{number}", "rater_id": rater, "label": label}
        for number, label in enumerate(said)
        for rater in ("ana", "bob")
    ]
    machine = [
        {"item_id": f"i{number}", "model": model, "label": "ham" if number < wrong else label}
        for wrong, model in enumerate(models)
        for number, label in enumerate(said)
    ]
    answers = write(folder / "machine.jsonl", machine) if models else None
    return LabelFiles(write(folder / "labels.jsonl", labels), answers)


def test_the_only_two_variants_are_compared_where_none_is_named(tmp_path: Path) -> None:
    found = compare_variants(files(tmp_path, "old", "new"), (None, None), Selection(), ComparisonTerms()).comparison
    assert (found.baseline.name, found.candidate.name) == ("old", "new")
    assert (found.n_pairs, found.fixed, found.broken) == (40, 0, 1)  # `new` is wrong on i0 alone


def test_of_three_variants_two_must_be_named(tmp_path: Path) -> None:
    three = files(tmp_path, "a", "b", "c")
    with pytest.raises(InvalidValueError) as raised:
        compare_variants(three, (None, None), Selection(), ComparisonTerms())
    assert (raised.value.code, raised.value.values) == ("two_variants_needed", {"variants": ["a", "b", "c"]})
    with pytest.raises(InvalidValueError, match="two_variants_needed"):
        compare_variants(three, ("a", None), Selection(), ComparisonTerms())
    with pytest.raises(NotFoundError, match="variant_not_found"):
        compare_variants(three, ("a", "zzz"), Selection(), ComparisonTerms())


def test_without_a_models_labels_there_is_nothing_to_compare_and_reviewers_are_measured(tmp_path: Path) -> None:
    people = files(tmp_path)
    with pytest.raises(InvalidValueError, match="machine_answers_needed"):
        compare_variants(people, (None, None), Selection(), ComparisonTerms())
    measured = measure_variant(people, None, Selection(), confidence=0.95)
    assert measured.panel is None
    assert measured.people["raw"].value == 1  # both reviewers say the same of every item


def test_what_an_item_is_like_can_only_be_asked_of_a_file_of_items(tmp_path: Path) -> None:
    for selection, field in (
        (Selection.read((), ("language = en",)), "where"),
        (Selection.read(("media",), ()), "slice_by"),
    ):
        with pytest.raises(InvalidValueError) as raised:
            assemble(files(tmp_path, "m"), selection)
        assert (raised.value.code, raised.value.field) == ("items_file_needed", field)


@pytest.mark.parametrize("margin", [0.0, 1.0, -0.1, 2.0])
def test_a_margin_is_a_share(margin: float) -> None:
    with pytest.raises(InvalidValueError) as raised:
        ComparisonTerms(margin=margin)
    assert (raised.value.code, raised.value.field) == ("margin_out_of_range", "margin")


def test_a_pilot_says_how_often_just_one_variant_agrees(tmp_path: Path) -> None:
    plan = plan_comparison(0.01, None, files(tmp_path, "old", "new"), (None, None), power=0.8, confidence=0.95)
    assert plan.pilot is not None
    assert (plan.origin, plan.pilot.items, plan.pilot.discordant) == ("pilot", 40, 1)
