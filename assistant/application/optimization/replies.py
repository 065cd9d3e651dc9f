"""Replies to questions for a draft, kept so that the same question is paid for once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

import orjson

from assistant.errors import StorageError
from assistant.models.interface import ModelRequest, RawReply


class DraftReplies:
    """One file for each reply.

    Args:
        folder: made when it is needed.
        spec: of the model that is asked.
        extra: the parameters it is asked with beyond the question.
    """

    def __init__(self, folder: Path, spec: str, extra: Mapping[str, object]) -> None:
        self._folder = folder
        self._asked = f"{spec}\0{orjson.dumps(extra, option=orjson.OPT_SORT_KEYS).decode()}" if extra else spec

    def get(self, request: ModelRequest) -> RawReply | None:
        """The reply to this very question of this model, None where it was never asked, or can't be read any more."""
        try:
            kept = orjson.loads(self._path(request).read_bytes())
            return RawReply(kept["body"].encode(), float(kept["latency_ms"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return None
        except OSError as error:
            place, reason = str(self._folder), error.strerror
            raise StorageError("kept_reply_unreadable", where=place, reason_given=reason) from None

    def keep(self, request: ModelRequest, reply: RawReply) -> None:
        """Write a reply down before anyone reads it. Raises StorageError."""
        path = self._path(request)
        body = reply.body.decode("utf-8", "replace")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(orjson.dumps({"body": body, "latency_ms": reply.latency_ms}))
            os.replace(part, path)
        except OSError as error:
            raise StorageError("reply_not_kept", where=str(path), reason_given=error.strerror) from None

    def forget(self, request: ModelRequest) -> None:
        """Ask this again next time."""
        self._path(request).unlink(missing_ok=True)

    def _path(self, request: ModelRequest) -> Path:
        limits = f"{request.sampling.max_tokens}\0{request.sampling.temperature}"
        name = blake2b(f"{self._asked}\0{request.task}\0{limits}".encode(), digest_size=16).hexdigest()
        return self._folder / f"{name}.json"
