"""Scripted replies of the test server, for questions that are not about labels, such as drafting a prompt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from assistant.errors import InputError


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """What is answered where the last user message holds a text.

    Args:
        contains: the text.
        reply: the message content.
    """

    contains: str
    reply: str

    def choice(self) -> tuple[bytes, int]:
        """(the choice object as JSON, completion tokens)."""
        message = {"role": "assistant", "content": self.reply, "refusal": None}
        choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}
        return orjson.dumps(choice), len(self.reply.encode()) // 4 + 1


def scripted(script: Sequence[ScriptedReply], last_user: str) -> ScriptedReply | None:
    """The first reply of the script that is meant for this message, None where none is."""
    return next((one for one in script if one.contains in last_user), None)


def read_script(path: Path) -> tuple[ScriptedReply, ...]:
    """A script in a JSONL file: `{"contains": "Your last reply", "reply": {...}}`; an object is sent as JSON.

    Raises:
        InputError: can't be read, or a line is no scripted reply.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError("script_unreadable", where=str(path), said=error.strerror) from None
    return tuple(_replies(path, lines))


def _replies(path: Path, lines: Sequence[bytes]) -> Iterator[ScriptedReply]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            fields = orjson.loads(line)
            contains, reply = fields["contains"], fields["reply"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise InputError("script_line_unfit", where=f"{path}:{number}") from None
        if not isinstance(contains, str) or not isinstance(reply, str | dict):
            raise InputError("script_line_unfit", where=f"{path}:{number}")
        yield ScriptedReply(contains, reply if isinstance(reply, str) else orjson.dumps(reply).decode())
