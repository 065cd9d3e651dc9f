"""How much of a Parquet file is decoded at once: a few bytes of it may stand for gigabytes of repeated values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.errors import InputError
from assistant.ingest.reading.limits import LARGEST_RECORD, MOST_COLUMNS, TooMuchError, check_unpacked

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_DECODED = 4 * LARGEST_RECORD  # bytes of records that are decoded at once
_MOST_NESTED = 10_000_000  # values of a column of lists in one row group, which may all stand in one record


def check_groups(metadata: pq.FileMetaData) -> None:
    """What the file says of the sizes of its parts.

    Raises:
        InputError: a row group is out of proportion or too large to be decoded.
    """
    if metadata.num_columns > MOST_COLUMNS:
        raise InputError("parquet_columns_too_many", columns=metadata.num_columns, most=MOST_COLUMNS)
    for place in range(metadata.num_row_groups):
        group = metadata.row_group(place)
        for number in range(group.num_columns):
            chunk = group.column(number)
            at = {"group": place + 1, "column": chunk.path_in_schema}
            try:
                check_unpacked(chunk.total_compressed_size, chunk.total_uncompressed_size)
            except TooMuchError as error:
                raise InputError("parquet_group_too_large", said=str(error), **at) from error
            if chunk.num_values > _MOST_NESTED and "." in chunk.path_in_schema:
                raise InputError("parquet_lists_too_long", values=chunk.num_values, most=_MOST_NESTED, **at)


def text_leaves(schema: pq.ParquetSchema) -> list[str]:
    """Paths of the columns of text and bytes: they are read as codes of a dictionary where the file holds them so."""
    leaves = [schema.column(number) for number in range(len(schema))]
    return [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]


def small_parts(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch | None]:
    """A batch in slices, each of which may be decoded at once; None for a record that is too large."""
    size = decoded_size(batch)
    if size <= (_DECODED if batch.num_rows > 1 else LARGEST_RECORD):
        yield batch
    elif batch.num_rows > 1:
        half = batch.num_rows // 2
        yield from small_parts(batch.slice(0, half))
        yield from small_parts(batch.slice(half))
    else:  # perhaps the longest text of a dictionary is another record's
        yield batch if sum(_size_of_one(column) for column in batch.columns) <= LARGEST_RECORD else None


def decoded_size(batch: pa.RecordBatch) -> int:
    """At most how many bytes of values a batch stands for; all texts of a dictionary count as the longest of them."""
    return sum(_decoded_size(column) for column in batch.columns)


def _decoded_size(array: pa.Array) -> int:
    import pyarrow as pa  # noqa: PLC0415 - as in `parquet`

    kind = array.type
    if pa.types.is_dictionary(kind):
        return len(array) * (8 + _longest(array.dictionary))
    if pa.types.is_map(kind):  # `flatten` knows no maps whose keys are codes of a dictionary
        start, stop = array.offsets[0].as_py(), array.offsets[-1].as_py()
        parts = (one.slice(start, stop - start) for one in (array.keys, array.items))
        return 8 * len(array) + sum(_decoded_size(part) for part in parts)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return 8 * len(array) + _decoded_size(array.flatten())
    if pa.types.is_struct(kind):
        return sum(_decoded_size(part) for part in array.flatten())
    return int(array.nbytes)


def _longest(words: pa.Array) -> int:
    """Bytes of the longest text of a dictionary."""
    import pyarrow.compute as pc  # noqa: PLC0415 - as above

    return int(pc.max(pc.binary_length(words)).as_py() or 0) if len(words) else 0


def _size_of_one(array: pa.Array) -> int:
    import pyarrow as pa  # noqa: PLC0415 - as above

    return int(array.dictionary_decode().nbytes) if pa.types.is_dictionary(array.type) else _decoded_size(array)
