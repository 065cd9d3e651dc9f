"""What is said where no side can be named: what is known, and what would tell."""

from __future__ import annotations

from evals.disagreements.analysis import Conclusion, ProbableSide
from evals.disagreements.evidence import busiest_reviewer, splits
from evals.disagreements.known import LEAST, LEVEL, MOST, Known, mean, of_items, percent
from evals.disagreements.target import Target

_ASK = 20
"""Second answers that tell much from little agreement."""


def too_few(n: int) -> Conclusion:
    """So few items that figures say nothing."""
    said = "There is only one such item: read it." if n == 1 else f"There are only {n} such items: read them."
    return Conclusion(ProbableSide.UNCLEAR, said)


def unclear(known: Known, target: Target) -> Conclusion:
    """What people and other variants say, which is not enough, and what data would be."""
    people, ask_people = _on_people(known, target)
    machines, ask_machines = _on_machines(known, target)
    ask = [one for one in (ask_people, ask_machines) if one]
    would_tell = f" To tell, get {' or '.join(ask)}." if ask else ""
    because = f"{people}; {machines}.{would_tell}{_rests_on_one(known, target)}"
    return Conclusion(ProbableSide.UNCLEAR, because)


def _on_people(known: Known, target: Target) -> tuple[str, str]:
    n, several = len(target.items), len(known.several(target))
    if several >= max(LEAST, MOST * n):
        found = splits(known.people, target)
        elsewhere = f"{percent(found.elsewhere)} of others"
        return f"Reviewers differ on {percent(found.share)} of {found.n:,} such items and {elsewhere}", ""
    said = f"Only {several:,} of these {n:,} items have" if several else "None of these items has"
    return f"{said} a second reviewer", f"a second, blind answer to {min(_ASK, n)} of them"


def _on_machines(known: Known, target: Target) -> tuple[str, str]:
    answers = known.answers(known.peers, target).values()
    if not answers:
        return "no other variant about as good was asked", "the answers of other models"
    right, same = mean([one.right for one in answers]), mean([one.same for one in answers])
    who = "the other variant gives" if len(answers) == 1 else f"{len(answers)} other variants give"
    return f"{who} people's label to {percent(right)} of them and the same wrong one to {percent(same)}", ""


def _rests_on_one(known: Known, target: Target) -> str:
    """What is worth knowing though it proves nothing: who the labels rest on."""
    found = busiest_reviewer(known.compared, known.people, target)
    if found is None or found[1].share < MOST or found[1].p_value > LEVEL:
        return ""
    name, contrast = found
    return f" {of_items(contrast)} rest on {name} alone, elsewhere {percent(contrast.elsewhere)} do: start with these."
