"""Asking a model for a draft: once, and once more when its reply can't be used."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from assistant.domain.prelabels import Usage
from assistant.models.chat_api import MalformedReplyError, digest_of, read_answer
from assistant.models.interface import ModelRequest, RawReply
from evals.proposals.draft import Draft, DraftFaultError, NoChangeError, NoDraftError
from evals.proposals.reading import ReadDraft
from evals.proposals.request import DraftRequest

MOST_ASKED = 2
"""Replies paid for before drafting is given up."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft, and what it took.

    Args:
        draft: checked.
        usage: tokens of all replies.
        faults: what was wrong with replies before.
    """

    draft: Draft
    usage: Usage
    faults: tuple[str, ...]


async def ask_for_draft(
    request: DraftRequest, ask: Callable[[ModelRequest], Awaitable[RawReply]], read: ReadDraft
) -> Drafted:
    """A draft that passed every check.

    A question never holds an earlier reply: what a model wrote into one that was refused is not repeated to it.

    Args:
        request: what is asked.
        ask: the model, behind its guard.
        read: makes a draft of an answer.

    Raises:
        NoDraftError: the model proposes no change, or no reply could be used; says why.
        BudgetError, FatalModelError, RejectedRequestError, RetryableModelError: it could not be asked.
    """
    usage = Usage()
    faults: list[str] = []
    for _ in range(MOST_ASKED):
        reply = await ask(_question(request, faults[-1] if faults else ""))
        try:
            answer = read_answer(reply.body)
            usage += Usage(answer.prompt_tokens, answer.completion_tokens, answer.cached_tokens)
            return Drafted(read(answer), usage, tuple(faults))
        except NoChangeError as error:
            raise _no_change(request, str(error)) from None
        except (DraftFaultError, MalformedReplyError) as error:
            faults.append(str(error))
    listed = "".join(f"\n  {number}. {fault}" for number, fault in enumerate(faults, 1))
    raise NoDraftError("no_usable_draft", faults=listed)


def _question(request: DraftRequest, fault: str) -> ModelRequest:
    """Named after what it says, so that the same question is the same task."""
    return request.question(f"draft:{digest_of(request.question('', fault).messages)}", fault)


def _no_change(request: DraftRequest, why: str) -> NoDraftError:
    return NoDraftError("no_change_proposed", kind=str(request.kind), why=why or "-")
