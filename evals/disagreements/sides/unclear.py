"""What is said where no side can be named: what is known, and what would tell."""

from __future__ import annotations

from assistant.domain.reasons import Reason
from evals.disagreements.analysis import Conclusion, ProbableSide
from evals.disagreements.sides.evidence import busiest_reviewer, splits
from evals.disagreements.sides.known import LEAST, LEVEL, MOST, KnownAnswers, mean, of_items, percent
from evals.disagreements.target import AnalysisTarget

_ASK = 20
"""Second answers that tell much from little agreement."""


def too_few(n: int) -> Conclusion:
    """So few items that figures say nothing."""
    said = Reason("only_one_item") if n == 1 else Reason.of("only_few_items", n=n)
    return Conclusion(ProbableSide.UNCLEAR, (said,))


def unclear(known: KnownAnswers, target: AnalysisTarget) -> Conclusion:
    """What people and other variants say, which is not enough, and what data would be."""
    people, ask_people = _on_people(known, target)
    machines, ask_machines = _on_machines(known, target)
    known_so_far = Reason.of("not_enough", people=people, machines=machines)
    return Conclusion(
        ProbableSide.UNCLEAR, (known_so_far, *_to_ask(ask_people, ask_machines), *_rests_on_one(known, target))
    )


def _to_ask(people: Reason | None, machines: Reason | None) -> tuple[Reason, ...]:
    """What data would tell."""
    if people is not None and machines is not None:
        return (Reason.of("get_either", first=people, second=machines),)
    return tuple(Reason.of("get_this", what=one) for one in (people, machines) if one is not None)


def _on_people(known: KnownAnswers, target: AnalysisTarget) -> tuple[Reason, Reason | None]:
    n, several = len(target.items), len(known.several(target))
    if several >= max(LEAST, MOST * n):
        found = splits(known.people, target)
        shares = {"share": percent(found.share), "elsewhere": percent(found.elsewhere)}
        return Reason.of("reviewers_differ_on_such", n=found.n, **shares), None
    said = Reason.of("few_second_reviewers", several=several, n=n) if several else Reason("no_second_reviewer")
    return said, Reason.of("second_answers", n=min(_ASK, n))


def _on_machines(known: KnownAnswers, target: AnalysisTarget) -> tuple[Reason, Reason | None]:
    answers = known.answers(known.peers, target).values()
    if not answers:
        return Reason("no_other_variant"), Reason("answers_of_other_models")
    right, same = mean([one.right for one in answers]), mean([one.same for one in answers])
    shares = {"right": percent(right), "same": percent(same)}
    if len(answers) == 1:
        return Reason.of("other_variant_gives", **shares), None
    return Reason.of("other_variants_give", variants=len(answers), **shares), None


def _rests_on_one(known: KnownAnswers, target: AnalysisTarget) -> tuple[Reason, ...]:
    """What is worth knowing though it proves nothing: who the labels rest on."""
    found = busiest_reviewer(known.compared, known.people, target)
    if found is None or found[1].share < MOST or found[1].p_value > LEVEL:
        return ()
    name, contrast = found
    return (Reason.of("rest_on_one", items=of_items(contrast), name=name, elsewhere=percent(contrast.elsewhere)),)
