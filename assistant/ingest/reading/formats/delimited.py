"""CSV and TSV: strict about quotes, so that one stray quote costs one row and never swallows those after it."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator

from assistant.errors import InputError, InvalidValueError
from assistant.ingest.reading.formats.feeder import Feeder
from assistant.ingest.reading.formats.header import LOOKED_AT, above_note, find_header
from assistant.ingest.reading.formats.lines import LONGEST_LINE, Lines, physical_lines
from assistant.ingest.reading.limits import MOST_COLUMNS
from assistant.ingest.reading.problems import Note, ReadingOptions
from assistant.ingest.reading.rows import InputRow, Refusal, excerpt_of, explain_encoding

_DELIMITERS = ",\t;|"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[,;|\t]*', re.IGNORECASE)  # as Excel writes and reads it
_CAUSES = {
    "unexpected end of data": "a quote opens here and never closes",
    "field larger": "a quote opens here and never closes",
    "expected after": 'text continues after a closing quote; a quote inside a quoted field is written twice: ""',
    "new-line character": "a lone carriage return outside quotes",
}


def read_delimited(
    stream: Lines,
    encoding: str,
    reading: ReadingOptions,
    note: Note,
    *,
    usual: Collection[str] = (),
    tabs: bool = False,
) -> Iterator[InputRow | Refusal]:
    """The records of a CSV or TSV stream, by the names in its header.

    Fields may span lines and hold NUL bytes. A record with more or fewer fields than the header, or with quotes that
    don't close, is refused; reading continues with the line after its first. A first line `sep=;` names the delimiter;
    titles and comments above the header are passed over where it is certain which line that is.

    Args:
        stream: split at LF, or at CR where no line ends otherwise.
        encoding: of the lines.
        reading: may name the delimiter and the header's line; else the delimiter is the one of `, TAB ; |` that is most
            often in the header.
        note: is given a sentence on lines above the header.
        usual: names that columns usually have, in lower case.
        tabs: whether fields are separated by tabs wherever the header holds one.

    Raises:
        InputError: the header can't be read, names a column twice, or seems to stand further down.
    """
    feeder = Feeder(physical_lines(stream), encoding)
    sign = _stated_delimiter(feeder, reading)
    _pass_over(feeder, sign, reading, note, usual)
    sign = sign or _likely(feeder.peek(), tabs=tabs)
    csv.field_size_limit(LONGEST_LINE)  # the module's own limit, 128 KiB, is below a long post
    records = csv.reader(feeder, delimiter=sign, strict=True)
    names = _read_header(records, feeder, reading)
    while True:
        feeder.start_record()
        try:
            fields = next(records, None)
        except csv.Error as error:
            yield _recover(feeder, names, sign, error)
            continue
        yield from feeder.take_refusals()
        if fields is None:
            return
        if fields:
            yield _as_row(fields, feeder, names, reading)


def likely_delimiter(header: str) -> str:
    """The delimiter that occurs most often outside quotes in a header line; a comma when there is none."""
    unquoted = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=unquoted.count)


def cells_of(line: str, delimiter: str | None = None) -> list[str]:
    """The fields of one line, whatever is wrong with its quotes."""
    sign = delimiter or likely_delimiter(line)
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=sign), [])
    except csv.Error:
        return [line]


def _likely(header: str, *, tabs: bool) -> str:
    return "\t" if tabs and "\t" in header else likely_delimiter(header)


def _stated_delimiter(feeder: Feeder, reading: ReadingOptions) -> str | None:
    """What the user says, else what a first line `sep=;` does, which is no record in any case."""
    stated = _SEPARATOR_LINE.fullmatch(feeder.peek().strip("\ufeff \r\n"))
    if stated is not None:
        feeder.skip()
    return reading.delimiter or (stated[1] if stated else None)


def _pass_over(feeder: Feeder, sign: str | None, reading: ReadingOptions, note: Note, usual: Collection[str]) -> None:
    """Lets the header be the next line."""
    if reading.header_row is not None:
        while (at := feeder.peek_number()) is not None and at < reading.header_row:
            feeder.skip()
        if at != reading.header_row:
            given = reading.choice("header_row", str(reading.header_row))
            if at:
                raise InvalidValueError("header_line_empty", line=reading.header_row, given=given)
            raise InvalidValueError("header_line_beyond", line=reading.header_row, given=given)
        return
    known = {*usual, *(name.casefold() for name in reading.named)}
    if _plainly_header(feeder.peek(), sign, known):
        return
    lines = feeder.look(LOOKED_AT)
    if not lines or lines[0].text.count('"') % 2:  # a name that goes on in the next line, or a quote left open
        return
    place = find_header([cells_of(line.text, sign) for line in lines], known)
    header, title = lines[place.index], excerpt_of(lines[0].text.strip())
    if not place.sure:
        choice = reading.choice("header_row", str(header.number))
        top, below = lines[0].number, header.number
        raise InputError("header_lines_below", where=f"line {top}", line=top, title=title, below=below, choice=choice)
    if place.index:
        note(above_note(title, "line", header.number))
        for _ in range(place.index):
            feeder.skip()


def _plainly_header(line: str, sign: str | None, known: Collection[str]) -> bool:
    """Whether a line needs no look at those below it: it names a usual column, and every column."""
    cells = [cell.strip() for cell in cells_of(line, sign)]
    return all(cells) and not line.startswith(("#", "//")) and any(cell.casefold() in known for cell in cells)


def _read_header(records: Iterator[list[str]], feeder: Feeder, reading: ReadingOptions) -> list[str]:
    """The column names, stripped; a nameless column is called `column_N`."""
    where = f"line {feeder.peek_number() or 1}"
    feeder.start_record()
    try:
        fields = next((fields for fields in records if fields), [])
    except csv.Error as error:
        choice = reading.choice("header_row", "N")
        raise InputError("header_unreadable", where=where, cause=_cause(error), choice=choice) from error
    for line in feeder.record:
        if line.undecodable is not None:
            said, choice = explain_encoding(line.undecodable, feeder.encoding, reading)
            raise InputError("header_undecodable", where=f"line {line.number}", said=said, choice=choice)
    if len(fields) > MOST_COLUMNS:
        choice = reading.choice("delimiter", "tab")
        raise InputError("too_many_columns", where=where, columns=len(fields), most=MOST_COLUMNS, choice=choice)
    names = [name.strip("\ufeff \t\r\n") or f"column_{place}" for place, name in enumerate(fields, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError("column_twice", where=where, columns=tuple(twice))
    return names


def _as_row(fields: list[str], feeder: Feeder, names: list[str], reading: ReadingOptions) -> InputRow | Refusal:
    first = feeder.record[0]
    for line in feeder.record:
        if line.undecodable is not None:
            message, remedy = explain_encoding(line.undecodable, feeder.encoding, reading)
            return Refusal(line.number, "encoding", message, excerpt_of(line.text), remedy)
    if len(fields) != len(names):
        message = f"{len(fields)} fields where the header has {len(names)}"
        return Refusal(first.number, "ragged", message, excerpt_of(first.text))
    return InputRow(dict(zip(names, fields, strict=True)), first.number)


def _recover(feeder: Feeder, names: list[str], delimiter: str, error: csv.Error) -> InputRow | Refusal:
    """What to make of a record with wrong quotes: its first line is refused, the others are read again.

    Many TSV writers don't quote at all: there a line with the right number of tabs is taken as it stands.
    """
    first = feeder.record[0]
    feeder.give_back_all_but_first()
    if delimiter == "\t" and first.undecodable is None:
        fields = first.text.rstrip("\r\n").split("\t")
        if len(fields) == len(names):
            return InputRow(dict(zip(names, fields, strict=True)), first.number)
    return Refusal(first.number, "quoting", _cause(error), excerpt_of(first.text))


def _cause(error: csv.Error) -> str:
    return next((cause for sign, cause in _CAUSES.items() if sign in str(error)), str(error))
