"""What is not of the kind that was learned from is known for it, and what only looks new is let be."""

from __future__ import annotations

import numpy as np

from assistant.routing.scored import Unscored
from assistant.trust.classifier.novelty import Familiar

TAUGHT = np.arange(100)
KINDS = {
    "language": np.array(["en"] * 90 + ["de"] * 10 + ["en", "fr", "de"], dtype=object),
    "outlet": np.array([f"o{number}" for number in range(100)] + ["o3", "new", "o7"], dtype=object),
}
GIVEN = {
    "answer of r2": np.array([True] * 97 + [False] * 3 + [True, True, False]),
    "signal sure": np.array([True] * 60 + [False] * 40 + [False, False, False]),
}


def familiar() -> Familiar:
    return Familiar.of(KINDS, GIVEN, TAUGHT)


def later(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: column[100:] for name, column in columns.items()}


def test_a_language_nobody_taught_and_an_answer_nearly_all_had_make_an_item_strange() -> None:
    found = familiar().strange(later(KINDS), later(GIVEN))
    assert found == {
        1: (Unscored.VALUE_UNKNOWN, "language fr"),
        2: (Unscored.INPUT_MISSING, "no answer of r2"),
    }


def test_where_every_item_has_a_value_of_its_own_or_many_lack_a_signal_that_is_nothing_strange() -> None:
    kept = familiar()
    assert list(kept.values) == ["language"]  # every outlet occurs once: the next is new, too
    assert kept.inputs == ("answer of r2",)


def test_the_rule_is_applied_to_those_that_certify_as_to_those_that_come() -> None:
    found = familiar().strange(KINDS, GIVEN)
    assert sorted(found) == [97, 98, 99, 101, 102]


def test_it_is_kept_as_json() -> None:
    kept = Familiar.of_json(familiar().as_json())
    assert kept == familiar()
