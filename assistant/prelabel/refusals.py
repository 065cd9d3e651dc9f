"""Whose fault a refusal is, the item's or the server's: refused items are held back until that is known.

A key that expired, an account that ran dry, a model that was withdrawn: servers report these in as many words as there
are servers, and many with the HTTP status of a bad question. So no wording decides:

- A question begun after a refusal came was answered: the server works, and what it refused was the item.
- Ten items in a row were refused, or the session ends with some: a control question decides, a harmless text through
  the same prompt. Answered, the items were at fault; refused like them, the job stops and they stay pending.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.domain.items import Content, Item, ItemKind
from assistant.domain.prelabels import FailureReason, Prelabel, Usage
from assistant.errors import FatalModelError, RejectedRequestError, RetryableModelError
from assistant.models.chat_api import read_usage
from assistant.models.interface import ModelRequest
from assistant.prelabel.feed import ReadyItem
from assistant.prelabel.label_one import LabelKit

IN_A_ROW = 10
"""So many refused items without an answer between them call for a control question."""

_REFUSALS = frozenset({FailureReason.BAD_REQUEST, FailureReason.CONTENT_FILTER, FailureReason.TOO_LONG})
_HARMLESS = Content("Good morning! The library is open from nine to five.")
_QUERY = "library opening hours"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused item, and the failure it is stored with should it be at fault."""

    ready: ReadyItem
    prelabel: Prelabel


class Refusals:
    """The refused items of a session that wait for a verdict."""

    def __init__(self) -> None:
        self._begun = 0
        self._held: list[tuple[int, Refused]] = []

    def __len__(self) -> int:
        return len(self._held)

    def begin(self) -> int:
        """A question begins; returns its number."""
        self._begun += 1
        return self._begun

    def hold(self, ready: ReadyItem, prelabel: Prelabel) -> bool:
        """Keep an item back if its answer is a refusal; returns whether it is one."""
        refused = prelabel.reason in _REFUSALS and prelabel.attempts <= len(ready.known)
        if refused:
            self._held.append((self._begun, Refused(ready, prelabel)))
        return refused

    def answered(self, number: int) -> list[Refused]:
        """A question was answered: gives the items refused before it began; these were at fault themselves."""
        if not self._held:
            return []
        freed = [one for begun, one in self._held if begun < number]
        self._held = [(begun, one) for begun, one in self._held if begun >= number]
        return freed

    def take(self) -> list[Refused]:
        """All of them; none are held any more."""
        freed, self._held = [one for _, one in self._held], []
        return freed

    async def ask_control(self, kit: LabelKit) -> Usage:
        """Ask the control question in the place of the item that was refused last; returns what it took.

        Raises:
            FatalModelError: the server gives it no answer either. The items stay pending.
        """
        refused = self._held[-1][1]
        try:
            reply = await kit.model.ask(_control(refused.ready, kit))
        except (RejectedRequestError, RetryableModelError) as error:
            raise FatalModelError("every_question_refused", why=error, items=len(self)) from None
        return Usage(*read_usage(reply.body))


def _control(ready: ReadyItem, kit: LabelKit) -> ModelRequest:
    """A question like the item's own, its content replaced; without precedents, whose text may be what is refused."""
    item = ready.pending.stored.item
    pair = item.content.kind is ItemKind.PAIR
    content = replace(_HARMLESS, kind=ItemKind.PAIR, query=_QUERY) if pair else _HARMLESS
    retrieved = replace(ready.retrieved, precedents=(), neighbours=())
    rendered = kit.renderer.render(Item("control", content, "en"), retrieved)
    return ModelRequest(
        task=kit.identity.task(content.digest),
        messages=rendered.messages,
        sampling=kit.sampling,
        schema=rendered.schema,
        estimated_tokens=rendered.estimated_tokens,
    )
