"""What changed between two versions of a policy, and which labels that may make stale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from assistant.domain.policies import Clause, LabelKind, Policy, PolicyExample
from assistant.policy.documents.changes import (
    ClauseChange,
    LabelChange,
    ValueChange,
    compare_clauses,
    compare_front_matter,
    compare_labels,
)
from assistant.policy.documents.word_difference import render_words


@dataclass(frozen=True, slots=True)
class PolicyDifference:
    """Everything in which two versions of a policy differ.

    Args:
        old: the old version's `id version`.
        new: the new version's.
        same_text: whether both documents have one digest.
        front_matter: policy, version, title, languages, kind and order of the labels, where changed.
        labels_added: names of new labels.
        labels_removed: names of labels that are gone.
        labels_changed: labels redefined or weighing otherwise.
        clauses_added: new clauses.
        clauses_removed: clauses that are gone.
        clauses_changed: clauses reworded, relabelled, retitled, or with other examples.
        clauses_reordered: whether the clauses of both versions stand in another order.
        affected_labels: labels of the old version whose items may be stale: those that changed, added and removed
            clauses and examples lead to, and labels that were redefined, weigh otherwise or are gone; all of them
            when the set changed its kind or the order of its grades.
        harmless_labels: other labels, of severity 0, whose items may have become violations because a clause was
            added or widened. Which of them did can't be determined from the label: a sample has to be labelled again.
    """

    old: str
    new: str
    same_text: bool
    front_matter: tuple[ValueChange, ...]
    labels_added: tuple[str, ...]
    labels_removed: tuple[str, ...]
    labels_changed: tuple[LabelChange, ...]
    clauses_added: tuple[Clause, ...]
    clauses_removed: tuple[Clause, ...]
    clauses_changed: tuple[ClauseChange, ...]
    clauses_reordered: bool
    affected_labels: tuple[str, ...]
    harmless_labels: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The difference in one sentence."""
        if self.same_text:
            return "The two versions are the same text."
        counts = _counts("clause", len(self.clauses_changed), len(self.clauses_added), len(self.clauses_removed))
        counts += _counts("label", len(self.labels_changed), len(self.labels_added), len(self.labels_removed))
        if not counts:
            names = ", ".join(change.name for change in self.front_matter)
            order = "the order of the clauses" if self.clauses_reordered else ""
            what = " and ".join(part for part in (f"the front matter ({names})" if names else "", order) if part)
            counts = [f"only {what or 'text outside the clauses, blanks or line ends'} changed"]
        stale = _either(self.affected_labels)
        effect = f"items labeled {stale} may be stale" if stale else "no label's items are known to be stale"
        sentence = f"{', '.join(counts)}; {effect}."
        return sentence[0].upper() + sentence[1:]

    def as_dict(self) -> dict[str, object]:
        """The sentence and all parts as plain values that JSON can hold."""
        return {"summary": self.summary, **asdict(self)}


def compare_policies(old: Policy, new: Policy) -> PolicyDifference:
    """What changed from `old` to `new`; blanks and line ends inside a wording don't count as a change of it."""
    before, after = {clause.id: clause for clause in old.clauses}, {clause.id: clause for clause in new.clauses}
    kept = [clause_id for clause_id in after if clause_id in before]
    compared = [compare_clauses(before[clause_id], after[clause_id]) for clause_id in kept]
    changed = tuple(change for change in compared if change is not None)
    added = tuple(clause for clause in new.clauses if clause.id not in before)
    removed = tuple(clause for clause in old.clauses if clause.id not in after)
    labels_changed = compare_labels(old, new)
    touched = {label for change in changed for label in change.labels}
    touched |= {label for clause in (*added, *removed) for label in clause.labels}
    touched |= {change.name for change in labels_changed}
    affected = _affected_labels(old, new, touched)
    widened = bool(added) or any(change.widens for change in changed)
    return PolicyDifference(
        old=f"{old.id} {old.version}",
        new=f"{new.id} {new.version}",
        same_text=old.digest == new.digest,
        front_matter=compare_front_matter(old, new),
        labels_added=tuple(name for name in new.label_set.names if old.label_set.get(name) is None),
        labels_removed=tuple(name for name in old.label_set.names if new.label_set.get(name) is None),
        labels_changed=labels_changed,
        clauses_added=added,
        clauses_removed=removed,
        clauses_changed=changed,
        clauses_reordered=kept != [clause_id for clause_id in before if clause_id in after],
        affected_labels=affected,
        harmless_labels=tuple(name for name in _harmless(old) if widened and name not in affected),
    )


