"""A report as files in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assistant.errors import ConflictError, InputError
from assistant.file_modes import hand_on
from assistant.reports.page import MARK

_HEAD = 4_096  # bytes of a file in which its mark stands


def write_files(folder: Path, contents: Mapping[str, str]) -> tuple[Path, ...]:
    """Write files that hold `MARK` into a folder, which is made where there is none.

    An earlier report is replaced, any other file of these names is left alone.

    Args:
        folder: where.
        contents: by the file's name.

    Returns:
        The files' paths, in that order.

    Raises:
        InputError: a file there is no report, or the folder can't be written.
    """
    paths = {folder / name: content for name, content in contents.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            _check_replaceable(path)
        for path, content in paths.items():
            _write(path, content)
    except OSError as error:
        raise InputError("report_unwritable", where=str(folder), reason_given=error.strerror) from error
    return tuple(paths)


def _check_replaceable(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb") as file:
        if MARK.encode() not in file.read(_HEAD):
            raise ConflictError("not_a_report", where=str(path))


def _write(path: Path, content: str) -> None:
    """Whole or not at all; half a surrogate pair, which UTF-8 can't hold, is written out."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content.encode("utf-8", "backslashreplace"))
    hand_on(unfinished)
    unfinished.replace(path)
