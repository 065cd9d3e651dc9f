"""The test server's memory: what it was asked, when, and how that ended."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import BinaryIO, NamedTuple

import orjson


class LoggedRequest(NamedTuple):
    """One chat request as the server saw it: digest of the messages, Unix times in seconds, outcome."""

    digest: str
    received: float
    answered: float
    status: int
    fault: str


class AskingLog:
    """Every asking in order, in memory and, when a path is given, in a JSONL file that is flushed line by line.

    Args:
        path: of the file; lines are appended.
    """

    def __init__(self, path: Path | None) -> None:
        self.askings: list[LoggedRequest] = []
        self.under_way = 0
        self.peak = 0
        self._path = path
        self._file: BinaryIO | None = None

    def open(self) -> None:
        """Open the file, if there is to be one."""
        if self._path is not None:
            self._file = self._path.open("ab")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
        self._file = None

    def begin(self) -> None:
        """One more question is being worked on."""
        self.under_way += 1
        self.peak = max(self.peak, self.under_way)

    def end(self, asking: LoggedRequest) -> None:
        """It has had its answer."""
        self.under_way -= 1
        self.askings.append(asking)
        if self._file is not None:
            self._file.write(orjson.dumps(asking._asdict()) + b"\n")
            self._file.flush()

    def counts(self) -> dict[str, object]:
        """How often it was asked what, as plain numbers; the server gives them under `GET /dev/counts`.

        `answered_again` counts 200s to messages that had one before: with a client that keeps what it paid for
        it is 0. `first` and `last` are Unix times.
        """
        good = Counter(asking.digest for asking in self.askings if asking.status == 200 and not asking.fault)
        return {
            "asked": len(self.askings),
            "distinct": len({asking.digest for asking in self.askings}),
            "answered": good.total(),
            "answered_again": good.total() - len(good),
            "status": {str(status): n for status, n in sorted(Counter(a.status for a in self.askings).items())},
            "faults": dict(sorted(Counter(asking.fault for asking in self.askings if asking.fault).items())),
            "peak": self.peak,
            "first": min((asking.received for asking in self.askings), default=0.0),
            "last": max((asking.answered for asking in self.askings), default=0.0),
        }
