"""Answers from a recording, and the recorder that writes one.

A recording is JSONL, one reply a line: {"task": ..., "attempt": 1, "digest": ..., "body": {...}, "latency_ms": ...}.
`digest` names the messages (see `chat_api.digest_of`), so that a recording still serves when task keys have changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from assistant.errors import InputError, RejectedRequestError, StorageError
from assistant.models.chat_api import digest_of, dump_json
from assistant.models.http.limits import RateLimits, ReportsLimits
from assistant.models.interface import LabelModel, ModelRequest, RawReply

_Place = tuple[int, int]  # offset and length of a line
_BLOCK = 65536

_SHOWN = 10  # faults of a recording that are named; the rest is counted


class ReplayModel:
    """Answers what was recorded. The replies stay on disk; only where they are is held in memory.

    Args:
        path: of the recording.

    Raises:
        InputError: no such file, or broken lines; the first ten are reported with their numbers.
    """

    def __init__(self, path: Path | str) -> None:
        self.spec = f"replay:{path}"
        self.parallel: int | None = None
        self._path = Path(path)
        self._by_task: dict[str, dict[int, _Place]] = {}
        self._by_digest: dict[str, dict[int, _Place]] = {}
        self._file = self._open()
        try:
            self._index()
        except BaseException:
            self._file.close()
            raise

    async def ask(self, request: ModelRequest) -> RawReply:
        """The reply recorded for the task, else for the same messages; the last attempt where this one is missing.

        Raises:
            RejectedRequestError: nothing is recorded for it (reason `not_recorded`).
        """
        found = self._by_task.get(request.task) or self._by_digest.get(digest_of(request.messages))
        if not found:
            raise RejectedRequestError(
                "reply_not_recorded", reason="not_recorded", where=str(self._path), task=request.task
            )
        offset, length = found.get(request.attempt) or found[max(found)]
        line = orjson.loads(os.pread(self._file.fileno(), length, offset))
        body = line["body"]
        return RawReply(
            body.encode() if isinstance(body, str) else orjson.dumps(body), float(line.get("latency_ms", 0.0))
        )

    async def check(self) -> str:
        """How much is recorded."""
        return f"{len(self._by_task)} tasks are recorded in {self._path}"

    async def aclose(self) -> None:
        """Close the file."""
        self._file.close()

    def _open(self) -> BinaryIO:
        try:
            return self._path.open("rb")
        except OSError as error:
            raise InputError("recording_unopenable", where=str(self._path), said=error.strerror) from None

    def _index(self) -> None:
        wrong: list[str] = []
        offset = 0
        for number, line in enumerate(self._file, start=1):
            if line.strip():
                fault = self._take(line, (offset, len(line)))
                if fault:
                    wrong.append(f"{self._path}:{number}: {fault}")
            offset += len(line)
        if wrong:
            shown, where = "\n  ".join(wrong[:_SHOWN]), str(self._path)
            if more := len(wrong) - len(wrong[:_SHOWN]):
                raise InputError("recording_with_many_faults", where=where, lines=len(wrong), faults=shown, more=more)
            raise InputError("recording_with_faults", where=where, lines=len(wrong), faults=shown)

    def _take(self, line: bytes, place: _Place) -> str:
        """Note where a line is; returns what is wrong with it, "" when nothing is."""
        try:
            record: Any = orjson.loads(line)
        except orjson.JSONDecodeError:
            return "cut off" if not line.endswith(b"\n") else "no JSON"
        if not isinstance(record, dict):
            return "no JSON object"
        task, attempt, digest = record.get("task"), record.get("attempt", 1), record.get("digest")
        if not isinstance(task, str) or type(attempt) is not int:
            return 'needs "task" (text) and "attempt" (a number)'
        if not isinstance(record.get("body"), (dict, str)) or not isinstance(record.get("latency_ms", 0), (int, float)):
            return 'needs "body" (an object) and "latency_ms" (a number)'
        self._by_task.setdefault(task, {})[attempt] = place
        if isinstance(digest, str):
            self._by_digest.setdefault(digest, {})[attempt] = place
        return ""


class RecordingModel:
    """Writes each reply of another model to a recording, as it comes.

    A disk that refuses loses no reply: recording ends, the replies go on, and `aclose` raises.

    Args:
        model: who answers. Put the guard inside (`RecordingModel(GuardedModel(...))`) to record each answer once.
        path: of the recording; an existing one is continued; a line that it broke off in is removed.

    Raises:
        StorageError: the file can't be written.
    """

    def __init__(self, model: LabelModel, path: Path | str) -> None:
        self.spec = model.spec
        self.parallel = model.parallel
        self.room = getattr(model, "room", None)
        self._model = model
        self._path = Path(path)
        self._failure: OSError | None = None
        try:
            with self._path.open("ab+") as file:
                _mend_end(file)
            self._file = self._path.open("ab")
        except OSError as error:
            raise self._refused(error) from None

    @property
    def on_limits(self) -> Callable[[RateLimits], None] | None:
        """As the recorded model has it."""
        return self._model.on_limits if isinstance(self._model, ReportsLimits) else None

    @on_limits.setter
    def on_limits(self, listener: Callable[[RateLimits], None] | None) -> None:
        if isinstance(self._model, ReportsLimits):
            self._model.on_limits = listener

    async def ask(self, request: ModelRequest) -> RawReply:
        """Ask, write the reply down, give it."""
        reply = await self._model.ask(request)
        if self._failure is None:
            try:
                self._file.write(_line(request, reply))
                self._file.flush()
            except OSError as error:
                self._failure = error
        return reply

    async def check(self) -> str:
        """As the recorded model checks itself."""
        return await self._model.check()

    async def aclose(self) -> None:
        """Close model and file.

        Raises:
            StorageError: the recording is not complete.
        """
        await self._model.aclose()
        try:
            self._file.close()
        except OSError as error:
            self._failure = self._failure or error
        if self._failure is not None:
            raise self._refused(self._failure)

    def _refused(self, error: OSError) -> StorageError:
        return StorageError(
            "recording_unwritable",
            said=error.strerror,
            where=str(self._path),
        )


def _line(request: ModelRequest, reply: RawReply) -> bytes:
    try:
        body: object = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        body = None
    record = {
        "task": request.task,
        "attempt": request.attempt,
        "digest": digest_of(request.messages),
        "body": body if isinstance(body, dict) else reply.body.decode("utf-8", "replace"),
        "latency_ms": round(reply.latency_ms, 3),
    }
    return dump_json(record) + b"\n"


def _mend_end(file: BinaryIO) -> None:
    """End the file with a whole line: a recorder that was killed while writing leaves a part of one."""
    end = start = file.seek(0, os.SEEK_END)
    found = -1
    while start > 0 and found < 0:
        start = max(0, start - _BLOCK)
        file.seek(start)
        found = file.read(min(_BLOCK, end - start)).rfind(b"\n")
    rest_at = start + found + 1
    file.seek(rest_at)
    rest = file.read(end - rest_at)
    if rest:
        try:
            orjson.loads(rest)
            file.write(b"\n")
        except orjson.JSONDecodeError:
            file.truncate(rest_at)
