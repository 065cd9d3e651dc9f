"""CSV and TSV: one bad record costs one record."""

import io

import pytest

from assistant.ingest.reading.problems import ReadingOptions
from assistant.ingest.reading.readers import read_rows
from assistant.ingest.reading.rows import InputRow, Refusal
from tests.refused import refused


def read(text: str | bytes, form: str = "csv", encoding: str | None = None) -> list[InputRow | Refusal]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(read_rows(io.BytesIO(data), ReadingOptions(format=form, encoding=encoding)))


def told(rows: list[InputRow | Refusal]) -> list[tuple[int, object]]:
    """(line, first value or reason) of each record."""
    return [(row.line, row.reason if isinstance(row, Refusal) else next(iter(row.values.values()))) for row in rows]


def test_fields_may_span_lines_and_rows_are_numbered_by_their_first_line() -> None:
    rows = read('id,text\n1,"two\nlines, and a ""quote"""\n2,x\n')
    assert rows == [
        InputRow({"id": "1", "text": 'two\nlines, and a "quote"'}, 2),
        InputRow({"id": "2", "text": "x"}, 4),
    ]


def test_a_byte_order_mark_windows_line_ends_and_blank_lines_are_no_data() -> None:
    assert read("\ufeffid,text\r\n1,a\r\n\r\n2,b\r\n") == [
        InputRow({"id": "1", "text": "a"}, 2),
        InputRow({"id": "2", "text": "b"}, 4),
    ]


def test_nul_bytes_and_a_post_of_200_kb_are_kept_whole() -> None:
    long = "好" * 70_000  # 210,000 bytes of UTF-8
    assert read(f"id,text\n1,a\0b\n2,{long}\n") == [
        InputRow({"id": "1", "text": "a\0b"}, 2),
        InputRow({"id": "2", "text": long}, 3),
    ]


def test_a_row_with_too_many_or_too_few_fields_is_refused_and_named_with_both_counts() -> None:
    rows = read("id,text\n1,a,b\n2\n3,c\n")
    assert told(rows) == [(2, "ragged"), (3, "ragged"), (4, "3")]
    assert isinstance(rows[0], Refusal)
    assert rows[0].message == "3 fields where the header has 2"


def test_a_quote_that_never_closes_costs_its_own_line_not_the_rest_of_the_file() -> None:
    rest = "".join(f"{number},fine\n" for number in range(3, 200))
    rows = read('id,text\n1,ok\n2,"never closed\n' + rest)
    assert told(rows) == [(2, "1"), (3, "quoting"), *((number + 1, str(number)) for number in range(3, 200))]
    assert isinstance(rows[1], Refusal)
    assert "never closes" in rows[1].message


def test_a_stray_quote_does_not_swallow_the_next_quoted_row() -> None:
    # Read naively, line 2 and 3 become one row with the text 'open\n2,' and what follows.
    assert told(read('id,text\n1,"open\n2,"fine"\n3,c\n')) == [(2, "quoting"), (3, "2"), (4, "3")]


def test_text_after_a_closing_quote_is_refused_and_explained() -> None:
    (refusal,) = read('id,text\n1,"a" b\n')
    assert isinstance(refusal, Refusal)
    assert refusal.message.endswith('a quote inside a quoted field is written twice: ""')


def test_a_tsv_that_does_not_quote_at_all_is_taken_as_it_stands() -> None:
    rows = read('id\ttext\n1\t"never closed\n2\t"Hi" she said\n3\tc\n', "tsv")
    assert [row.values["text"] for row in rows if isinstance(row, InputRow)] == ['"never closed', '"Hi" she said', "c"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_most_frequent_in_the_header(delimiter: str) -> None:
    header = delimiter.join(["id", '"a, b; c"', "text"])
    assert read(f"{header}\n" + delimiter.join("123"))[0].values == {"id": "1", "a, b; c": "2", "text": "3"}  # type: ignore[union-attr]


def test_a_line_in_another_encoding_is_refused_with_its_own_number() -> None:
    rows = read(b'id,text\n1,"a\n' + 'é"\n2,ü\n'.encode("latin-1") + "3,ü\n".encode())
    # Line 3 is the second line of record 1; 0xe9 is its first byte. In line 4 it is the third.
    assert told(rows) == [(3, "encoding"), (4, "encoding"), (5, "3")]
    assert isinstance(rows[1], Refusal)
    assert rows[1].message.startswith("byte 3 of the line (0xfc) is not utf-8")


def test_latin_1_and_utf_16_with_tabs_are_read_when_named_or_marked() -> None:
    assert read("id,text\n1,ü\n".encode("latin-1"), encoding="latin-1") == [InputRow({"id": "1", "text": "ü"}, 2)]
    assert read("id\ttext\n1\t好\n".encode("utf-16")) == [InputRow({"id": "1", "text": "好"}, 2)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,text,text\n", "column text occurs twice"),
        ('"id,text\n1,a\n', "the header can't be read"),
        (b"id,t\xe9xt\n", "the header can't be read"),
    ],
)
def test_a_header_that_cannot_be_used_is_an_input_error(text: str | bytes, message: str) -> None:
    with refused(match=message):
        read(text)


