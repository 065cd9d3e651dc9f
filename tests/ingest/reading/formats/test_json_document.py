"""JSON that is no object a line: lists, records over several lines, one object that holds all."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.ingest.reading.problems import ReadingOptions
from assistant.ingest.reading.readers import read_rows
from assistant.ingest.reading.rows import InputRow, Refusal

RECORDS = [{"id": 1, "text": 'a ] } \\ " b'}, {"id": 2, "text": "c d"}]


def read(text: str, encoding: str | None = None) -> list[InputRow | Refusal]:
    return list(read_rows(io.BytesIO(text.encode(encoding or "utf-8")), ReadingOptions(encoding=encoding)))


def values(rows: list[InputRow | Refusal]) -> list[object]:
    return [row.values if isinstance(row, InputRow) else row.reason for row in rows]


@pytest.mark.parametrize("indent", [None, 0, 1, 2, "\t"])
@pytest.mark.parametrize("before", ["", "\n", "\ufeff", " \r\n\t"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_list_of_records_is_read_however_it_is_laid_out(indent: int | str | None, before: str, wrapped: bool) -> None:
    whole = {"version": "1", "data": RECORDS} if wrapped else RECORDS
    rows = read(before + json.dumps(whole, indent=indent) + "\n")
    assert rows == [InputRow(RECORDS[0], 1), InputRow(RECORDS[1], 2)]


@pytest.mark.parametrize(
    "whole",
    [
        {"id": {"0": 1, "1": 2}, "text": {"0": RECORDS[0]["text"], "1": "c d"}},  # pandas: columns, its default
        {"id": [1, 2], "text": [RECORDS[0]["text"], "c d"]},  # pandas: list
        {"0": RECORDS[0], "1": RECORDS[1]},  # pandas: index
        {"columns": ["id", "text"], "index": [0, 1], "data": [[1, RECORDS[0]["text"]], [2, "c d"]]},  # pandas: split
        {"schema": {"fields": []}, "data": RECORDS},  # pandas: table
        {"items": RECORDS, "next": None},
        {"status": "ok", "result": {"total": 2, "items": RECORDS}},
        {"x": RECORDS[0], "y": RECORDS[1]},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_one_object_that_holds_all_records_gives_them_and_says_how(whole: object, indent: int | None) -> None:
    notes: list[str] = []
    rows = list(read_rows(io.BytesIO(json.dumps(whole, indent=indent).encode()), note=notes.append))
    assert rows == [InputRow(RECORDS[0], 1), InputRow(RECORDS[1], 2)]
    assert len(notes) == 1
    assert notes[0].startswith("the file is one JSON object; its records are read ")


@pytest.mark.parametrize(
    "record",
    [
        {"id": 1, "text": "a", "annotations": [{"result": []}]},
        {"id": 1, "text": "a", "meta": {"id": 2}},
        {"messages": [{"role": "user", "content": "hi"}]},
        {"id": 1, "tags": ["x", "y"]},
        {"data": {"text": "a"}, "meta": {"source": "x"}},
        {"item": {"id": 1, "text": "a"}},
    ],
)
def test_a_single_record_stays_one(record: dict[str, object]) -> None:
    for indent in (None, 1):
        assert read(json.dumps(record, indent=indent)) == [InputRow(record, 1)]


def test_records_under_their_ids_are_given_them() -> None:
    assert read(json.dumps({"p1": {"text": "a"}, "p2": {"text": "b"}})) == [
        InputRow({"id": "p1", "text": "a"}, 1),
        InputRow({"id": "p2", "text": "b"}, 2),
    ]


def test_records_over_several_lines_one_after_another_are_read() -> None:
    assert read("\n".join(json.dumps(record, indent=2) for record in RECORDS)) == [
        InputRow(RECORDS[0], 1),
        InputRow(RECORDS[1], 2),
    ]


def test_a_broken_record_of_a_list_costs_itself_and_is_named_with_its_line() -> None:
    rows = read('[\n {"id": 1},\n {"id": oops},\n 7,\n {"id": 3},\n]\n')
    assert values(rows) == [{"id": 1}, "broken_json", "not_an_object", {"id": 3}]
    assert isinstance(rows[1], Refusal)
    assert (rows[1].line, rows[1].message) == (
        2,
        "record 2, which begins in line 3: broken JSON at column 8: Expecting value",
    )


def test_a_list_without_commas_between_its_records_is_read() -> None:
    assert values(read('[\n{"id": 1}\n{"id": 2}\n]')) == [{"id": 1}, {"id": 2}]


def test_a_list_that_breaks_off_gives_what_was_whole() -> None:
    rows = read('[{"id": 1}, {"id": 2}, {"id": 3, "text": "never en')
    assert values(rows) == [{"id": 1}, {"id": 2}, "unreadable"]
    assert isinstance(rows[2], Refusal)
    assert "a bracket or a quote is missing" in rows[2].message


def test_lines_after_a_list_are_read_as_lines() -> None:
    assert values(read('[1, 2]\n{"id": 1}\n{"id": 2}\n')) == ["not_an_object", "not_an_object", {"id": 1}, {"id": 2}]


@pytest.mark.parametrize("first", ['{"id": ', '{"id": 1,', '{"meta": {', '{"id": 1'])
def test_a_first_line_that_breaks_off_costs_itself_only(first: str) -> None:
    assert values(read(first + '\n{"id": 2}\n{"id": 3}\n{"id": 4}\n')) == [
        "broken_json",
        {"id": 2},
        {"id": 3},
        {"id": 4},
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig"])
def test_brackets_within_letters_of_other_encodings_are_no_brackets(encoding: str) -> None:
    # In GB 18030 the second byte of 乕 is `[`, that of 乗 `\\`, that of 亄 `{`: cut by bytes, the list would never end.
    records = [{"id": 1, "text": "乕乗亄乣"}, {"id": 2, "text": "好"}]
    assert read(json.dumps(records, ensure_ascii=False), encoding) == [InputRow(records[0], 1), InputRow(records[1], 2)]


def test_an_empty_list_has_no_rows() -> None:
    assert read("[]") == read("[\n]\n") == []


def test_a_list_takes_constant_memory() -> None:
    # 20,000 records of 1 KB are 20 MB; held at once they would show.
    class Slowly(io.RawIOBase):
        def __init__(self, parts: Iterator[bytes]) -> None:
            self._parts = parts
            self._rest = b""

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            view = memoryview(buffer)  # type: ignore[arg-type]
            while len(self._rest) < len(view) and (part := next(self._parts, b"")):
                self._rest += part
            data, self._rest = self._rest[: len(view)], self._rest[len(view) :]
            view[: len(data)] = data
            return len(data)

    def parts() -> Iterator[bytes]:
        yield b"["
        for number in range(20_000):
            yield b'%s{"id": %d, "text": "%s"}' % (b"," if number else b"", number, b"word " * 200)
        yield b"]"

    tracemalloc.start()
    count = sum(isinstance(row, InputRow) for row in read_rows(io.BufferedReader(Slowly(parts()))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 3_000_000


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.integers(0, 99), "text": st.text(max_size=20), "more": st.lists(st.text(max_size=5))}
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([None, 0, 2]),
    st.booleans(),
)
def test_whatever_texts_hold_a_list_comes_back_as_it_was(
    records: list[dict[str, object]], indent: int | None, escaped: bool
) -> None:
    text = json.dumps(records, indent=indent, ensure_ascii=escaped)
    try:
        data = text.encode()
    except UnicodeEncodeError:  # half a surrogate pair is no text
        return
    rows = list(read_rows(io.BytesIO(data)))
    halves = ["\ud800" <= sign <= "\udfff" for record in records for sign in json.dumps(record, ensure_ascii=False)]
    if not any(halves):
        assert rows == [InputRow(record, number) for number, record in enumerate(records, 1)]
