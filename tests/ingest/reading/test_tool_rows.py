"""Records of other tools that hold several answers, as one row an answer."""

from collections.abc import Mapping

from assistant.ingest.reading.rows import InputRow, Refusal
from assistant.ingest.reading.tool_rows import unfolded


def rows(values: Mapping[str, object]) -> list[Mapping[str, object]]:
    return [row.values for row in unfolded([InputRow(values, 4)]) if isinstance(row, InputRow) and row.line == 4]


def test_argillas_responses_become_a_row_for_each_person_with_the_status_of_each() -> None:
    record = {
        "id": "1",
        "label.responses": ["spam", "safe"],
        "label.responses.users": ["u-ana", "u-bo"],
        "label.responses.status": ["submitted", "discarded"],
    }
    assert rows(record) == [
        {"id": "1", "rater_id": "u-ana", "label": "spam", "response_status": "submitted"},
        {"id": "1", "rater_id": "u-bo", "label": "safe", "response_status": "discarded"},
    ]
    written = {name: str(value) if isinstance(value, list) else value for name, value in record.items()}
    assert rows(written) == rows(record)  # as CSV holds lists


def test_an_argilla_record_that_nobody_answered_is_one_row_without_a_label() -> None:
    assert rows({"id": "1", "label.responses": None, "label.responses.users": None}) == [{"id": "1", "label": None}]


def test_answers_of_one_person_to_several_questions_stand_in_one_row() -> None:
    record = {
        "id": "1",
        "label.responses": ["spam"],
        "label.responses.users": ["u"],
        "grade.responses": [3],
        "grade.responses.users": ["u"],
    }
    assert rows(record) == [{"id": "1", "rater_id": "u", "label": "spam", "grade": 3}]


def test_label_studios_annotations_become_a_row_each_with_who_and_whether_it_was_cancelled() -> None:
    chosen = {"from_name": "s", "to_name": "text", "type": "choices", "value": {"choices": ["spam"]}}
    task = {
        "id": 11,
        "data": {"text": "buy", "item_id": "post-1"},
        "annotations": [
            {"id": 1, "completed_by": 3, "result": [chosen], "was_cancelled": False},
            {"id": 2, "completed_by": {"id": 4, "email": "x@example.com"}, "result": [], "was_cancelled": True},
        ],
    }
    base = {"id": 11, "text": "buy", "item_id": "post-1"}
    assert rows(task) == [
        base | {"rater_id": "3", "label": ["spam"], "was_cancelled": False},
        base | {"rater_id": "x@example.com", "label": None, "was_cancelled": True},
    ]


def test_all_other_rows_stay_as_they_are() -> None:
    plain = [InputRow({"id": 1, "annotations": [1, 2], "responses": ["x"]}, 1), Refusal(2, "broken_json", "broken")]
    assert list(unfolded(plain)) == plain
