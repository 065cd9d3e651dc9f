"""How far the record was indexed, kept beside the index: what the record got later is waiting, and not lost."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.errors import VectorIndexError


class Watermarks:
    """The number of the newest event that is in each collection, in a file of its own.

    Args:
        path: the file, which need not be there; None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def get(self, name: str) -> int | None:
        """What was noted for a collection; None where nothing was, or the file can't be read."""
        found = self._read().get(name)
        return found if isinstance(found, int) else None

    def set(self, name: str, until: int) -> None:
        """Note that a collection holds the record up to this event. Raises VectorIndexError: it can't be written."""
        known = self._read()
        if self._path is None or known.get(name) == until:
            return
        written = self._path.with_suffix(".new")
        try:
            written.write_text(json.dumps({**known, name: until}, indent=1), encoding="utf-8")
            written.replace(self._path)
        except OSError as error:
            where = str(self._path)
            raise VectorIndexError("index_progress_unwritable", where=where, reason=error.strerror) from error

    def _read(self) -> dict[str, object]:
        try:
            known = json.loads(self._path.read_text(encoding="utf-8")) if self._path is not None else {}
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}
