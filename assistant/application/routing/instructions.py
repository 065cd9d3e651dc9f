"""What in a content was taken for an instruction, for those who look at its route."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from assistant.domain.items import Content
from assistant.domain.policies import Policy
from assistant.routing.doubts import looks_like_instruction
from assistant.routing.instructions.finding import Instruction, LabelWords, find_instructions

_NAMED = 8  # instructions of a content that are told


def read_instructions(policy: Policy, content: Content, doubts: Sequence[str]) -> tuple[Instruction, ...]:
    """What was taken for an instruction; found again in the content, since routes keep the doubt's name alone."""
    if looks_like_instruction.__name__ not in doubts:
        return ()
    found = islice(find_instructions(content.shown_text, LabelWords.of(policy)), _NAMED)
    return tuple({one.kind: one for one in reversed(tuple(found))}.values())[::-1]
