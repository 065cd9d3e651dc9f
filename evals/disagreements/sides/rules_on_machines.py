"""Sides that what machines answered, and which clause they cite, speak for."""

from __future__ import annotations

from assistant.domain.labels import NO_ANSWER
from assistant.domain.reasons import Reason
from evals.disagreements.analysis import Conclusion, ProbableSide
from evals.disagreements.sides.known import MOST, KnownAnswers, mean, of_items, one_each, percent, where_to_start
from evals.disagreements.sides.peers import independent
from evals.disagreements.target import AnalysisTarget


def no_answer(known: KnownAnswers, target: AnalysisTarget) -> Conclusion | None:
    """Machine: it gave no usable answer."""
    names = known.names(target)
    if names is None or names[1] != NO_ANSWER:
        return None
    return Conclusion(ProbableSide.MACHINE, (Reason("no_usable_answer_to_most"),))


def shared_mistake(known: KnownAnswers, target: AnalysisTarget) -> Conclusion | None:
    """Policy: most other models, two or more, make the same mistake on half of the items."""
    answers = known.answers(independent(known.compared, known.peers), target)
    alike = [one for one in answers.values() if one.same >= MOST]
    if len(alike) < 2 or len(alike) <= len(answers) / 2:
        return None
    names = known.names(target)
    share = percent(mean([one.same for one in answers.values()]))
    if names is None:
        because = Reason.of("shared_mistake", models=len(alike), of=len(answers), share=share)
    else:
        labels = {"people": names[0], "machine": names[1]}
        because = Reason.of("shared_mistake_on_pair", models=len(alike), of=len(answers), share=share, **labels)
    return Conclusion(ProbableSide.POLICY, (because, *one_each(known, target)))


def right_under_other_policy(known: KnownAnswers, target: AnalysisTarget) -> Conclusion | None:
    """Policy: the same model, asked under another policy version, gets half of the items right."""
    own = known.compared.variant.identity
    if not (own.policy and own.model):
        return None
    others = tuple(one for one in known.peers if one.model == own.model and one.policy not in {own.policy, ""})
    right = {name: one.right for name, one in known.answers(others, target).items() if one.right >= MOST}
    if not right:
        return None
    name = max(right, key=lambda one: right[one])
    policy = next(one.policy for one in others if one.name == name)
    because = Reason.of("right_under_other_policy", policy=policy, share=percent(right[name]), variant=name)
    return Conclusion(ProbableSide.POLICY, (because, *one_each(known, target)))


def others_are_right(known: KnownAnswers, target: AnalysisTarget) -> Conclusion | None:
    """Machine: other variants get half of the items right."""
    answers = known.answers(known.peers, target)
    right = mean([one.right for one in answers.values()]) if answers else 0.0
    if right < MOST:
        return None
    if len(answers) == 1:
        because = Reason.of("another_variant_is_right", variant=next(iter(answers)), share=percent(right))
    else:
        because = Reason.of("other_variants_are_right", variants=len(answers), share=percent(right))
    return Conclusion(ProbableSide.MACHINE, (because, *where_to_start(known, target)))


def one_clause(known: KnownAnswers, target: AnalysisTarget) -> Conclusion | None:
    """Policy: most of the items cite one clause, far more than where the same answer is right."""
    found = known.main_clause(target)
    if found is None:
        return None
    clause, contrast = found
    elsewhere = percent(contrast.elsewhere)
    because = Reason.of("one_clause", items=of_items(contrast), clause=clause, elsewhere=elsewhere)
    return Conclusion(ProbableSide.POLICY, (because, *one_each(known, target)))
