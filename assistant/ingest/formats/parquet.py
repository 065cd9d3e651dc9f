"""Parquet, a batch of records at a time; codes of labels by the names the file says they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from assistant.errors import InputError
from assistant.ingest.formats.values import plain_value
from assistant.ingest.rows import Refusal, Row, excerpt_of

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_BATCH = 500  # records in memory at a time
_READ_AHEAD = 1 << 20  # bytes of a column; without it the whole column of a row group is held


def read_parquet(source: Path | BinaryIO) -> Iterator[Row | Refusal]:
    """The records of a Parquet file, numbered from 1; values as `plain_value` has them.

    Where the file says the names of a column's codes, as Hugging Face's `datasets` does for a ClassLabel, values are
    these names; -1 stands for none.

    Args:
        source: a path, or a stream that can seek.

    Raises:
        InputError: the file isn't Parquet, is damaged from the start, or has two columns of one name.
    """
    # pyarrow costs 0.3 s CPU and 60 MB: only runs that read Parquet pay for it.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(source, buffer_size=_READ_AHEAD, pre_buffer=False)
        names = file.schema_arrow.names
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"not a readable Parquet file ({error})", hint="write it again, or give CSV") from error
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"column {', '.join(twice)} occurs twice", hint="rename one of them")
    return _read_batches(file, _names_of_codes(file.schema_arrow.metadata or {}))


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


def _read_batches(file: pq.ParquetFile, names: Mapping[str, Sequence[str]]) -> Iterator[Row | Refusal]:
    import pyarrow as pa  # noqa: PLC0415 - as above

    number = 1
    with file:
        try:
            for batch in file.iter_batches(batch_size=_BATCH):
                yield from _rows(batch, number, names)
                number += batch.num_rows
        except (pa.ArrowException, OSError, ValueError) as error:
            message = f"the file can't be read from here on ({error}); get it again and run once more"
            yield Refusal(number, "unreadable", message)


def _rows(batch: pa.RecordBatch, first: int, names: Mapping[str, Sequence[str]]) -> Iterator[Row | Refusal]:
    try:
        records = batch.to_pylist()
    except UnicodeDecodeError as error:
        if batch.num_rows == 1:
            yield _refuse(error, first)
            return
        for place in range(batch.num_rows):  # one record of the batch is wrong: find it
            yield from _rows(batch.slice(place, 1), first + place, names)
        return
    for number, record in enumerate(records, first):
        try:
            values = {name: plain_value(value) for name, value in record.items()}
            for column, of_column in names.items():
                if column in values:
                    values[column] = _by_name(values[column], of_column)
            yield Row(values, number)
        except UnicodeDecodeError as error:
            yield _refuse(error, number)


def _refuse(error: UnicodeDecodeError, number: int) -> Refusal:
    byte = error.object[error.start]
    message = f"byte {error.start + 1} of a value (0x{byte:02x}) is not UTF-8; write the column as text"
    return Refusal(number, "encoding", message, excerpt_of(error.object))
