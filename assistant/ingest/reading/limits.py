"""What a file may take up in memory: a small file must not unpack to gigabytes, nor one record to a machine's memory.

Formats are streams, and every part that is held at once has a bound: a record, a row of columns, a batch, what was
unpacked from how much. What is beyond is refused where it is met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO, TypeVar

LARGEST_RECORD = 16 * 1024 * 1024
"""Bytes of one record: a line, a row of a sheet, a record of a Parquet file."""
MOST_VALUES = 2_000_000
"""Values in one JSON record or document; each takes up to 200 bytes in memory."""
MOST_COLUMNS = 16_384
"""Columns of a table, as many as Excel knows."""
_HELD = 32 * 1024 * 1024  # bytes of a batch of records
_UNPACKED_ANYWAY = 256 * 1024 * 1024  # bytes that any packed file may unpack to
_UNPACKED_TIMES = 200  # ... and so many times its size beyond that; text packs to a tenth or a twentieth

Held = TypeVar("Held")


class TooMuchError(OSError):
    """A file holds more than is read; like damage it ends the reading at that place."""


class Unpacked:
    """A stream that unpacks, and stops where that is out of proportion.

    Args:
        packed: the packed bytes.
        unpack: makes the unpacked stream of them.
    """

    def __init__(self, packed: BinaryIO, unpack: Callable[[BinaryIO], BinaryIO]) -> None:
        self._packed = packed
        self._taken = self._given = 0
        self._unpacked = unpack(self)  # type: ignore[arg-type] # it asks for `read` alone

    def read(self, size: int = -1) -> bytes:
        """Packed bytes, for the unpacker."""
        data = self._packed.read(size)
        self._taken += len(data)
        return data

    def read1(self, size: int = -1) -> bytes:
        """Unpacked bytes, what one look gives.

        Raises:
            TooMuchError: they are out of proportion to the packed ones.
        """
        data: bytes = self._unpacked.read1(size)  # type: ignore[attr-defined] # of gzip
        self._given += len(data)
        check_unpacked(self._taken, self._given)
        return data


def check_unpacked(packed: int, unpacked: int) -> None:
    """Raises TooMuchError where so many bytes are out of proportion to the packed ones they came from."""
    if unpacked > max(_UNPACKED_ANYWAY, _UNPACKED_TIMES * packed):
        raise TooMuchError(
            f"it unpacks to more than {unpacked // 2**20:,} MiB from {packed / 2**20:.2f} MiB, and no more than"
            f" {_UNPACKED_TIMES} times its size is read beyond {_UNPACKED_ANYWAY // 2**20} MiB"
        )


def size_of(value: object) -> int:
    """About how many bytes a value of a record holds: characters of its texts, 8 for all else."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, Mapping):
        return sum(8 + size_of(part) for part in value.values())
    if isinstance(value, list | tuple):
        return sum(8 + size_of(part) for part in value)
    return 8


def in_batches(
    values: Iterable[Held], most: int, weigh: Callable[[Held], int], *, held: int = _HELD
) -> Iterator[tuple[Held, ...]]:
    """The values in order, in tuples of at most `most` and of at most about `held` bytes each."""
    batch: list[Held] = []
    weight = 0
    for value in values:
        batch.append(value)
        weight += weigh(value)
        if len(batch) >= most or weight >= held:
            yield tuple(batch)
            batch, weight = [], 0
    if batch:
        yield tuple(batch)


def first_of(values: Iterator[Held], most: int, weigh: Callable[[Held], int]) -> list[Held]:
    """The first values, at most `most` and of at most about 32 MiB; the others stay where they are."""
    return list(next(in_batches(values, most, weigh), ()))
