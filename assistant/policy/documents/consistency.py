"""Mistakes that show only when the parts of a policy document are held against each other."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain.canonical import canonical_text, twins
from assistant.policy.documents.clauses import DraftClause, PlacedExample
from assistant.policy.documents.front_matter import DraftLabel, FrontMatter
from assistant.policy.documents.mistakes import MistakeList
from assistant.policy.documents.places import Word


def check_consistency(front: FrontMatter, clauses: Sequence[DraftClause], mistakes: MistakeList) -> None:
    """Reports similar or unused labels, repeated clause ids, clauses without examples, examples that disagree."""
    _check_twins(front.labels, mistakes)
    if not clauses:
        hint = "a clause is a heading with an id: `## H1 Insults`, then `labels: ...`, then the rule"
        mistakes.error(front.place, "the policy has no clause", hint)
        return
    _check_clause_ids(clauses, mistakes)
    _check_labels_used(front, clauses, mistakes)
    for clause in clauses:
        if not clause.tries_examples:
            hint = "add `### Violates` and `### Does not violate`: models and people learn most from examples"
            mistakes.warning(clause.id.place, f"clause {clause.id.text} has no example", hint)
    _check_examples_agree(clauses, mistakes)


def _check_twins(labels: Sequence[DraftLabel], mistakes: MistakeList) -> None:
    """Labels that files, models and people mix up (`Spam`, `spam`), or that are one to them (`1`, `1.0`)."""
    by_name = {label.name.text: label for label in labels}
    for first, second in twins(list(by_name)):
        place = by_name[second].name.place
        others = [(by_name[first].name.place, "the other one")]
        if canonical_text(first) == canonical_text(second):
            what = f"labels `{first}` and `{second}` can't be distinguished: files and models write one for the other"
            mistakes.error(place, what, "rename or remove one", others)
        else:
            what = f"labels `{first}` and `{second}` differ only in case, blanks or signs"
            hint = "rename one: an answer that is not spelled exactly like one of them is refused"
            mistakes.warning(place, what, hint, others)


def _check_clause_ids(clauses: Sequence[DraftClause], mistakes: MistakeList) -> None:
    by_id: dict[str, list[Word]] = {}
    for clause in clauses:
        by_id.setdefault(clause.id.text, []).append(clause.id)
    for clause_id, (first, *rest) in by_id.items():
        if rest:
            others = [(first.place, "first used here"), *((word.place, "and again here") for word in rest[1:])]
            hint = "give each clause an id of its own"
            mistakes.error(rest[0].place, f"clause id {clause_id} is used twice", hint, others)


def _check_labels_used(front: FrontMatter, clauses: Sequence[DraftClause], mistakes: MistakeList) -> None:
    if any(clause.labels is None for clause in clauses):
        return  # one of the clauses may be meant to lead there: no way to know before its own mistake is fixed
    used = {word.text for clause in clauses for word in clause.labels or ()}
    for label in front.labels:
        if label.name.text not in used and label.severity != 0:
            hint = "name it in the `labels:` line of a clause, or remove it"
            mistakes.warning(label.name.place, f"no clause leads to label `{label.name.text}`", hint)


def _check_examples_agree(clauses: Sequence[DraftClause], mistakes: MistakeList) -> None:
    """One text has one right answer, wherever in the policy it stands."""
    by_text: dict[tuple[str | None, str], list[tuple[str, PlacedExample]]] = {}
    for clause in clauses:
        for placed in clause.examples:
            if placed.example.text.strip():
                key = (placed.example.query, " ".join(placed.example.text.split()))
                by_text.setdefault(key, []).append((clause.id.text, placed))
    for same in by_text.values():
        if len(same) > 1:
            _check_same_text(same, mistakes)


def _check_same_text(same: Sequence[tuple[str, PlacedExample]], mistakes: MistakeList) -> None:
    first, second, *later = same
    headings: dict[str, set[bool]] = {}
    for clause, placed in same:
        headings.setdefault(clause, set()).add(placed.example.violates)
    answers = {frozenset(placed.example.labels) for _, placed in same if placed.settled}
    both = next((clause for clause, seen in headings.items() if len(seen) > 1), None)
    others = [(placed.place, _standing(clause, placed)) for clause, placed in (first, *later)]
    place = second[1].place
    if both is not None:
        hint = "a text violates a clause or it doesn't: keep one"
        mistakes.error(place, f"the same text both violates clause {both} and doesn't", hint, others)
    elif len(answers) > 1:
        hint = "one text has one right answer: write the same `-> label` at every place"
        mistakes.error(place, f"the same text has different labels: {_standing(*second)}", hint, others)
    elif len(headings) < len(same):
        mistakes.warning(place, "the same text stands twice in one clause", "keep one", others)


def _standing(clause: str, placed: PlacedExample) -> str:
    heading = "violates" if placed.example.violates else "does not violate"
    labels = ", ".join(placed.example.labels) or ("no label" if placed.settled else "label unknown")
    return f"{labels} ({heading} {clause})"
