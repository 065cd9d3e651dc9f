"""Named doubts: one small function each. A doubt sends the item to people, whatever the machine says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from assistant.domain.items import UNKNOWN_LANGUAGE
from assistant.domain.labels import LabelAnswer
from assistant.routing.instructions.characters import hides_text
from assistant.routing.instructions.finding import NO_WORDS, LabelWords, find_instruction

INJECTION_SCORE = "injection_score"
"""The signal that says how much a content reads like a prompt injection, [0, 1]."""

INJECTION_FROM = 0.5
"""From this score on it is a doubt: the detector puts its operating point there."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one answer when its route is decided.

    Args:
        answered: whether the machine gave a usable answer.
        labels: the answer.
        signals: the prelabel's raw signals by name.
        language: the item's language.
        text: the content as judged, all of it that a prompt shows.
        truncated: whether the prompt showed only a part of it.
        near: whether retrieval found any clause near the content.
        media: whether there is more to judge than text: a picture, a video, frames.
    """

    answered: bool
    labels: LabelAnswer = ()
    signals: Mapping[str, float] = field(default_factory=dict)
    language: str = UNKNOWN_LANGUAGE
    text: str = ""
    truncated: bool = False
    near: bool = True
    media: bool = False


@dataclass(frozen=True, slots=True)
class RoutingPolicy:
    """What the policy and the settings say about routing.

    Args:
        always_human: labels whose items always go to people.
        languages: languages the policy covers.
        accept_probability: an answer surer than this may be accepted, [0, 1].
        audit_share: share of the accepted that people label blind all the same, (0, 1].
        seed: of the audit, as the settings have it.
        nonce: of the run: without it no one foretells which of its items are audited.
        words: names of the policy's labels, by which an instruction is known.
    """

    always_human: frozenset[str]
    languages: frozenset[str]
    accept_probability: float
    audit_share: float
    seed: int
    nonce: str
    words: LabelWords = NO_WORDS

    @property
    def harmless(self) -> frozenset[str]:
        """Labels that violate nothing; an answer without any label does neither."""
        return frozenset(self.words.good)

    @property
    def key(self) -> str:
        """Of the draws."""
        return f"{self.nonce} {self.seed}"


def reply_failed(evidence: Evidence, policy: RoutingPolicy) -> bool:  # noqa: ARG001 - all doubts are called alike
    """There is no usable answer."""
    return not evidence.answered


def media_not_seen(evidence: Evidence, policy: RoutingPolicy) -> bool:  # noqa: ARG001 - all doubts are called alike
    """The item has media, and models are shown the text only."""
    return evidence.media


def label_always_human(evidence: Evidence, policy: RoutingPolicy) -> bool:
    """The answer is a label that requires human review."""
    return not policy.always_human.isdisjoint(evidence.labels)


def looks_like_instruction(evidence: Evidence, policy: RoutingPolicy) -> bool:
    """The content addresses the model, openly or in disguise: the answer may be what the content asked for."""
    return find_instruction(evidence.text, policy.words) is not None


def hidden_text(evidence: Evidence, policy: RoutingPolicy) -> bool:  # noqa: ARG001 - as above
    """The content has invisible characters that carry text or split its words: a model reads what people don't see."""
    return hides_text(evidence.text)


def reply_in_content(evidence: Evidence, policy: RoutingPolicy) -> bool:  # noqa: ARG001 - as above
    """The content contains the very label the model gave: the model may have copied it."""
    return "reply_in_content" in evidence.signals


def resembles_injection(evidence: Evidence, policy: RoutingPolicy) -> bool:  # noqa: ARG001 - as above
    """A detector trained on prompt injections finds the content similar to them."""
    return evidence.signals.get(INJECTION_SCORE, 0.0) >= INJECTION_FROM


def content_truncated(evidence: Evidence, policy: RoutingPolicy) -> bool:  # noqa: ARG001 - as above
    """The model saw only a part of it."""
    return evidence.truncated


def language_not_covered(evidence: Evidence, policy: RoutingPolicy) -> bool:
    """The policy has no wording in the item's language; a text too short to identify is not counted."""
    primary = evidence.language.partition("-")[0]  # zh-CN is covered by a policy in zh
    return primary != UNKNOWN_LANGUAGE and primary not in policy.languages


def no_clause_near(evidence: Evidence, policy: RoutingPolicy) -> bool:  # noqa: ARG001 - as above
    """Nothing in the policy is near what the content is about."""
    return not evidence.near


def signals_disagree(evidence: Evidence, policy: RoutingPolicy) -> bool:  # noqa: ARG001 - as above
    """People settled similar items another way: most of the precedents shown carry another label."""
    vote = evidence.signals.get("precedent_vote")
    return vote is not None and vote < 0.5


def safe_contradicted(evidence: Evidence, policy: RoutingPolicy) -> bool:
    """The model sees no violation, while most of the settled items nearest to it violate the policy."""
    violating = evidence.signals.get("precedent_violating", 0.0)
    return violating >= 0.5 and policy.harmless.issuperset(evidence.labels)


def no_probability(evidence: Evidence, policy: RoutingPolicy) -> bool:  # noqa: ARG001 - as above
    """Nothing says how sure the machine is."""
    return label_probability(evidence.signals) is None


DOUBTS: tuple[Callable[[Evidence, RoutingPolicy], bool], ...] = (
    reply_failed,
    media_not_seen,
    label_always_human,
    looks_like_instruction,
    hidden_text,
    reply_in_content,
    resembles_injection,
    content_truncated,
    language_not_covered,
    no_clause_near,
    signals_disagree,
    safe_contradicted,
    no_probability,
)
"""In order of weight: the first one found is the route's reason, all are stored."""


def find_doubts(evidence: Evidence, policy: RoutingPolicy) -> tuple[str, ...]:
    """Names of all doubts about an answer, weightiest first."""
    if not evidence.answered:  # nothing else can be said about an answer that is not there
        return tuple(doubt.__name__ for doubt in (reply_failed, media_not_seen) if doubt(evidence, policy))
    return tuple(doubt.__name__ for doubt in DOUBTS if doubt(evidence, policy))


def doubt_bits(names: Iterable[str]) -> int:
    """Doubts as one number, for columns: bit k stands for the k-th of `DOUBTS`, which may change: don't store it.

    Raises:
        ValueError: a name that is no doubt.
    """
    return sum(1 << _place(name) for name in set(names))


def doubt_names(bits: int) -> tuple[str, ...]:
    """The names of the doubts in such a number, weightiest first."""
    return tuple(doubt.__name__ for place, doubt in enumerate(DOUBTS) if bits >> place & 1)


def _place(name: str) -> int:
    names = [doubt.__name__ for doubt in DOUBTS]
    if name not in names:
        raise ValueError(f"{name!r} is no doubt; there are: {', '.join(names)}")
    return names.index(name)


def label_probability(signals: Mapping[str, float]) -> float | None:
    """The label's probability by the best signal there is: its tokens, else the model's word, else the precedents."""
    for name in ("label_probability", "stated_confidence", "score", "precedent_vote"):
        if name in signals:
            return signals[name]
    return None
