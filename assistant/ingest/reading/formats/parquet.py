"""Parquet, a batch of records at a time; codes of labels by the names the file says they stand for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import orjson

from assistant.errors import InputError
from assistant.ingest.reading.formats.parquet_bounds import check_groups, decoded_size, small_parts, text_leaves
from assistant.ingest.reading.formats.values import plain_value
from assistant.ingest.reading.limits import LARGEST_RECORD, check_unpacked
from assistant.ingest.reading.problems import Note
from assistant.ingest.reading.rows import InputRow, Refusal, row_size

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_BATCH = 500  # records in memory at a time
_NO_TEXT = "it holds bytes that are no text, or values of a type that can't be read"
_SMALL_BATCH = 1 << 20  # bytes; the records of a smaller one aren't weighed one by one
_READ_AHEAD = 1 << 20  # bytes of a column; without it the whole column of a row group is held


def read_parquet(source: BinaryIO, note: Note) -> Iterator[InputRow | Refusal]:
    """The records of a Parquet file, numbered from 1; values as `plain_value` has them.

    Where the file says the names of a column's codes, as Hugging Face's `datasets` does for a ClassLabel, values are
    these names; -1 stands for none. Values that can't be read (bytes that are no text, types that have no plain form)
    are left out and the rest of their records is read.

    Args:
        source: a stream that can seek.
        note: is given a sentence on each column with values that were left out.

    Raises:
        InputError: the file isn't Parquet, is damaged from the start, has two columns of one name, or row groups too
            large to be decoded.
    """
    # pyarrow costs 0.3 s CPU and 60 MB: only runs that read Parquet pay for it.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(source, buffer_size=_READ_AHEAD, pre_buffer=False)
        names = file.schema_arrow.names
        check_groups(file.metadata)
        if texts := text_leaves(file.schema):
            source.seek(0)
            file = pq.ParquetFile(source, buffer_size=_READ_AHEAD, pre_buffer=False, read_dictionary=texts)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError("parquet_unreadable", said=str(error)) from error
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError("column_twice", columns=tuple(twice))
    return _read_batches(file, _names_of_codes(file.schema_arrow.metadata or {}), note)


def _names_of_codes(metadata: Mapping[bytes, bytes]) -> dict[str, Sequence[str]]:
    """By column, what its codes 0, 1 ... stand for."""
    try:
        features = orjson.loads(metadata[b"huggingface"])["info"]["features"]
        return {column: names for column, feature in features.items() if (names := _class_names(feature))}
    except (LookupError, TypeError, AttributeError, orjson.JSONDecodeError):
        return {}


def _class_names(feature: Any) -> Sequence[str]:
    """The names of a ClassLabel, alone or in a list (`{"feature": ...}` or `[...]`); none for another feature."""
    while isinstance(feature, list) or (isinstance(feature, dict) and "feature" in feature):
        feature = feature[0] if isinstance(feature, list) else feature["feature"]
    if not isinstance(feature, dict) or feature.get("_type") != "ClassLabel":
        return ()
    return [str(name) for name in feature.get("names") or ()]


def _by_name(value: object, names: Sequence[str]) -> object:
    if isinstance(value, list):
        return [_by_name(part, names) for part in value]
    if isinstance(value, bool) or not isinstance(value, int) or value >= len(names):
        return value
    return names[value] if value >= 0 else None


def _read_batches(file: pq.ParquetFile, names: Mapping[str, Sequence[str]], note: Note) -> Iterator[InputRow | Refusal]:
    import pyarrow as pa  # noqa: PLC0415 - as above

    number = 1
    left_out: Counter[tuple[str, str]] = Counter()
    with file:
        columns = _readable(file, left_out)
        size = _Decoded(file.metadata)
        try:
            for batch in file.iter_batches(batch_size=_BATCH, columns=columns):
                yield from size.counted(_bounded_rows(batch, number, names, left_out), decoded_size(batch))
                number += batch.num_rows
        except (pa.ArrowException, OSError, ValueError) as error:
            message = f"the file can't be read from here on ({error}); get it again and run once more"
            yield Refusal(number, "unreadable", message)
    for (column, why), count in left_out.items():
        note(f"column {column!r} is left out{f' in {count:,} rows' if count else ''}: {why}")


class _Decoded:
    """How much was decoded, beside what it came from."""

    def __init__(self, metadata: pq.FileMetaData) -> None:
        groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
        self._packed = sum(
            one.column(place).total_compressed_size for one in groups for place in range(one.num_columns)
        )
        self._decoded = 0

    def counted(self, rows: Iterator[InputRow | Refusal], most: int) -> Iterator[InputRow | Refusal]:
        """The rows of a batch of at most so many bytes. Raises TooMuchError where they are out of proportion."""
        small = most <= _SMALL_BATCH
        self._decoded += most if small else 0
        for row in rows:
            self._decoded += 0 if small else row_size(row)
            check_unpacked(self._packed, self._decoded)
            yield row


def _bounded_rows(
    batch: pa.RecordBatch, first: int, names: Mapping[str, Sequence[str]], left_out: Counter[tuple[str, str]]
) -> Iterator[InputRow | Refusal]:
    for part in small_parts(batch):
        if part is None:
            message = f"a record of more than {LARGEST_RECORD // 2**20} MiB, the largest that is read"
            yield Refusal(first, "too_long", message)
            first += 1
        else:
            yield from _rows(part, first, names, left_out)
            first += part.num_rows


def _readable(file: pq.ParquetFile, left_out: Counter[tuple[str, str]]) -> list[str] | None:
    """The columns that can be read, None for all; one in a compression or a type that can't be is left out.

    They are tried one by one only where a row of all can't be read.
    """
    import pyarrow as pa  # noqa: PLC0415 - as above

    failures = (pa.ArrowException, OSError, ValueError)
    try:
        next(file.iter_batches(batch_size=1), None)
    except failures:
        kept = []
        for name in file.schema_arrow.names:
            try:
                next(file.iter_batches(batch_size=1, columns=[name]), None)
                kept.append(name)
            except failures as error:
                left_out[name, f"it can't be read ({error})"] = 0
        return kept or None
    return None


class _Unreadable(NamedTuple):
    """Stands for a value that can't be read, and says why."""

    why: str


