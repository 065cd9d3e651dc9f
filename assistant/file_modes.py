"""Who may read what is written: everything its owner alone, but what is made to be handed on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PRIVATE = 0o077
_own: list[int] = []  # the user's umask, while another one is in force


@contextmanager
def private_files() -> Iterator[None]:
    """Until the end of the block files and folders of this process, libraries' too, are for their owner alone."""
    before = os.umask(_PRIVATE)
    _own.append(before)
    try:
        yield
    finally:
        _own.remove(before)
        os.umask(before)


def hand_on(path: Path) -> None:
    """Give a file or folder that was just made the mode it would have by the user's own umask, as an export has."""
    if _own:
        path.chmod((0o777 if path.is_dir() else 0o666) & ~_own[-1])
