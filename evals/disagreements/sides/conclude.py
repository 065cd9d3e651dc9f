"""Who is probably at the root of some disagreements, and how that was concluded."""

from __future__ import annotations

from evals.disagreements.analysis import Conclusion
from evals.disagreements.sides import rules_on_machines, rules_on_people
from evals.disagreements.sides.known import LEAST, KnownAnswers
from evals.disagreements.sides.unclear import too_few, unclear
from evals.disagreements.target import AnalysisTarget

RULES = (
    rules_on_people.deviating_reviewer,
    rules_on_people.line_drawn_differently,
    rules_on_people.read_differently,
    rules_on_machines.shared_mistake,
    rules_on_machines.right_under_other_policy,
    rules_on_people.people_agree,
    rules_on_machines.others_are_right,
    rules_on_machines.one_clause,
)
"""In the order of what they are worth."""


def conclude(known: KnownAnswers, target: AnalysisTarget) -> Conclusion:
    """The side that the strongest evidence speaks for. The first of these that holds:

    1. machine: it gave no usable answer to most of the items.
    2. reviewer: at least half of the labels would not stand without reviewers who differ from their peers far more than
       these differ among themselves, and far more of them than elsewhere (Fisher, 1 %).
    3. policy: where reviewers differ, they differ between the same two labels more often than these labels' frequency
       explains (three labels or more; binomial, 1 %).
    4. item: reviewers differ on these items far more often than on others (Fisher, 1 %); for a slice, on all its items,
       settled or not.
    5. policy: most other models, two or more, make the same mistake on half of the items.
    6. policy: the same model, asked under another policy version, gets half of them right.
    7. machine: two or more reviewers answered at least half of them and nearly always agree.
    8. machine: other variants, about as good, get half of them right.
    9. policy: most of them cite one clause, far more than where the same answer is right (Fisher, 1 %).

    Else it is unclear, and what would tell is said; so it is with fewer than five items. Figures count items, not
    weights: they are evidence about these items, not about all content.

    Args:
        known: the evidence.
        target: the misjudged items.
    """
    if (failed := rules_on_machines.no_answer(known, target)) is not None:
        return failed
    if len(target.items) < LEAST:
        return too_few(len(target.items))
    found = (rule(known, target) for rule in RULES)
    return next((one for one in found if one is not None), None) or unclear(known, target)
