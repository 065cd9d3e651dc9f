"""Ids that say nothing of the row they name, and that no one can make."""

from __future__ import annotations

from itertools import pairwise

import pytest

from assistant.domain.opaque_ids import ID_LENGTH, IdKind, OpaqueIds, OpaqueRow

IDS = OpaqueIds("a secret")
ASSIGNMENT, TASK = IdKind.ASSIGNMENT, IdKind.TASK


@pytest.mark.parametrize(("number", "user"), [(0, 0), (1, 0), (1, 7), (2**48 - 1, 2**32 - 1)])
def test_an_id_is_read_back_as_what_it_was_made_of(number: int, user: int) -> None:
    text = IDS.of(ASSIGNMENT, number, user)
    assert len(text) == ID_LENGTH
    assert IDS.read(ASSIGNMENT, text) == OpaqueRow(number, user)
    assert IDS.of(ASSIGNMENT, number, user) == text


def test_ids_of_neighbors_have_no_order_and_nothing_in_common() -> None:
    """Of 1,000 rows in order about half of the ids are greater than the one before: 500, with a deviation of 9."""
    made = [IDS.of(ASSIGNMENT, number, 7) for number in range(1000)]
    assert len({text[:6] for text in made}) == 1000
    rising = sum(one < other for one, other in pairwise(made))
    assert 450 < rising < 550


def test_an_id_of_another_person_kind_or_workspace_is_another() -> None:
    known = IDS.of(ASSIGNMENT, 5, 7)
    others = (IDS.of(ASSIGNMENT, 5, 8), IDS.of(TASK, 5, 7), OpaqueIds("another").of(ASSIGNMENT, 5, 7))
    assert len({known, *others}) == 4
    assert IDS.read(TASK, known) is None
    assert OpaqueIds("another").read(ASSIGNMENT, known) is None


def test_what_was_changed_or_never_was_an_id_names_nothing() -> None:
    known = IDS.of(ASSIGNMENT, 5, 7)
    other = IDS.of(ASSIGNMENT, 6, 7)
    changed = [known[:at] + ("A" if known[at] != "A" else "B") + known[at + 1 :] for at in range(ID_LENGTH)]
    nonsense = ["", "5", "A" * ID_LENGTH, "=" * ID_LENGTH, "é" * ID_LENGTH, " " * ID_LENGTH, known + "A", known[:-4]]
    for text in (*changed, *nonsense, known[:12] + other[12:]):
        assert IDS.read(ASSIGNMENT, text) is None, text