def render_difference(difference: PolicyDifference) -> str:
    """The difference for a terminal: a sentence first, then every change; `[-removed-]` and `{+added+}` words."""
    lines = [difference.summary]
    if difference.harmless_labels:
        harmless = _either(difference.harmless_labels)
        lines.append(f"Items labeled {harmless} may fall under the new wording: label a sample of them again.")
    if not difference.same_text:
        lines += ["", f"{difference.old} -> {difference.new}"]
        if difference.old == difference.new:
            lines.append("  the text changed but its version didn't: give the new text a version of its own")
        lines += [f"  {change.name}: {change.old} -> {change.new}" for change in difference.front_matter]
        lines += ["  the clauses stand in another order"] if difference.clauses_reordered else []
    lines += _label_lines(difference)
    for change in difference.clauses_changed:
        lines += ["", f"{change.id} {change.title}: changed", *_change_lines(change)]
    for word, clauses in (("added", difference.clauses_added), ("removed", difference.clauses_removed)):
        for clause in clauses:
            lines += ["", f"{clause.id} {clause.title}: {word}", *_clause_lines(clause)]
    return "\n".join(lines)


def _counts(noun: str, changed: int, added: int, removed: int) -> list[str]:
    """Counts that aren't zero, the noun said once: `2 clauses changed`, `1 added`."""
    counts = [(changed, "changed"), (added, "added"), (removed, "removed")]
    told = [(number, word) for number, word in counts if number]
    nouns = [f" {noun}{'' if told[0][0] == 1 else 's'}", "", ""] if told else []
    return [f"{number}{name} {word}" for (number, word), name in zip(told, nouns, strict=False)]


def _either(names: Sequence[str]) -> str:
    """The names as people list them: `a, b or c`."""
    return " or ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _harmless(policy: Policy) -> list[str]:
    return [label.name for label in policy.label_set.labels if label.severity == 0]


def _affected_labels(old: Policy, new: Policy, touched: set[str]) -> tuple[str, ...]:
    """The old labels that are touched or gone, in their order; all of them when the scale itself changed."""
    common = set(old.label_set.names) & set(new.label_set.names)
    orders = [[name for name in policy.label_set.names if name in common] for policy in (old, new)]
    kinds = (old.label_set.kind, new.label_set.kind)
    if kinds[0] != kinds[1] or (kinds[1] is LabelKind.ORDINAL and orders[0] != orders[1]):
        return old.label_set.names
    return tuple(name for name in old.label_set.names if name in touched or name not in common)


def _label_lines(difference: PolicyDifference) -> list[str]:
    lines = [f"  {name}: added" for name in difference.labels_added]
    lines += [f"  {name}: removed" for name in difference.labels_removed]
    for change in difference.labels_changed:
        lines += [f"  {change.name}: {value.name} {value.old} -> {value.new}" for value in change.values]
        if change.definition:
            lines.append(f"  {change.name}: redefined: {render_words(change.definition)}")
    return ["", "labels", *lines] if lines else []


def _change_lines(change: ClauseChange) -> list[str]:
    lines = [f"  title: {render_words(change.title_words)}"] if change.title_words else []
    lines += [f"  wording {wording.language}: {render_words(wording.words)}" for wording in change.wordings]
    lines += [f"  label added: {name}" for name in change.labels_added]
    lines += [f"  label removed: {name}" for name in change.labels_removed]
    lines += _example_lines("example removed", change.examples_removed)
    return lines + _example_lines("example added", change.examples_added)


def _clause_lines(clause: Clause) -> list[str]:
    lines = [f"  labels: {', '.join(clause.labels)}"]
    lines += [f"  wording {language}: {' '.join(text.split())}" for language, text in clause.texts.items()]
    return [*lines, f"  examples: {len(clause.examples)}"]


def _example_lines(what: str, examples: Iterable[PolicyExample]) -> list[str]:
    return [f"  {what}: {_example_words(example)}" for example in examples]


def _example_words(example: PolicyExample) -> str:
    heading = "violates" if example.violates else "does not violate"
    query = "" if example.query is None else f'query "{example.query}" document '
    return f'{example.language}: {query}"{example.text}" -> {_or_none(example.labels)} ({heading})'


def _or_none(labels: Sequence[str]) -> str:
    return ", ".join(labels) or "no label"
