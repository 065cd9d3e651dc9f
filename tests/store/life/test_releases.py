"""Which releases hold an item: by stretches of row numbers."""

from __future__ import annotations

import random

from assistant.domain.runs import Run
from assistant.store.database import Database
from assistant.store.life.releases import NewRelease, ReleaseStore, Stretches, releases_with


def stretches(numbers: list[int]) -> list[tuple[int, int]]:
    made = Stretches()
    for number in numbers:
        made.add(number)
    return list(made)


def test_rising_numbers_are_kept_as_stretches_without_a_gap() -> None:
    assert stretches([]) == []
    assert stretches([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]
    assert stretches(list(range(5, 1_000_005))) == [(5, 1_000_004)]


def test_an_item_is_in_the_releases_whose_stretches_hold_it_and_in_no_others(database: Database, run: Run) -> None:
    draw, store = random.Random(7), ReleaseStore(database)
    held: dict[int, set[int]] = {}
    for number in range(5):
        chosen = sorted(draw.sample(range(1, 60), 30))
        release = NewRelease(run.id, None, f"{number}.csv", "csv", 30, "0" * 64, "1" * 64)
        held[store.add(release, stretches(chosen), "ana")] = set(chosen)
    with database.read() as connection:
        for key in range(62):
            found = [one.id for one in releases_with(connection, [key])]
            assert found == sorted((one for one in held if key in held[one]), reverse=True), key
        both = [one.id for one in releases_with(connection, [1, 2])]
    assert both == sorted((one for one in held if {1, 2} & held[one]), reverse=True)


def test_another_project_sees_none_of_them(database: Database, run: Run) -> None:
    store = ReleaseStore(database)
    number = store.add(NewRelease(run.id, None, "a.csv", "csv", 1, "0" * 64, "1" * 64), [(1, 1)], "ana")
    other = database.within(2)
    assert ReleaseStore(other).find(number) is None
    assert ReleaseStore(other).page() == []
    with other.read() as connection:
        assert releases_with(connection, [1]) == []
