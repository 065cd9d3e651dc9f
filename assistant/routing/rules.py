"""The rules of routing scored items, one small function each: who looks at an item, and may the machine's label stand.

The first rule that matches decides and its name is stored. They stand in this order:

1. What people have labelled is done.
2. Severe labels go to more eyes, unless the machine is very sure. This comes before anything that merely takes
   acceptance away, so that nothing in a content, doubts included, moves a severe label to fewer or other people.
3. What the machine is not trusted with, however sure: labels the policy keeps for people, doubts, and what a
   certificate for later items doesn't speak about.
4. Of the rest the certificate's share is accepted, some of it drawn for people all the same.
5. Everything else is reviewed.

An instruction in the content (`looks_like_instruction`) leads to an ordinary review. It was meant for the machine and
means nothing to a person who labels blind; if it led to experts, authors of such texts could fill their day.

A rule is a function of columns: it routes a million items and explains a single one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assistant.routing import doubts
from assistant.routing.route import Route
from assistant.routing.scored import Bools, Scored, Unscored


@dataclass(frozen=True, slots=True)
class RouteRules:
    """The numbers in the rules.

    Args:
        severe_from: labels of this severity or more are severe, 0 or more.
        expert_below: a severe label less sure than this goes to an expert, [0, 1].
        double_below: a severe label no surer than this goes to two reviewers, [0, 1]: 1 for all of them.
        monitor_share: share of the accepted that people label blind all the same, (0, 1]; all, until a plan says less.

    Raises:
        ValueError: one is out of range.
    """

    severe_from: int = 3
    expert_below: float = 0.6
    double_below: float = 0.9
    monitor_share: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what no rule could mean."""
        if self.severe_from < 0 or not (0 <= self.expert_below <= 1 and 0 <= self.double_below <= 1):
            raise ValueError("severe_from must be 0 or more, expert_below and double_below lie between 0 and 1")
        if not 0 < self.monitor_share <= 1:
            raise ValueError(f"monitor_share must lie above 0 up to 1, got {self.monitor_share}")


Matcher = Callable[[Scored, RouteRules], Bools]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Args:
        name: stored as the reason of what it decides.
        why: what it says, one sentence.
        matches: (items, numbers) -> whether it holds, shape (n,); by the facts alone.
        route: where items go that it decides.
        facts: what it looks at: columns of `Scored`, numbers of `RouteRules`.
        urgent: whether these items come before all others where people have no time for all.
    """

    name: str
    why: str
    matches: Matcher
    route: Route
    facts: tuple[str, ...]
    urgent: bool = False


def already_labelled(items: Scored, rules: RouteRules) -> Bools:  # noqa: ARG001 - all rules are called alike
    """People have labeled it."""
    return ~np.isnan(items.labelled_probability)


def severe_and_unsure(items: Scored, rules: RouteRules) -> Bools:
    """A severe label that is probably disputed."""
    return (items.severity >= rules.severe_from) & (items.confidence < rules.expert_below)


def severe(items: Scored, rules: RouteRules) -> Bools:
    """A severe label with low or unknown confidence."""
    return (items.severity >= rules.severe_from) & ~(items.confidence > rules.double_below)


def label_always_human(items: Scored, rules: RouteRules) -> Bools:  # noqa: ARG001 - as above
    """The final answer, or the model's before the classifier's, is a label that requires human review."""
    return items.always_human | _doubted(items, "label_always_human")


def safe_contradicted(items: Scored, rules: RouteRules) -> Bools:  # noqa: ARG001 - as above
    """The model sees no violation, but both the adjudicated items nearest to it and the classifier do."""
    classifier_does = (items.severity > 0) | (items.confidence < 0.5)
    return _doubted(items, "safe_contradicted") & classifier_does


def policy_changed(items: Scored, rules: RouteRules) -> Bools:  # noqa: ARG001 - as above
    """The certificate would accept it, but speaks about labels by another policy than today's."""
    return _unscored(items, Unscored.POLICY_CHANGED)


def classifier_missing(items: Scored, rules: RouteRules) -> Bools:  # noqa: ARG001 - as above
    """It came after the certificate, and the classifier that was certified can't be used any more."""
    return _unscored(items, Unscored.CLASSIFIER_MISSING)


