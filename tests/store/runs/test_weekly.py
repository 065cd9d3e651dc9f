"""Blind answers by day: in the queue and imported, and what is left out of them."""

from __future__ import annotations

import pytest

from assistant.domain.items import Content, Item
from assistant.domain.label_versions import LabelVersions
from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus, RunIdentity
from assistant.domain.projects import ProjectState
from assistant.domain.reviews import HowGiven, Review
from assistant.store.certification.fits import FitStore, Score
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.content.projects import ProjectStore
from assistant.store.database import Database, now
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.review.labels.weekly import BlindDays, Day, blind_days
from assistant.store.runs.prelabels import AnsweredItem, PrelabelStore
from assistant.store.runs.runs import Run, RunStore

MONDAY, TUESDAY = HowGiven("2026-03-02T09:00:00.000+00:00"), HowGiven("2026-03-03T23:59:00.000+00:00")


def said(*labels: str) -> Prelabel:
    return Prelabel(PrelabelStatus.LABELLED, labels)


@pytest.fixture
def answered(database: Database, run: Run) -> Database:
    """The machine says `hate` of the first two items, `safe` of the next two, nothing usable of the fifth."""
    failed = Prelabel(PrelabelStatus.FAILED, (), reason=FailureReason.MALFORMED)
    given = [said("hate"), said("hate"), said("safe"), said("safe"), failed]
    PrelabelStore(database).commit(run, [AnsweredItem(key, 0, one, None) for key, one in enumerate(given, 1)], [])
    return database


def given(item: int, label: str, how: HowGiven = MONDAY, *, rater: str = "zoe", **more: object) -> tuple[int, Review]:
    values: dict[str, object] = {"shown_suggestion": False, "source": "vendor.csv"} | more
    return item, Review(f"i{item - 1}", rater, tuple(label.split("|")), given=how, **values)  # type: ignore[arg-type]


def add(database: Database, *found: tuple[int, Review]) -> None:
    ReviewStore(database).add(list(found))


def test_imported_answers_count_on_the_day_they_were_given(answered: Database, run: Run) -> None:
    add(answered, given(1, "hate"), given(2, "safe"), given(3, "safe", TUESDAY), given(3, "safe", TUESDAY, rater="max"))
    expected = [Day("2026-03-02", 2, 1, 2), Day("2026-03-03", 2, 2, 2)]
    assert blind_days(answered, run.id) == BlindDays(expected, undated=0, sight_unknown=0)


def test_without_a_moment_they_count_on_the_day_of_their_import_and_are_told_apart(
    answered: Database, run: Run
) -> None:
    before = now()[:10]
    add(answered, given(1, "hate", HowGiven()), given(2, "hate", HowGiven(seconds=3.0), meta={"given_at": "someday"}))
    add(answered, given(3, "hate"))
    found = blind_days(answered, run.id)
    assert (found.undated, found.sight_unknown) == (2, 0)
    assert (found.days[0], found.days[-1].day in {before, now()[:10]}) == (Day("2026-03-02", 1, 0, 1), True)
    assert sum(one.answers for one in found.days[1:]) == sum(one.alike for one in found.days[1:]) == 2


def test_answers_with_the_machines_in_sight_do_not_count_and_unknown_sight_is_counted(
    answered: Database, run: Run
) -> None:
    add(answered, given(1, "hate", shown_suggestion=True), given(2, "hate", shown_suggestion=None), given(3, "safe"))
    assert blind_days(answered, run.id) == BlindDays([Day("2026-03-02", 1, 1, 1)], undated=0, sight_unknown=1)


def test_what_the_machine_did_not_answer_or_answered_elsewhere_does_not_count(
    answered: Database, run: Run, other_run: Run
) -> None:
    add(answered, given(5, "hate"), given(6, "hate"), given(4, "safe"))
    assert blind_days(answered, run.id).days == [Day("2026-03-02", 1, 1, 1)]
    assert blind_days(answered, other_run.id) == BlindDays([], undated=0, sight_unknown=0)


def test_what_the_machine_says_is_its_newest_answer_and_the_newest_fits_over_it(answered: Database, run: Run) -> None:
    PrelabelStore(answered).commit(run, [AnsweredItem(5, 1, said("safe"), None)], [])
    add(answered, given(5, "safe"), given(1, "safe"))
    assert blind_days(answered, run.id).days == [Day("2026-03-02", 2, 1, 2)]
    for labels in (("hate",), ("safe",)):
        FitStore(answered).add(run.id, seed=1, labels_used=1, report={}, scores=[Score("i0", labels, 0.9, "model")])
    assert blind_days(answered, run.id).days == [Day("2026-03-02", 2, 2, 2)]


def test_a_person_counts_once_an_item_with_the_newest_answer(answered: Database, run: Run) -> None:
    add(answered, given(1, "safe"))
    add(answered, given(1, "hate", TUESDAY, rater="Zoe", source="corrected.csv"))
    assert blind_days(answered, run.id).days == [Day("2026-03-03", 1, 1, 1)]


def test_answers_to_several_categories_are_compared_in_what_they_know(answered: Database, run: Run) -> None:
    PrelabelStore(answered).commit(run, [AnsweredItem(6, 0, said("hate", "threat"), None)], [])
    add(
        answered,
        given(6, "threat|hate", rater="in another order"),
        given(6, "hate", rater="partial", unknown=("threat",)),
        given(6, "hate", rater="one fewer"),
    )
    assert blind_days(answered, run.id).days == [Day("2026-03-02", 3, 2, 3)]


def test_answers_of_another_policy_version_do_not_count(answered: Database, run: Run) -> None:
    answered.versions_in_use = lambda: LabelVersions("rules", "1")
    add(answered, given(1, "hate"))
    answered.versions_in_use = lambda: LabelVersions("rules", "2")
    add(answered, given(2, "hate"))
    assert blind_days(answered, run.id).days == [Day("2026-03-02", 1, 1, 1)]


def test_the_same_content_labeled_in_another_project_counts_there_only(answered: Database, run: Run) -> None:
    project = ProjectStore(answered).add("other", {"en": "O"}, state=ProjectState.DRAFT, actor="t")
    other = answered.within(project.id)
    ItemStore(other).add([NewItem(Item("i0", Content("text 0")), b"", 0)])
    there = RunStore(other).open(RunIdentity("p", "q", "openai:x", "{}"), prompt=("demo", "1"), policy=("rules", "2"))
    PrelabelStore(other).commit(there, [AnsweredItem(7, 0, said("safe"), None)], [])
    add(other, given(7, "hate"))
    add(answered, given(1, "hate"))
    assert blind_days(answered, run.id).days == [Day("2026-03-02", 1, 1, 1)]
    assert blind_days(other, there.id).days == [Day("2026-03-02", 1, 0, 1)]
