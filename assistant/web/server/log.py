"""The server's log: one JSON object a line, without content or secrets."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

import orjson

from assistant.failures import logged

LOG = logging.getLogger("assistant.web")
"""Takes dictionaries: `LOG.info({"id": ..., "status": ...})`."""

_BYTES, _FILES = 10_000_000, 5
_ASYNCIO = logging.getLogger("asyncio")  # what ends in no handler of ours, such as an error in a background task


class JsonLines(logging.Formatter):
    """A record as one line; of an error its type, the program's own words and where it happened."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = record.msg if isinstance(record.msg, dict) else {"message": _message(record)}
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), **told}
        if record.exc_info and record.exc_info[1]:
            line |= {"about": line.get("message", "")} | logged(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


class _PrivateFile(RotatingFileHandler):
    """A log file of its owner's only, the new one after each cut as well."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.fchmod(descriptor, 0o600)  # one that was there already
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding="utf-8", write_through=True)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own
        """A full disk: the line goes to standard error, not a stack of ours with it."""
        _to_stderr(self.format(record))


class _Stream(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own
        """Nobody reads it any more."""


@contextmanager
def logging_to(path: Path | None) -> Iterator[None]:
    """Write to a file that is its owner's only, cut at 10 MB and five kept; or to standard error for None."""
    handler = _Stream(sys.stderr) if path is None else _file(path)
    handler.setFormatter(JsonLines())
    loggers = [LOG, logging.getLogger("uvicorn"), _ASYNCIO]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.WARNING if logger is _ASYNCIO else logging.INFO)
        logger.propagate = False
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
            logger.propagate = True
        handler.close()


def _message(record: logging.LogRecord) -> str:
    """asyncio's go on with what it was busy with, values and all: of them the first line."""
    text = record.getMessage()
    return text.partition("\n")[0] if record.name == _ASYNCIO.name else text


def _file(path: Path) -> logging.Handler:
    return _PrivateFile(path, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")


def _to_stderr(line: str) -> None:
    try:
        sys.stderr.write(line + "\n")
    except (OSError, ValueError):
        return