def _rows(
    batch: pa.RecordBatch, first: int, names: Mapping[str, Sequence[str]], left_out: Counter[tuple[str, str]]
) -> Iterator[InputRow]:
    columns = {name: _values(column) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
    for place in range(batch.num_rows):
        values: dict[str, object] = {}
        unread: dict[str, tuple[str, str]] = {}
        for column, cells in columns.items():
            value = _plain(cells[place], column, left_out)
            if isinstance(value, _Unreadable):
                unread[column] = ("encoding", f"{value.why} in column {column!r}; write the column as text")
                left_out[column, _NO_TEXT] += 1
            else:
                values[column] = _by_name(value, names[column]) if column in names else value
        yield InputRow(values, first + place, unread)


def _values(column: pa.Array) -> list[Any]:
    """A column's values; where one has no form in Python, something unreadable stands in its place."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    failures = (pa.ArrowException, ValueError, NotImplementedError, OverflowError)

    def value(cell: pa.Scalar) -> Any:
        try:
            return cell.as_py()
        except failures as error:
            return _Unreadable(_cause(error))

    try:
        return list(column.to_pylist())
    except failures:
        return [value(cell) for cell in column]


def _plain(value: object, column: str, left_out: Counter[tuple[str, str]]) -> object:
    """The value as JSON holds it; of an object, as data sets hold pictures, the parts that are text."""
    if isinstance(value, _Unreadable):
        return value
    try:
        return plain_value(value)
    except UnicodeDecodeError as error:
        if not isinstance(value, Mapping):
            return _Unreadable(_cause(error))
    kept = {}
    for name, part in value.items():
        plain = _plain(part, f"{column}.{name}", left_out)
        if isinstance(plain, _Unreadable):
            left_out[f"{column}.{name}", _NO_TEXT] += 1
        else:
            kept[name] = plain
    return kept


def _cause(error: BaseException) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} of a value (0x{error.object[error.start]:02x}) is not UTF-8"
    return f"a value can't be read ({error})"
