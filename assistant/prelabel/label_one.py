"""The whole path of one item: render, ask, keep the reply, read it, ask again or give up with a reason.

Production, evaluation and any distributed engine call `label_one` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from assistant.domain.items import Item
from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus, RunIdentity, Usage
from assistant.errors import RejectedRequestError, RetryableModelError
from assistant.messages.wording import what
from assistant.models.chat_api import MalformedReplyError, read_answer
from assistant.models.interface import LabelModel, Message, ModelAnswer, ModelRequest, RawReply, Sampling
from assistant.policy.retrieve import Retrieved
from assistant.prelabel.parse import ReadReply, ReplyFaultError, read_reply
from assistant.prelabel.signals import reply_signals, retrieval_signals
from assistant.prompting.render import PromptRenderer, RenderedPrompt

KeepReply = Callable[[str, int, RawReply], None]
"""Stores a reply before it is read: (content digest, attempt, reply)."""


@dataclass(frozen=True, slots=True)
class LabelKit:
    """What all items of a run share.

    Args:
        identity: the run.
        renderer: the prompt against the policy.
        model: the model, behind its guard.
        sampling: how replies are drawn.
        cost: US$ of a usage, None where the model's price is not known.
        keep: called with every reply before it is read.
        max_asks: replies paid for before an item counts as failed.
    """

    identity: RunIdentity
    renderer: PromptRenderer
    model: LabelModel
    sampling: Sampling
    cost: Callable[[Usage], float | None]
    keep: KeepReply
    max_asks: int


async def label_one(
    item: Item, retrieved: Retrieved, kit: LabelKit, known: Sequence[RawReply] = (), *, once_more: bool = False
) -> Prelabel:
    """The machine's answer to one item; a failed one has its reason. What a filter or the model declines is asked once.

    Args:
        item: what to label.
        retrieved: what `retrieve_many` found for it.
        kit: what the run shares.
        known: replies paid for earlier; they are read first, and only then is anything asked.
        once_more: the item failed before and gets another `max_asks` on top of the known replies.

    Raises:
        FatalModelError, BudgetError, StorageError: the job must stop; the item stays unanswered.
    """
    task = _Task(item, retrieved, kit, known, kit.renderer.render(item, retrieved))
    limit = len(known) + kit.max_asks if once_more else max(len(known), kit.max_asks)
    try:
        while task.attempts < limit:
            reply = await task.next_reply()
            try:
                return task.answered(reply)
            except ReplyFaultError as fault:
                task.fault = fault
                if fault.final and not (once_more and task.attempts <= len(known)):
                    break
    except RejectedRequestError as error:
        return task.failed(FailureReason(error.reason), what(error))
    except RetryableModelError as error:
        return task.failed(FailureReason.NO_ANSWER, what(error))
    assert task.fault is not None  # noqa: S101 - limit is at least 1, so the loop ended by a fault
    return task.failed(task.fault.reason, task.fault.detail)


@dataclass(slots=True)
class _Task:
    """One item on its way: what is asked, and what the attempts have come to."""

    item: Item
    retrieved: Retrieved
    kit: LabelKit
    known: Sequence[RawReply]
    rendered: RenderedPrompt
    attempts: int = 0
    usage: Usage = field(default_factory=Usage)
    latency_ms: float = 0.0
    model: str = ""
    fault: ReplyFaultError | None = None

    async def next_reply(self) -> RawReply:
        """The next known reply, or a new one, kept before anyone reads it."""
        if self.attempts < len(self.known):
            return self.known[self.attempts]
        attempt = self.attempts + 1
        digest = self.item.content.digest
        request = ModelRequest(
            task=self.kit.identity.task(digest),
            messages=self._messages(),
            sampling=self.kit.sampling,
            schema=self.rendered.schema,
            attempt=attempt,
            estimated_tokens=self.rendered.estimated_tokens,
        )
        reply = await self.kit.model.ask(request)
        self.kit.keep(digest, attempt, reply)
        return reply

    def answered(self, reply: RawReply) -> Prelabel:
        """The answer in a reply. A reply that nothing here foresaw is a fault of this item, not the end of the run.

        Raises:
            ReplyFaultError: it can't be used.
        """
        try:
            return self.labelled(*self.read(reply))
        except ReplyFaultError:
            raise
        except Exception as error:  # the reply is stored: what it raises now, it raises in every later run
            detail = f"reading the reply failed ({type(error).__name__}); it is kept as it came"
            raise ReplyFaultError(FailureReason.MALFORMED, detail) from error

    def read(self, reply: RawReply) -> tuple[ModelAnswer, ReadReply]:
        """Count the reply and read it; one that can't be read was paid for like any other."""
        self.attempts += 1
        self.latency_ms = reply.latency_ms
        try:
            answer = read_answer(reply.body)
        except MalformedReplyError as error:
            raise ReplyFaultError(FailureReason.MALFORMED, str(error)) from None
        self.usage += Usage(answer.prompt_tokens, answer.completion_tokens, answer.cached_tokens)
        self.model = answer.model
        label_set = self.kit.renderer.policy.label_set
        return answer, read_reply(answer, label_set, self.rendered.shown_clauses, self.rendered.asked)

    def labelled(self, answer: ModelAnswer, read: ReadReply) -> Prelabel:
        """The answer as it is stored."""
        label_set = self.kit.renderer.policy.label_set
        signals = reply_signals(read, answer, self.item, label_set)
        signals |= retrieval_signals(self.retrieved, read, label_set)
        if self.rendered.truncated:
            signals["truncated"] = 1.0
        return replace(
            self._spent(PrelabelStatus.LABELLED),
            labels=read.labels,
            signals=signals,
            rationale=read.rationale,
            clauses=read.clauses,
        )

    def failed(self, reason: FailureReason, detail: str) -> Prelabel:
        """No usable answer, and why."""
        return replace(self._spent(PrelabelStatus.FAILED), reason=reason, detail=detail)

    def _spent(self, status: PrelabelStatus) -> Prelabel:
        return Prelabel(
            status=status,
            usage=self.usage,
            cost_usd=self.kit.cost(self.usage),
            latency_ms=round(self.latency_ms, 1),
            attempts=self.attempts,
            model=self.model,
        )

    def _messages(self) -> tuple[Message, ...]:
        """The question; after a fault with what was wrong: asked the same way it would fail the same way."""
        if self.fault is None:
            return self.rendered.messages
        *before, last = self.rendered.messages
        note = f"Your last reply could not be used: {self.fault.detail}\nReply again, as JSON only."
        return (*before, Message(last.role, f"{last.content}\n\n{note}"))
