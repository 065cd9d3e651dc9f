"""Room for a model's thinking beside the limit of its answer.

A prompt limits the answer, and most servers count thinking against the same limit: 80 tokens are used up before the
first word. So the limit that is sent is the answer's plus a room, which is learned from the replies:

- It starts at the thinking budget that the options name, else at 0.
- A reply that shows thinking makes it at least `FIRST_ROOM`.
- A reply that was cut while thinking makes it four times as large, up to `LARGEST_ROOM`.
- A server that refuses so large a limit makes it a quarter, and it grows no more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from assistant.models.chat_api import MalformedReplyError, load_json
from assistant.models.http.refusals import HttpRefusal
from assistant.models.interface import ModelRequest

FIRST_ROOM = 4096
"""Tokens for thinking, once a model was seen to think."""

LARGEST_ROOM = 65_536
"""Tokens beyond which a model that is still thinking counts as one that does not end."""

_GROWTH = 4
_OPEN_THINKING = re.compile(
    r"\s*(?:<\|?[\w:]{0,12}(?:think|reason)|\[think|◁think|<\|channel\|>\s*analysis)", re.IGNORECASE
)
_CLOSED_THINKING = re.compile(r"</[\w:]{0,12}(?:think|reason)|\[/think|◁/think|<\|channel\|>\s*final", re.IGNORECASE)
_SIGN = re.compile(rb'"reasoning(?:_tokens":\s*[1-9]|(?:_content)?":\s*"[^"])')
_LIMIT = re.compile(r"max\w{0,12}[ _]?tokens|num_predict|output tokens|completion tokens", re.IGNORECASE)
_BUDGET_NAMES = ("budget_tokens", "thinking_budget")


class ThinkingRoom:
    """What is added to the limit of each reply of one model, in tokens.

    Args:
        budget: the thinking budget the model is asked with, 0 for none.
    """

    def __init__(self, budget: int = 0) -> None:
        self.tokens = budget
        self._most = max(LARGEST_ROOM, budget)

    def learn(self, body: bytes, room: int, *, thought: bool = False) -> None:
        """Take in a reply; one that neither thinks nor was cut costs nothing.

        Args:
            body: a chat completion as JSON.
            room: what had been added to its limit.
            thought: whether its SDK saw thinking that the body does not show.
        """
        shown = b'"reasoning' in body and _SIGN.search(body) is not None  # the first look is the cheap one
        if not (thought or shown or b'"length"' in body):
            return
        thinking, cut = _how_it_thought(body)
        if not thinking and not thought:
            return
        wanted = max(FIRST_ROOM, room * _GROWTH) if cut else max(FIRST_ROOM, room)
        self.tokens = min(self._most, max(self.tokens, wanted))

    def refused(self, refusal: HttpRefusal, room: int) -> bool:
        """Whether a refusal is about the limit that this room made so large, and a smaller one may be tried.

        Args:
            refusal: what the server said.
            room: what had been added to the limit.
        """
        if room <= 0 or refusal.status not in {400, 422} or not _LIMIT.search(refusal.words):
            return False
        if self.tokens >= room:
            self.tokens = self._most = room // _GROWTH if room > _GROWTH * 256 else 0
        return True


def with_room(request: ModelRequest, room: int) -> ModelRequest:
    """The question with so many tokens more to its limit."""
    if not room:
        return request
    return replace(request, sampling=replace(request.sampling, max_tokens=request.sampling.max_tokens + room))


def thinking_budget(options: Mapping[str, object]) -> int:
    """The thinking budget that an integration's options name at any depth, 0 where there is none."""
    found = 0
    for name, value in options.items():
        if isinstance(value, Mapping):
            found = max(found, thinking_budget(value))
        elif name in _BUDGET_NAMES and type(value) is int:
            found = max(found, value)
    return found


def room_of(model: object) -> int:
    """Tokens that a model's replies may have beyond the limit of the question; 0 for a model without a room."""
    room = getattr(model, "room", None)
    return room.tokens if isinstance(room, ThinkingRoom) else 0


def _how_it_thought(body: bytes) -> tuple[bool, bool]:
    """(whether the reply shows thinking, whether it was cut). Cut without a word of the answer, it was thinking."""
    try:
        reply = load_json(body)
        choice = reply["choices"][0]
        message = choice["message"]
        text = message.get("content") or ""
        details = (reply.get("usage") or {}).get("completion_tokens_details") or {}
        counted = int(details.get("reasoning_tokens") or 0)
        cut = choice.get("finish_reason") == "length"
    except (MalformedReplyError, KeyError, IndexError, TypeError, AttributeError, ValueError):
        return False, False
    open_ended = isinstance(text, str) and (
        not text.strip() or (_OPEN_THINKING.match(text) is not None and not _CLOSED_THINKING.search(text))
    )
    shown = message.get("reasoning_content") or message.get("reasoning")
    return counted > 0 or bool(shown) or (cut and open_ended), cut
