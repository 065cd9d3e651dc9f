"""Files by their names: which format an ending stands for, and what is beside a name that isn't there."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO

from assistant.errors import InputError, NotFoundError

READ_AHEAD = 1 << 16
"""Bytes at most that are read to detect a format."""

FORMAT_OF_ENDING = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
}
_SHOWN = 5  # file names shown beside a wrong one


def open_file(path: Path) -> BinaryIO:
    """The file, open for reading bytes.

    Raises:
        InputError: it isn't there or can't be opened; names files beside it that might be meant.
    """
    try:
        return path.open("rb", buffering=READ_AHEAD)
    except FileNotFoundError as error:
        raise _not_found(path) from error
    except IsADirectoryError as error:
        raise InputError("input_is_folder", where=str(path), endings=", ".join(FORMAT_OF_ENDING)) from error
    except OSError as error:
        raise InputError("input_not_opened", where=str(path), reason=error.strerror or str(error)) from error


def format_of_path(path: Path) -> str | None:
    """What the ending stands for, `.gz` left out; None where it says nothing."""
    endings = [ending.lower() for ending in path.suffixes if ending.lower() != ".gz"]
    return FORMAT_OF_ENDING.get(endings[-1]) if endings else None


def _not_found(path: Path) -> NotFoundError:
    """Names files of the same folder: the nearest names, else those of a readable format."""
    if not path.parent.is_dir():
        return NotFoundError("input_folder_not_found", where=str(path), folder=str(path.parent))
    names = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    readable = [name for name in names if Path(name.removesuffix(".gz")).suffix.lower() in FORMAT_OF_ENDING]
    near = get_close_matches(path.name, names, n=_SHOWN) or readable[:_SHOWN]
    if not near:
        return NotFoundError("input_not_found_nor_others", where=str(path))
    return NotFoundError("input_not_found", where=str(path), files=tuple(near))
