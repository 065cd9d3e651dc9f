"""Columns by which other tools say that a row is no answer."""

from collections.abc import Mapping

import pytest

from assistant.ingest.labels.labels import LabelRow, to_labels
from assistant.ingest.reading.answer_columns import map_label_columns
from assistant.ingest.reading.rows import InputRow, Refusal
from assistant.ingest.reading.statuses import NOT_AN_ANSWER, UNKNOWN_STATUS, find_statuses
from tests.refused import refused


def read(*rows: Mapping[str, object], **named: str) -> list[str]:
    """For each row its labels, or the reason why it is no answer."""
    values = [{"id": "1", "rater": "ana", "label": "spam", **row} for row in rows]
    columns = map_label_columns(list(values[0]), values, **named)
    found = [one for row in values for one in to_labels(InputRow(row, 1), columns)]
    return [one.reason if isinstance(one, Refusal) else ",".join(one.labels) for one in found]


@pytest.mark.parametrize(
    ("column", "no_answer", "answer"),
    [
        ("answer", ["reject", "ignore", "Reject"], ["accept", None]),
        ("was_cancelled", [True, "True", 1, "1.0"], [False, "false", 0, "", None]),
        ("skipped", [True, "yes"], [False, None]),
        ("Skipped", ["TRUE"], ["FALSE"]),
        (
            "status",
            ["rejected", "Skipped", "DISCARDED", "draft", "in progress", "not-started"],
            ["submitted", "DONE", ""],
        ),
        ("label.responses.status", ["discarded", "draft"], ["submitted"]),
        ("ASSIGNMENT:status", ["REJECTED", "SKIPPED", "EXPIRED"], ["ACCEPTED", "SUBMITTED"]),
        ("AssignmentStatus", ["Rejected"], ["Approved", "Submitted"]),
        ("_tainted", ["true"], ["false"]),
        ("annotation_status", ["cancelled", "canceled"], ["completed", None, "nan"]),
    ],
)
def test_a_status_that_says_so_makes_a_row_no_answer(
    column: str, no_answer: list[object], answer: list[object]
) -> None:
    said = read(*({column: value} for value in [*no_answer, *answer]))
    assert said == [NOT_AN_ANSWER] * len(no_answer) + ["spam"] * len(answer)


def test_an_unknown_word_in_a_status_column_is_refused_where_others_show_what_the_column_is() -> None:
    assert read({"status": "rejected"}, {"status": "parked"}) == [NOT_AN_ANSWER, UNKNOWN_STATUS]
    # A column of that name that speaks of something else is meta.
    assert read({"status": "active"}, {"status": "inactive"}) == ["spam", "spam"]
    assert read({"state": "OK"}, {"state": "CA"}) == ["spam", "spam"]


def test_a_machines_failure_is_no_answer_of_the_machine_and_says_nothing_of_a_persons() -> None:
    statuses = find_statuses([{"status": "failed"}], ())
    assert statuses.objection({"status": "failed"}) is None
    assert statuses.objection({"status": "failed"}, machine=True) is not None


def test_a_column_called_answer_is_the_label_unless_it_says_accept_reject_or_ignore() -> None:
    columns = map_label_columns(["id", "rater", "answer"], [{"answer": "spam"}, {"answer": "reject"}])
    assert (columns.label, columns.statuses.all) == ("answer", ())
    chosen = [{"accept": ["spam"], "answer": "accept"}]
    columns = map_label_columns(["id", "rater", "accept", "answer"], chosen)
    assert (columns.label, columns.statuses.all) == ("accept", ("answer",))
    own = map_label_columns(["id", "rater", "answer"], [{"answer": "accept"}, {"answer": "reject"}])
    assert (own.label, own.statuses.all) == ("answer", ())  # there is nothing else it could speak of
    with refused(match="no column looks like the label \\('answer' says of another one accept"):
        map_label_columns(["id", "_annotator_id", "answer"], [{"answer": "accept"}])
    named = map_label_columns(["id", "rater", "answer"], [{"answer": "reject"}], label="answer")
    assert (named.label, named.statuses.all) == ("answer", ())


def test_the_status_column_is_named_among_the_columns_and_kept_with_a_label_that_counts() -> None:
    row = {"id": "1", "rater": "ana", "label": "spam", "status": "done"}
    columns = map_label_columns(list(row), [row])
    assert columns.describe() == "item = id, by = rater, label = label, counts or not = status"
    assert list(to_labels(InputRow(row, 1), columns)) == [LabelRow("1", "ana", ("spam",), {"status": "done"}, 1)]


def test_in_our_own_exports_the_status_is_the_machines() -> None:
    row = {"item_id": "1", "final_labels": "spam", "labels": "", "status": "pending"}
    columns = map_label_columns(list(row), [row], rater_name="team")
    assert (columns.labels, columns.statuses.all) == ("final_labels", ())
