"""Sides that people's own answers speak for."""

from __future__ import annotations

from assistant.domain.reasons import Reason
from evals.disagreements.analysis import Conclusion, ProbableSide
from evals.disagreements.sides.evidence import line_between, on_reviewers, splits
from evals.disagreements.sides.known import LEAST, LEVEL, MOST, KnownAnswers, of_items, percent, where_to_start
from evals.disagreements.target import AnalysisTarget

UNANIMOUS = 0.9
RELIABLE = 0.8
"""Two reviewers of any item must agree so often before their agreeing says much."""

_LEAST_SPLIT = 0.2
_FAR_MORE = 1.5
_LEAST_ON_LINE = 10


def deviating_reviewer(known: KnownAnswers, target: AnalysisTarget) -> Conclusion | None:
    """Reviewer: at least half of the labels would not stand without those who deviate, far more than elsewhere."""
    deviating = known.people.deviating
    if not deviating:
        return None
    found = on_reviewers(known.compared, known.people, target, set(deviating))
    if found.share < MOST or found.p_value > LEVEL:
        return None
    who = max(deviating.values(), key=lambda one: one.rate - one.others)
    names = tuple(sorted(one.name for one in deviating.values()))
    rests = Reason.of(
        "rests_on_deviating",
        items=of_items(found),
        names=names,
        elsewhere=percent(found.elsewhere),
    )
    differ = Reason.of("peers_differ", name=who.name, share=percent(who.rate), n=who.n, others=percent(who.others))
    return Conclusion(ProbableSide.REVIEWER, (rests, differ))


def line_drawn_differently(known: KnownAnswers, target: AnalysisTarget) -> Conclusion | None:
    """Policy: where people differ, it is between the same two labels, more than their frequency explains."""
    names = known.names(target)
    line = None if target.pair is None else line_between(known.people, target.pair)
    if line is None or names is None or line.n < _LEAST_ON_LINE or line.p_value > LEVEL:
        return None
    because = Reason.of(
        "line_drawn_differently",
        first=names[0],
        second=names[1],
        split=line.split,
        share=percent(line.n / line.split),
        expected=percent(line.expected),
    )
    return Conclusion(ProbableSide.POLICY, (because,))


def read_differently(known: KnownAnswers, target: AnalysisTarget) -> Conclusion | None:
    """Item: people differ on such items far more often than on others."""
    found = splits(known.people, target)
    if found.n < LEAST or found.p_value > LEVEL:
        return None
    if found.share < max(_LEAST_SPLIT, _FAR_MORE * found.elsewhere):
        return None
    because = Reason.of("read_differently", share=percent(found.share), n=found.n, elsewhere=percent(found.elsewhere))
    return Conclusion(ProbableSide.ITEM, (because,))


def people_agree(known: KnownAnswers, target: AnalysisTarget) -> Conclusion | None:
    """Machine: two or more people answered at least half of the items and nearly always agree."""
    several = known.several(target)
    if len(several) < max(LEAST, MOST * len(target.items)):
        return None
    agreed = 1 - float(known.people.split[several].mean())
    overall = 1 - float(known.people.differing[known.people.several].mean())
    if agreed < UNANIMOUS or overall < RELIABLE:
        return None
    if agreed == 1:
        because = Reason.of("people_agree_on_all", n=len(several), overall=percent(overall))
    else:
        because = Reason.of("people_agree_on_most", n=len(several), share=percent(agreed), overall=percent(overall))
    return Conclusion(ProbableSide.MACHINE, (because, *where_to_start(known, target)))