def input_missing(items: Scored, rules: RouteRules) -> Bools:  # noqa: ARG001 - as above
    """It lacks an answer of another run, or a signal, that the certified classifier learned from."""
    return _unscored(items, Unscored.INPUT_MISSING)


def value_unknown(items: Scored, rules: RouteRules) -> Bools:  # noqa: ARG001 - as above
    """Its language, source, model or metadata is new to the certified classifier: not what was certified."""
    return _unscored(items, Unscored.VALUE_UNKNOWN)


def no_confidence(items: Scored, rules: RouteRules) -> Bools:  # noqa: ARG001 - as above
    """There is no calibrated confidence."""
    return np.isnan(items.confidence)


def certificate_broken(items: Scored, rules: RouteRules) -> Bools:  # noqa: ARG001 - as above
    """It would have been accepted, but new labels have broken the certificate."""
    return items.certified & items.broken


def drawn_for_monitoring(items: Scored, rules: RouteRules) -> Bools:
    """The certificate accepts it, and it is drawn to keep testing the certificate."""
    return items.certified & ~items.broken & (items.number < rules.monitor_share)


def accepted_by_certificate(items: Scored, rules: RouteRules) -> Bools:  # noqa: ARG001 - as above
    """The certificate accepts it."""
    return items.certified & ~items.broken


def not_certified(items: Scored, rules: RouteRules) -> Bools:  # noqa: ARG001 - as above
    """No certificate accepts it."""
    return np.ones(len(items), dtype=np.bool_)


def _rule(function: Matcher, route: Route, *facts: str, urgent: bool = False) -> Rule:
    return Rule(function.__name__, (function.__doc__ or "").strip(), function, route, facts, urgent)


def _doubt(name: str) -> Rule:
    """A doubt as a rule: it sends the item to one reviewer."""
    why = (getattr(doubts, name).__doc__ or "").strip()
    return Rule(name, why, lambda items, _: _doubted(items, name), Route.REVIEW, ("doubts",), urgent=True)


def _unscored(items: Scored, reason: Unscored) -> Bools:
    held: Bools = items.unscored == reason
    return held


def _doubted(items: Scored, name: str) -> Bools:
    held: Bools = (items.doubts & doubts.doubt_bits([name])) != 0
    return held


# Calibration has weighed the first two: it learned from the precedents' vote, and there is a probability now. Without
# confidence the items go to people by `no_confidence`. The other two are rules with more to look at.
_NO_RULES = (doubts.signals_disagree, doubts.no_probability, doubts.label_always_human, doubts.safe_contradicted)

RULES: tuple[Rule, ...] = (
    _rule(already_labelled, Route.SETTLED, "labelled_probability"),
    _rule(severe_and_unsure, Route.EXPERT, "severity", "severe_from", "confidence", "expert_below", urgent=True),
    _rule(severe, Route.DOUBLE, "severity", "severe_from", "confidence", "double_below", urgent=True),
    _rule(label_always_human, Route.REVIEW, "always_human", "doubts", urgent=True),
    *(_doubt(doubt.__name__) for doubt in doubts.DOUBTS if doubt not in _NO_RULES),
    _rule(safe_contradicted, Route.REVIEW, "doubts", "severity", "confidence", urgent=True),
    _rule(policy_changed, Route.REVIEW, "unscored"),
    _rule(classifier_missing, Route.REVIEW, "unscored"),
    _rule(input_missing, Route.REVIEW, "unscored"),
    _rule(value_unknown, Route.REVIEW, "unscored"),
    _rule(no_confidence, Route.REVIEW, "confidence"),
    _rule(certificate_broken, Route.REVIEW, "certified", "broken"),
    _rule(drawn_for_monitoring, Route.ACCEPT_AUDIT, "certified", "broken", "number", "monitor_share"),
    _rule(accepted_by_certificate, Route.ACCEPT, "certified", "broken"),
    _rule(not_certified, Route.REVIEW),
)
"""In order: the first that matches an item decides. The last one always does."""