def test_a_nameless_column_gets_a_name_and_an_empty_file_has_no_rows() -> None:
    assert read(",text\n0,a\n") == [InputRow({"column_1": "0", "text": "a"}, 2)]
    assert read("") == read("id,text\n") == []


def test_old_mac_line_ends_are_line_ends_and_line_feeds_in_quotes_stay_in_the_text() -> None:
    # Excel for the Mac of old ends rows with CR and breaks lines in a cell with LF; a CR in quotes is text, too.
    rows = read('id,text\r1,"two\nlines"\r2,"a\rb"\r3,c')
    assert rows == [
        InputRow({"id": "1", "text": "two\nlines"}, 2),
        InputRow({"id": "2", "text": "a\rb"}, 3),
        InputRow({"id": "3", "text": "c"}, 5),
    ]


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;"])
def test_a_line_sep_names_the_delimiter_and_is_no_header(first: str) -> None:
    assert read(f"{first}\r\nid;text, long\r\n1;a, b\r\n") == [InputRow({"id": "1", "text, long": "a, b"}, 3)]


def test_the_delimiter_that_is_named_counts() -> None:
    reading = ReadingOptions(format="csv", delimiter=";")
    rows = list(read_rows(io.BytesIO(b"a,b,c;text\n1;x\n"), reading))
    assert rows == [InputRow({"a,b,c": "1", "text": "x"}, 2)]


@pytest.mark.parametrize(
    "above",
    [
        "Report of March\n\n",
        "# exported by tool, 2024\n",
        "Report\nOf: March\n\n",
        "item,,labels,\n",
        "\ufeffReport of March\n",
        "Export,2024-03-01,,\n\n",
        "Export,2024-03-01,by,Ana\n",
        "// made by hand, today, by Ana, Bo and Cy\n",
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_titles_and_comments_above_the_header_are_passed_over_and_said(above: str, delimiter: str) -> None:
    notes: list[str] = []
    above = above.replace(",", delimiter) if "item" in above else above
    text = above + "id,text,ana,bo\n1,a,x,y\n2,b,x,y\n".replace(",", delimiter)
    rows = list(read_rows(io.BytesIO(text.encode()), ReadingOptions(format="csv"), note=notes.append))
    assert [row.values for row in rows if isinstance(row, InputRow)] == [
        {"id": "1", "text": "a", "ana": "x", "bo": "y"},
        {"id": "2", "text": "b", "ana": "x", "bo": "y"},
    ]
    line = above.count("\n") + 1
    assert len(notes) == 1
    assert notes[0].startswith(f"the column names stand in line {line}; what stands above them is not read (")


def test_where_no_name_tells_the_header_the_file_is_refused_with_the_option_that_reads_it() -> None:
    text = "Bericht März\n\nNummer;Inhalt\n1;a\n2;b\n".encode()
    with refused(match=r"do they stand in line 3\? --header-row 3"):
        list(read_rows(io.BytesIO(text), ReadingOptions(format="csv")))
    expected = [InputRow({"Nummer": "1", "Inhalt": "a"}, 4), InputRow({"Nummer": "2", "Inhalt": "b"}, 5)]
    assert list(read_rows(io.BytesIO(text), ReadingOptions(format="csv", header_row=3))) == expected
    # A column that the user named tells it, too.
    assert list(read_rows(io.BytesIO(text), ReadingOptions(format="csv", named=frozenset({"Inhalt"})))) == expected


@pytest.mark.parametrize(
    "text",
    [
        "编号,内容\n1,text\n2,id\n",  # words that are names of columns, in the data
        "内容\nhello\nbye, now\n",  # one column, a comma in one text
        "id,text\n1,a,b\n2,c,d\n",  # every row ragged below a header that is one
        "#,text\n1,a\n",
        "#id,text\n1,a\n",
        ",text,label\n0,a,spam\n",  # as pandas writes its index
    ],
)
def test_a_header_in_the_first_line_stays_the_header(text: str) -> None:
    notes: list[str] = []
    rows = list(read_rows(io.BytesIO(text.encode()), ReadingOptions(format="csv"), note=notes.append))
    assert notes == []
    assert rows[0].line == 2


def test_a_line_that_holds_no_header_is_refused_by_its_number() -> None:
    for row, message in ((2, "line 2 holds nothing"), (9, "the file has no line 9")):
        with refused(match=message):
            list(read_rows(io.BytesIO(b"id,text\n\n1,a\n"), ReadingOptions(format="csv", header_row=row)))


def test_a_lone_carriage_return_outside_quotes_costs_its_row() -> None:
    assert told(read("id,text\n1,a\rb\n2,c\n")) == [(2, "quoting"), (3, "2")]
