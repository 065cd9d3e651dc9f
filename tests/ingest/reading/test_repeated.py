"""Which of several answers of one person to one item is the newest."""

import pytest

from assistant.ingest.reading.repeated import Newest, moment


def test_without_times_the_later_row_is_newer() -> None:
    newest = Newest()
    assert newest.first("1", "ana", {})
    assert not newest.first("1", "ana", {})
    assert newest.first("1", "bo", {})
    assert newest.newer("1", "ana", {})


def test_an_answer_that_says_it_was_given_earlier_is_not_newer_wherever_it_stands() -> None:
    newest = Newest()
    newest.first("1", "ana", {"updated_at": "2024-02-01"})
    assert not newest.newer("1", "ana", {"updated_at": "2024-01-31T23:59:59+00:00"})
    assert newest.newer("1", "ana", {"updated_at": "2024-02-01"})
    assert newest.newer("1", "ana", {"updated_at": "2024-03-01"})
    assert newest.newer("1", "ana", {"updated_at": "when it rained"})


@pytest.mark.parametrize(
    ("meta", "seconds"),
    [
        ({"Updated_At": "1970-01-01T00:01:00Z"}, 60.0),
        ({"_timestamp": 61}, 61.0),
        ({"updated_at": "nan", "created_at": "1970-01-02"}, 86400.0),
        ({"seconds": 12}, None),
    ],
)
def test_a_row_says_when_it_was_given_in_columns_of_usual_names(meta: dict[str, object], seconds: float | None) -> None:
    assert moment(meta) == seconds
