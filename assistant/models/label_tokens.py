"""From token logprobs to the probability of each label.

Servers give the logprobs of the tokens they wrote and of a few alternatives, taken before any grammar or schema was
applied. So a label's probability is read where its value begins in the reply, and renormalised over the label set.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from assistant.models.interface import TokenLogprob

_SMALLEST = 1e-6  # no label of the set is impossible: zero would be a claim that the logprobs don't make


def label_probabilities(
    answer_logprobs: Sequence[TokenLogprob], labels: Sequence[str], chosen: str, start: int = 0
) -> dict[str, float]:
    """Probability of each label at the place where the reply names one.

    Walks along the tokens that spell the chosen label until they fit no other one. At each of them, an alternative that
    leads to one label adds its probability, times that of the tokens before, to that label; one that several labels
    begin with is shared among them in proportion to what they have otherwise. Labels that no alternative leads to get
    what the listed alternatives leave over, but no more than the least likely of those has.

    Args:
        answer_logprobs: of the reply's tokens, in order; their texts joined are the reply.
        labels: the label set.
        chosen: the label the reply names.
        start: characters of the tokens' joined texts before the answer: drafts in thinking are no answer.

    Returns:
        Probabilities over `labels` that sum to 1; empty where there are no logprobs or the label isn't found in them.
    """
    place = _value_place(spelled(answer_logprobs), chosen, start)
    if place is None or chosen not in labels:
        return {}
    begin, quoted = place
    names = tuple(labels)
    found = dict.fromkeys(names, 0.0)
    shared: list[tuple[Sequence[str], float]] = []
    reached, floor = 1.0, None
    for written, head, token in _value_tokens(answer_logprobs, begin):
        others = [(text, math.exp(logprob)) for text, logprob in token.top if text != token.token]
        own = math.exp(token.logprob)
        floor = _floor(own, others) if floor is None else floor
        for text, probability in others:
            fitting = _fitting(written + text[len(head) :], names, quoted) if text.startswith(head) else ()
            if fitting:
                shared.append((fitting, reached * probability))
        reached *= own
        if len(_fitting(written + token.token[len(head) :], names, quoted)) <= 1:
            break
    shared.append(((chosen,), reached))
    return _shared_out(found, shared, floor or 0.0)


def spelled(answer_logprobs: Sequence[TokenLogprob]) -> str:
    """The tokens' joined texts."""
    return "".join([token.token for token in answer_logprobs])


def was_weighed(answer_logprobs: Sequence[TokenLogprob], chosen: str, start: int = 0) -> bool:
    """Whether the chosen label's first token has a probability at all; servers write null or NaN where it has none."""
    place = _value_place(spelled(answer_logprobs), chosen, start)
    first = None if place is None else next(_value_tokens(answer_logprobs, place[0]), None)
    return first is not None and first[2].logprob > -math.inf


def _value_place(text: str, chosen: str, start: int) -> tuple[int, bool] | None:
    """Where the label's own characters begin, from `start` on, and whether it stands in quotes.

    Looked for in the field `label` (`labels`, `grade`, `answer`), then in any field, then as a bare word.
    """
    quoted, bare = re.escape(_escaped(chosen)), re.escape(chosen)
    for pattern, in_quotes in (
        (rf'(?<!\\)"(?i:labels?|grade|answer)"\s*:\s*\[?\s*"(?={quoted}")', True),
        (rf'(?<!\\)"(?i:labels?|grade|answer)"\s*:\s*\[?\s*(?={bare}\b)', False),
        (rf'[:\[,]\s*"(?={quoted}")', True),
        (rf"(?<!\w)(?={bare}(?!\w))", False),
    ):
        if match := re.compile(pattern).search(text, start):
            return match.end(), in_quotes
    return None


def _value_tokens(tokens: Sequence[TokenLogprob], start: int) -> Iterator[tuple[str, str, TokenLogprob]]:
    """The tokens from the value on: (value written before it, what of the token stands before the value, token)."""
    end = 0
    written = ""
    for token in tokens:
        begin, end = end, end + len(token.token)
        if end <= start:
            continue
        head = token.token[: max(start - begin, 0)]
        yield written, head, token
        written += token.token[len(head) :]


@lru_cache(maxsize=65536)  # a run asks the same of the same few hundred tokens for every item
def _fitting(text: str, labels: tuple[str, ...], quoted: bool) -> tuple[str, ...]:
    """The labels a value that begins with `text` can still be; none where `text` is empty."""
    if not text:
        return ()
    spelled = [(label, _escaped(label) if quoted else label) for label in labels]
    return tuple(label for label, name in spelled if name.startswith(text) or _ends(text, name, quoted))


def _ends(text: str, name: str, quoted: bool) -> bool:
    """Whether `text` is the whole name and what follows it closes the value."""
    if not text.startswith(name) or len(text) == len(name):
        return False
    following = text[len(name)]
    return following == '"' if quoted else not (following.isalnum() or following == "_")


def _floor(own: float, others: Sequence[tuple[str, float]]) -> float:
    """What a label that is not listed has at the most."""
    left_over = max(0.0, 1.0 - own - sum(probability for _, probability in others))
    return min([left_over, own, *(probability for _, probability in others)])


def _shared_out(
    found: dict[str, float], shared: Sequence[tuple[Sequence[str], float]], floor: float
) -> dict[str, float]:
    """All probability given to labels, and normalised."""
    for fitting, probability in shared:
        if len(fitting) == 1:
            found[fitting[0]] += probability
    own = {label: found[label] + _SMALLEST for label in found}
    for fitting, probability in shared:
        if len(fitting) > 1:
            together = sum(own[label] for label in fitting)
            for label in fitting:
                found[label] += probability * own[label] / together
    missing = [label for label, probability in found.items() if probability == 0.0]
    for label in missing:
        found[label] = floor / len(missing)
    floored = {label: max(probability, _SMALLEST) for label, probability in found.items()}
    total = sum(floored.values())
    return {label: probability / total for label, probability in floored.items()}


def _escaped(label: str) -> str:
    """The label as it stands between quotes in JSON."""
    return json.dumps(label, ensure_ascii=False)[1:-1]
