"""What a run would cost, before a cent is spent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assistant.domain.prelabels import Usage
from assistant.prelabel.feed import Feed
from assistant.prompting.render import PromptRenderer

SAMPLE = 200  # items rendered to learn the size of a prompt
_TYPICAL_REPLY = 0.5  # of `max_tokens`, until earlier answers of this run are a better guide


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What asking everything still to ask would take.

    Args:
        calls: questions, one per content; retries come on top.
        prompt_tokens, completion_tokens: estimated over all calls.
        cost_usd: US$, None where the model's price is not known; prefix caching on the server makes it less.
        sampled: how many items were rendered for it.
        truncated: how many of those were too long to be shown whole.
    """

    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    sampled: int
    truncated: int


def total_usd(estimates: Iterable[CostEstimate]) -> float | None:
    """What several cost together; None where the price is not known of one that asks anything."""
    costs = [one.cost_usd for one in estimates if one.calls]
    return None if None in costs else sum(cost for cost in costs if cost is not None)


def estimate(
    feed: Feed,
    renderer: PromptRenderer,
    *,
    calls: int,
    max_tokens: int,
    reply_tokens: float | None,
    cost: Callable[[Usage], float | None],
    retry_failed: bool = False,
) -> CostEstimate:
    """Render a sample of what is to ask and scale it up.

    Args:
        feed: where items come from.
        renderer: the prompt against the policy.
        calls: contents to ask.
        max_tokens: the replies' upper bound.
        reply_tokens: mean length of replies so far, None where there is none.
        cost: US$ of a usage.
        retry_failed: whether failed items are among those to ask.
    """
    sizes: list[int] = []
    truncated = 0
    for page in feed.ready(limit=min(calls, SAMPLE), retry_failed=retry_failed):
        for ready in page:
            rendered = renderer.render(ready.pending.stored.item, ready.retrieved)
            sizes.append(rendered.estimated_tokens)
            truncated += rendered.truncated
    mean = sum(sizes) / len(sizes) if sizes else 0.0
    reply = max_tokens * _TYPICAL_REPLY if reply_tokens is None else reply_tokens
    usage = Usage(round(mean * calls), round(reply * calls))
    return CostEstimate(calls, usage.prompt_tokens, usage.completion_tokens, cost(usage), len(sizes), truncated)
