"""A policy: the label set, the clauses that govern it, and the examples that make them concrete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class LabelKind(StrEnum):
    """How many of the labels an answer holds, and whether their order means something."""

    SINGLE = "single"  # exactly one
    MULTI = "multi"  # any number, none included
    ORDINAL = "ordinal"  # exactly one, in the order of the list


@dataclass(frozen=True, slots=True)
class Label:
    """One answer of the closed set.

    Args:
        name: what is stored and exported, e.g. `harassment` or `2`.
        definition: one sentence a reviewer can decide by.
        severity: 0 harmless, larger is worse.
        always_human: items the machine would give this label always go to people.
        needs_clause: anyone who gives this label says which clause it rests on.
        titles: what it is called on pages, by language; the language is empty where it is called so in all of them.
    """

    name: str
    definition: str
    severity: int = 0
    always_human: bool = False
    needs_clause: bool = False
    titles: tuple[tuple[str, str], ...] = ()

    def title(self, language: str) -> str:
        """What it is called in a language, else in the first it has a title in; empty where it has none."""
        known = dict(self.titles)
        return known.get(language) or next(iter(known.values()), "")


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The closed set of answers, in the order of the policy (lowest grade first for `ordinal`)."""

    kind: LabelKind
    labels: tuple[Label, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The label names in order."""
        return tuple(label.name for label in self.labels)

    def get(self, name: str) -> Label | None:
        """The label of that exact name, or None."""
        return next((label for label in self.labels if label.name == name), None)


@dataclass(frozen=True, slots=True)
class PolicyExample:
    """A text that does or doesn't violate a clause.

    Args:
        text: the example itself.
        language: BCP 47 tag.
        labels: the right answer for it.
        violates: whether it violates the clause it stands under.
        query: the query, for pairs.
    """

    text: str
    language: str
    labels: tuple[str, ...]
    violates: bool
    query: str | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """The smallest citable rule.

    Args:
        id: stable id, e.g. `H1`; never reused for another rule.
        title: a few words.
        texts: the rule's wording by language; the policy's first language is always there.
        labels: the labels this clause can lead to.
        examples: what does and doesn't violate it.
    """

    id: str
    title: str
    texts: Mapping[str, str]
    labels: tuple[str, ...]
    examples: tuple[PolicyExample, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a written policy.

    Args:
        id: stable name, e.g. `community`.
        version: the author's version number or date.
        title: for people.
        languages: the languages it covers, main language first.
        label_set: the closed set of answers.
        clauses: in document order, ids unique.
        source: the document as written.
        digest: BLAKE2b-128 of `source`, hex: the identity of this very wording.
    """

    id: str
    version: str
    title: str
    languages: tuple[str, ...]
    label_set: LabelSet
    clauses: tuple[Clause, ...]
    source: str = field(repr=False)
    digest: str

    def clause(self, clause_id: str) -> Clause | None:
        """The clause of that id, or None."""
        return next((clause for clause in self.clauses if clause.id == clause_id), None)


@dataclass(frozen=True, slots=True)
class Precedent:
    """An item people have settled, kept as guidance for later ones.

    Args:
        content_digest: the settled content's digest; an item is never shown itself.
        text: its text; `query` beside it for pairs.
        language: BCP 47 tag.
        labels: the settled answer.
        group: near-duplicate group; members of the asking item's group are not shown to it either.
        distance: cosine distance to the asking item, 0 to 2; 0.0 before any search.
    """

    content_digest: str
    text: str
    language: str
    labels: tuple[str, ...]
    query: str | None = None
    group: str | None = None
    distance: float = 0.0
