"""The clauses of a policy document: id, title, labels, wording by language, examples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.domain.policies import Clause, PolicyExample
from assistant.policy.documents.examples import known_label, read_example, settle_labels
from assistant.policy.documents.front_matter import LANGUAGE_TAG, FrontMatter
from assistant.policy.documents.mistakes import MistakeList, nearest, suggestion
from assistant.policy.documents.places import Place, Word, split_names, word_at
from assistant.policy.documents.sections import PolicySection

VIOLATES = "Violates"
DOES_NOT_VIOLATE = "Does not violate"
_HEADING = re.compile(r"(?P<id>[A-Z][A-Z0-9]*[0-9])(?:[:：、]\s*|\.?\s+|\.?$)(?P<title>.*)")
_LABELS = re.compile(r"\s*labels\s*[:：]")
_LABELS_LIKE = re.compile(r"\s*labels?\s*[:：]", re.IGNORECASE)
_LABELS_HINT = "the first line under the heading names what the clause can lead to: `labels: a, b`"


@dataclass(frozen=True, slots=True)
class PlacedExample:
    """An example and where its text stands; its labels are unknown, and empty, when `settled` is False."""

    example: PolicyExample
    place: Place
    settled: bool


@dataclass(frozen=True, slots=True)
class DraftClause:
    """A clause as far as it could be read.

    Args:
        id: as in its heading.
        title: the rest of the heading.
        labels: the labels it can lead to; None when there is no way to know.
        texts: wording by language.
        examples: those that could be read.
        tries_examples: whether there is anything at all where examples go.
    """

    id: Word
    title: str
    labels: tuple[Word, ...] | None
    texts: Mapping[str, str]
    examples: tuple[PlacedExample, ...]
    tries_examples: bool

    def finished(self) -> Clause:
        """The clause of the policy; only of use once the document has no errors."""
        labels = tuple(word.text for word in self.labels or ())
        examples = tuple(placed.example for placed in self.examples)
        return Clause(self.id.text, self.title, self.texts, labels, examples)


def read_clauses(sections: Sequence[PolicySection], front: FrontMatter, mistakes: MistakeList) -> list[DraftClause]:
    """Reads every clause among the sections; level-2 headings without an id are free text."""
    clauses = []
    for number, section in enumerate(sections):
        if section.level != 2:
            continue
        inner = []
        for following in sections[number + 1 :]:
            if following.level < 3:
                break
            inner.append(following)
        match = _HEADING.fullmatch(section.heading.text)
        if match:
            clauses.append(_ClauseReader(front, mistakes).read(section, match, inner))
        else:
            _check_free_text(section, inner, mistakes)
    return clauses


def _check_free_text(section: PolicySection, inner: Sequence[PolicySection], mistakes: MistakeList) -> None:
    """Reports a section that was surely meant to be a clause: nothing an author wrote is dropped silently."""
    first = next((line for _, line in section.numbered()), "")
    if _LABELS_LIKE.match(first) or any(part.heading.text in {VIOLATES, DOES_NOT_VIOLATE} for part in inner):
        hint = "begin the heading with an id of capital letters that ends in a digit, e.g. `## H1 Insults`"
        mistakes.error(section.heading.place, "this looks like a clause, but its heading has no clause id", hint)


class _ClauseReader:
    """Reads one clause; holds what its parts share."""

    def __init__(self, front: FrontMatter, mistakes: MistakeList) -> None:
        self._front = front
        self._mistakes = mistakes
        self._labels: tuple[Word, ...] | None = None
        self._texts: dict[str, str] = {}
        self._wording_places: dict[str, Place] = {}
        self._examples: list[PlacedExample] = []
        self._tries_examples = False

    def read(self, section: PolicySection, match: re.Match[str], inner: Sequence[PolicySection]) -> DraftClause:
        """Reads the clause whose heading matched, with the level-3 sections inside it."""
        start = section.heading.place
        clause_id = Word(match["id"], Place(start.line, start.column, len(match["id"])))
        title = match["title"].strip()
        if not title:
            self._mistakes.error(clause_id.place, f"clause {clause_id.text} has no title", "write it after the id")
        wording = self._read_labels(section, clause_id)
        if wording:
            main = self._front.language_tags[0] if self._front.languages else ""
            self._keep_wording(main, wording, section.heading.place)
        for part in inner:
            self._read_part(part)
        self._check_wording(clause_id)
        return DraftClause(clause_id, title, self._labels, self._texts, tuple(self._examples), self._tries_examples)

    def _read_labels(self, section: PolicySection, clause_id: Word) -> str:
        """Reads the labels line and returns the text under it."""
        number, line = next(section.numbered(), (section.first, ""))
        match = _LABELS.match(line)
        if match is None:
            self._tell_missing_labels(section, clause_id)
            return "\n".join(section.lines).strip()
        if not line[match.end() :].strip():
            place = word_at(line, number, 0, len(line)).place
            self._mistakes.error(place, f"clause {clause_id.text} names no label", _LABELS_HINT)
        else:
            self._labels = self._known(split_names(line, number, match.end()))
        return "\n".join(section.lines[number - section.first + 1 :]).strip()

    def _tell_missing_labels(self, section: PolicySection, clause_id: Word) -> None:
        alike = [
            (word_at(line, number, 0, len(line)).place, "this line is read as wording")
            for number, line in section.numbered()
            if _LABELS_LIKE.match(line)
        ]
        message = f"clause {clause_id.text} has no labels line"
        self._mistakes.error(clause_id.place, message, _LABELS_HINT, alike[:1])

    def _known(self, words: Sequence[Word]) -> tuple[Word, ...] | None:
        """The labels the words name or mean; None when one of them can't be determined."""
        labels: dict[str, Word] = {}
        unsure = False
        for word in words:
            name = known_label(word, self._front, self._mistakes)
            if name is None:
                unsure = True
            elif name in labels and word.text == name:
                first = (labels[name].place, "first named here")
                self._mistakes.error(word.place, f"label `{name}` is named twice", "keep one", [first])
            else:
                labels.setdefault(name, Word(name, word.place))
        return None if unsure else tuple(labels.values())

    def _read_part(self, part: PolicySection) -> None:
        name = part.heading.text
        parts = [VIOLATES, DOES_NOT_VIOLATE]
        if name in parts:
            self._read_examples(part, violates=name == VIOLATES)
        elif LANGUAGE_TAG.fullmatch(name):
            self._read_wording(part)
        else:
            known = [*parts, *self._front.language_tags]
            message = f"`### {name}` is no part of a clause"
            self._mistakes.error(part.heading.place, message, suggestion(name, known))
            meant = nearest(name, known)  # read on as what was meant, to report the mistakes inside too
            if meant in parts:
                self._read_examples(part, violates=meant == VIOLATES)

    def _read_wording(self, part: PolicySection) -> None:
        language = part.heading.text
        if not self._covers(part.heading, "wording"):
            return
        text = "\n".join(part.lines).strip()
        if not text:
            message = f"there is no wording under `### {language}`"
            self._mistakes.error(part.heading.place, message, "write it, or remove the heading")
        self._keep_wording(language, text, part.heading.place)

    def _keep_wording(self, language: str, text: str, place: Place) -> None:
        if language in self._texts:
            message = f"this clause has a wording in `{language}` already"
            first = (self._wording_places[language], "the first one is under this heading")
            self._mistakes.error(place, message, "join the two", [first])
            return
        self._texts[language] = text
        self._wording_places[language] = place

    def _check_wording(self, clause_id: Word) -> None:
        main = self._front.language_tags[0] if self._front.languages else ""
        if main not in self._texts and (main or not self._texts):
            message = f"clause {clause_id.text} has no wording in the main language{f' `{main}`' if main else ''}"
            self._mistakes.error(clause_id.place, message, "write the rule under the labels line")

    def _covers(self, language: Word, what: str) -> bool:
        """Whether the policy covers a language; reports when not. True when the languages couldn't be read."""
        tags = self._front.language_tags
        if not tags or language.text in tags:
            return True
        hint = f"{suggestion(language.text, tags)}; or add it to `languages` in the front matter"
        self._mistakes.error(language.place, f"{what} in `{language.text}`, which the policy doesn't cover", hint)
        return False

    def _read_examples(self, part: PolicySection, *, violates: bool) -> None:
        for number, line in part.numbered():
            self._tries_examples = True
            draft = read_example(line, number, self._mistakes)
            if draft is None:
                continue
            self._covers(draft.language, "example")
            labels = settle_labels(draft, violates, self._labels, self._front, self._mistakes)
            query = draft.query.text if draft.query else None
            example = PolicyExample(draft.text.text, draft.language.text, labels or (), violates, query)
            self._examples.append(PlacedExample(example, draft.text.place, labels is not None))
