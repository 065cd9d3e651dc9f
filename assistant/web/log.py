"""The server's log: one JSON object a line, without content or secrets."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

import orjson

LOG = logging.getLogger("assistant.web")
"""Takes dictionaries: `LOG.info({"id": ..., "status": ...})`."""

_BYTES, _FILES = 10_000_000, 5


class JsonLines(logging.Formatter):
    """A record as one line; of an error its type and where it happened, not its words, which may quote content."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = record.msg if isinstance(record.msg, dict) else {"message": record.getMessage()}
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), **told}
        if record.exc_info and record.exc_info[1]:
            line |= told_error(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


def told_error(error: BaseException) -> dict[str, object]:
    """An error's type and the lines of code it came through."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    told: dict[str, object] = {
        "error": type(error).__name__,
        "lines": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    cause = error.__cause__ or error.__context__
    return told | ({"because": told_error(cause)} if cause else {})


@contextmanager
def logging_to(path: Path | None) -> Iterator[None]:
    """Write to a file that is its owner's only, cut at 10 MB and five kept; or to standard error for None."""
    handler = logging.StreamHandler(sys.stderr) if path is None else _file(path)
    handler.setFormatter(JsonLines())
    loggers = [logging.getLogger(name) for name in (LOG.name, "uvicorn")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
            logger.propagate = True
        handler.close()


def _file(path: Path) -> logging.Handler:
    path.touch(mode=0o600)
    return RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
