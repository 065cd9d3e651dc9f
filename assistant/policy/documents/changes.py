"""What changed in one clause, one label or one plain value between two versions of a policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from assistant.domain.policies import Clause, Label, Policy, PolicyExample
from assistant.policy.documents.word_difference import WordRun, compare_words

Part = TypeVar("Part", str, PolicyExample)


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A named value that is another one now, both as text."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class LabelChange:
    """A label of both versions that means or weighs something else now.

    Args:
        name: the label.
        definition: its definition word by word; empty when that stayed.
        values: `severity`, `always_human` and `needs_clause`, where they changed.
    """

    name: str
    definition: tuple[WordRun, ...]
    values: tuple[ValueChange, ...]


@dataclass(frozen=True, slots=True)
class WordingChange:
    """A clause's wording in one language, word by word; all added or all removed where one version has none."""

    language: str
    words: tuple[WordRun, ...]


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """A clause of both versions that isn't the same.

    Args:
        id: the clause's id.
        title: its present title.
        title_words: its title word by word; empty when that stayed.
        wordings: the languages in which it was reworded.
        labels_added: labels it can lead to only now.
        labels_removed: labels it could lead to only before.
        examples_added: new examples; one whose label changed is removed and added.
        examples_removed: examples that are gone.
        labels: every label it leads to in either version, and those of the changed examples.
    """

    id: str
    title: str
    title_words: tuple[WordRun, ...]
    wordings: tuple[WordingChange, ...]
    labels_added: tuple[str, ...]
    labels_removed: tuple[str, ...]
    examples_added: tuple[PolicyExample, ...]
    examples_removed: tuple[PolicyExample, ...]
    labels: tuple[str, ...]

    @property
    def widens(self) -> bool:
        """Whether content that fell under no clause before may fall under this one now."""
        violating = any(example.violates for example in self.examples_added)
        excused = any(not example.violates for example in self.examples_removed)
        return bool(self.title_words or self.wordings or self.labels_added or violating or excused)


def compare_clauses(old: Clause, new: Clause) -> ClauseChange | None:
    """The change of one clause; None when it is the same but for blanks and line ends in its wording."""
    examples_added = _without(new.examples, old.examples)
    examples_removed = _without(old.examples, new.examples)
    labels = [*old.labels, *new.labels]
    labels += [label for example in (*examples_removed, *examples_added) for label in example.labels]
    change = ClauseChange(
        id=new.id,
        title=new.title,
        title_words=compare_words(old.title, new.title),
        wordings=_compare_wordings(old, new),
        labels_added=_without(new.labels, old.labels),
        labels_removed=_without(old.labels, new.labels),
        examples_added=examples_added,
        examples_removed=examples_removed,
        labels=tuple(dict.fromkeys(labels)),
    )
    parts = (change.title_words, change.wordings, change.labels_added, change.labels_removed)
    return change if any(parts) or examples_added or examples_removed else None


def compare_labels(old: Policy, new: Policy) -> tuple[LabelChange, ...]:
    """The labels of both versions that were redefined or weigh otherwise, in the order of the new version."""
    changes = []
    for label in new.label_set.labels:
        before = old.label_set.get(label.name)
        if before is not None:
            change = LabelChange(
                label.name, compare_words(before.definition, label.definition), _compare_label_values(before, label)
            )
            changes.append(change)
    return tuple(change for change in changes if change.definition or change.values)


def compare_front_matter(old: Policy, new: Policy) -> tuple[ValueChange, ...]:
    """The plain values of the front matter that changed; of the labels, their order only."""
    common = set(old.label_set.names) & set(new.label_set.names)
    before, after = (", ".join(n for n in p.label_set.names if n in common) for p in (old, new))
    values = [
        ("policy", old.id, new.id),
        ("version", old.version, new.version),
        ("title", old.title, new.title),
        ("languages", ", ".join(old.languages), ", ".join(new.languages)),
        ("kind", old.label_set.kind.value, new.label_set.kind.value),
        ("order of labels", before, after),
    ]
    return _changed(values)


def _compare_label_values(old: Label, new: Label) -> tuple[ValueChange, ...]:
    values = [
        ("severity", str(old.severity), str(new.severity)),
        ("always_human", str(old.always_human).lower(), str(new.always_human).lower()),
        ("needs_clause", str(old.needs_clause).lower(), str(new.needs_clause).lower()),
    ]
    return _changed(values)


def _compare_wordings(old: Clause, new: Clause) -> tuple[WordingChange, ...]:
    languages = dict.fromkeys((*new.texts, *old.texts))
    changes = [
        WordingChange(language, compare_words(old.texts.get(language, ""), new.texts.get(language, "")))
        for language in languages
    ]
    return tuple(change for change in changes if change.words)


def _changed(values: Iterable[tuple[str, str, str]]) -> tuple[ValueChange, ...]:
    return tuple(ValueChange(name, old, new) for name, old, new in values if old != new)


def _without(parts: Iterable[Part], others: Iterable[Part]) -> tuple[Part, ...]:
    known = set(others)
    return tuple(part for part in parts if part not in known)
