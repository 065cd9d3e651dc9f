"""The front matter of a policy document: id, version, title, languages and label set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from assistant.domain.policies import LabelKind
from assistant.policy.documents.mistakes import MistakeList, suggestion
from assistant.policy.documents.places import LABEL_SEPARATORS, Place, Word
from assistant.policy.documents.yaml_block import Entries, YamlBlock

LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_POLICY_ID = re.compile(r"[a-z0-9_-]+")
_SEVERITY = re.compile(r"0|[1-9][0-9]{0,8}")
_KEYS = ("policy", "version", "title", "languages", "label_set")
_SWITCHES = ("always_human", "needs_clause")  # of a label; off where left out
_OPTIONAL = ("title", *_SWITCHES)
_MAX_CHARACTERS = 1 << 16  # PyYAML takes a second for these; a label set of hundreds of labels stays below
_CLAUSE_LIKE = re.compile(r"##\s+[A-Z][A-Z0-9]*[0-9]\b")
_BODY_HEADING = re.compile(r"##?\s")


@dataclass(frozen=True, slots=True)
class DraftLabel:
    """A label as far as it could be read; `severity` is None where it couldn't."""

    name: Word
    definition: str
    severity: int | None
    always_human: bool
    needs_clause: bool
    titles: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The front matter as far as it could be read; what couldn't be is empty, and reported as a mistake.

    Args:
        place: what mistakes about the document as a whole point at.
        body: how many lines of the document stand above its body.
        policy: the policy's id.
        version: as written.
        title: for people.
        languages: main language first.
        kind: of the label set.
        labels: those that have a name, in document order.
        all_named: whether no label was left out of `labels`; only then is another name an unknown one.
    """

    place: Place
    body: int
    policy: str = ""
    version: str = ""
    title: str = ""
    languages: tuple[Word, ...] = ()
    kind: LabelKind | None = None
    labels: tuple[DraftLabel, ...] = ()
    all_named: bool = False

    @property
    def language_tags(self) -> list[str]:
        """The covered languages, main language first; empty when they couldn't be read."""
        return [language.text for language in self.languages]

    @property
    def label_names(self) -> list[str]:
        """The names of the labels that could be read, in document order."""
        return [label.name.text for label in self.labels]


def read_front_matter(lines: Sequence[str], mistakes: MistakeList) -> FrontMatter:
    """Reads the front matter at the top of a document's lines and says where the body begins."""
    opening = next((number for number, line in enumerate(lines) if line.strip()), 0)
    place = Place(opening + 1, 1, len(lines[opening].rstrip()))
    if lines[opening].rstrip() != "---":
        hint = "begin the document with a line `---`, the keys policy, version, title, languages, label_set, and `---`"
        mistakes.error(place, "the document has no front matter", hint)
        return FrontMatter(place, body=0)
    end, body = _bounds(lines, opening, mistakes)
    if sum(len(line) + 1 for line in lines[opening + 1 : end]) > _MAX_CHARACTERS:
        message = f"the front matter is longer than {_MAX_CHARACTERS:,} characters"
        mistakes.error(place, message, "free text goes below it")
        return FrontMatter(place, body)
    block = YamlBlock(lines[opening + 1 : end], opening + 1, mistakes)
    return _read_keys(block, place, body)


def _bounds(lines: Sequence[str], opening: int, mistakes: MistakeList) -> tuple[int, int]:
    """Where the YAML ends and where the body begins, as 0-based lines."""
    for number in range(opening + 1, len(lines)):
        if lines[number].rstrip() == "---":
            return number, number + 1
        if _CLAUSE_LIKE.match(lines[number]):
            break  # a later `---` is a rule between two sections, not the end of the front matter
    place = Place(opening + 1, 1, 3)
    mistakes.error(place, "the front matter isn't closed", "end it with a line `---` above the first heading")
    for number in range(opening + 1, len(lines)):
        if _BODY_HEADING.match(lines[number]):
            return number, number
    return len(lines), len(lines)


def _read_keys(block: YamlBlock, place: Place, body: int) -> FrontMatter:
    unread = FrontMatter(place, body)
    before = len(block.mistakes)
    root = block.root()
    if root is None:
        if len(block.mistakes) == before:
            block.mistakes.error(place, "the front matter is empty", f"it needs the keys {', '.join(_KEYS)}")
        return unread
    entries = block.mapping(root, _KEYS, (), "the front matter")
    if entries is None:
        return unread
    kind, labels, all_named = _read_label_set(block, entries)
    return FrontMatter(
        place=place,
        body=body,
        policy=_read_policy_id(block, entries),
        version=_read_line(block, entries, "version"),
        title=_read_line(block, entries, "title"),
        languages=_read_languages(block, entries),
        kind=kind,
        labels=labels,
        all_named=all_named,
    )


def _read_line(block: YamlBlock, entries: Entries, key: str) -> str:
    word = block.text(entries[key]) if key in entries else None
    return " ".join(word.text.split()) if word else ""


def _read_policy_id(block: YamlBlock, entries: Entries) -> str:
    word = block.text(entries["policy"]) if "policy" in entries else None
    if word and not _POLICY_ID.fullmatch(word.text):
        hint = "use lower-case letters, digits, `_` and `-` only, and keep it from version to version"
        block.mistakes.error(word.place, f"`{word.text}` is no policy id", hint)
    return word.text if word else ""


def _read_languages(block: YamlBlock, entries: Entries) -> tuple[Word, ...]:
    hint = "list the covered languages, main language first: `languages: [en, zh]`"
    nodes = block.sequence(entries["languages"], hint) if "languages" in entries else None
    languages: dict[str, Word] = {}
    for node in nodes or ():
        word = block.word(node)
        if word is None or not LANGUAGE_TAG.fullmatch(word.text):
            shown = f"`{word.text}`" if word else "this"
            hint = "a tag is a two- or three-letter language with optional parts, e.g. en, zh or zh-Hant"
            block.mistakes.error(block.place_of(node), f"{shown} is no language tag", hint)
        if word and word.text.casefold() in languages:
            first = (languages[word.text.casefold()].place, "first listed here")
            block.mistakes.error(word.place, f"language `{word.text}` is listed twice", "keep one", [first])
        elif word:
            languages[word.text.casefold()] = word
    return tuple(languages.values())


def _read_label_set(block: YamlBlock, entries: Entries) -> tuple[LabelKind | None, tuple[DraftLabel, ...], bool]:
    if "label_set" not in entries:
        return None, (), False
    inner = block.mapping(entries["label_set"].value, ("kind", "labels"), (), "`label_set`")
    if inner is None:
        return None, (), False
    kind = _read_kind(block, inner)
    hint = "list the labels, each with `name`, `definition` and `severity`"
    nodes = block.sequence(inner["labels"], hint) if "labels" in inner else None
    if nodes is None:
        return kind, (), False
    if len(nodes) == 1:
        place = inner["labels"].key.place
        block.mistakes.error(place, "the label set has only one label", "there is nothing to decide: add another")
    drafts = [_read_label(block, node) for node in nodes]
    labels = [draft for draft in drafts if draft is not None]
    return kind, _without_duplicates(labels, block.mistakes), len(labels) == len(nodes)


def _read_kind(block: YamlBlock, entries: Entries) -> LabelKind | None:
    word = block.text(entries["kind"]) if "kind" in entries else None
    if word is None:
        return None
    kinds = [kind.value for kind in LabelKind]
    if word.text in kinds:
        return LabelKind(word.text)
    block.mistakes.error(word.place, f"`{word.text}` is no kind of label set", suggestion(word.text, kinds))
    return None


def _read_label(block: YamlBlock, node: yaml.Node) -> DraftLabel | None:
    name = block.word(node)
    if name is not None:  # `- safe` alone: the name is known, all else is missing
        hint = f"write `name: {name.text}`, `definition: ...` and `severity: ...`"
        block.mistakes.error(name.place, f"label `{name.text}` has no definition", hint)
        return DraftLabel(name, "", None, always_human=False, needs_clause=False)
    entries = block.mapping(node, ("name", "definition", "severity"), _OPTIONAL, _label_called(node))
    if entries is None or "name" not in entries:
        return None
    name = block.text(entries["name"])
    definition = _read_line(block, entries, "definition")
    severity = _read_severity(block, entries)
    always_human, needs_clause = (key in entries and block.boolean(entries[key]) for key in _SWITCHES)
    if name is None:
        return None
    if set(name.text) & set(LABEL_SEPARATORS + "\n"):
        hint = "commas separate labels in a clause: choose a name without one"
        block.mistakes.error(name.place, f"label name `{name.text}` holds a comma or a line end", hint)
    return DraftLabel(name, definition, severity, always_human, needs_clause, _read_titles(block, entries))


def _read_titles(block: YamlBlock, entries: Entries) -> tuple[tuple[str, str], ...]:
    """What a label is called on pages: one text, or a text by language."""
    if "title" not in entries:
        return ()
    node = entries["title"].value
    if not isinstance(node, yaml.MappingNode):
        title = _read_line(block, entries, "title")
        return (("", title),) if title else ()
    titles = []
    for key, value in node.value:
        language, text = block.word(key), block.word(value)
        if language is None or text is None or not LANGUAGE_TAG.fullmatch(language.text):
            hint = "write a text by language: `title: {en: ..., zh: ...}`"
            block.mistakes.error(block.place_of(key), "this is no title in a language", hint)
        else:
            titles.append((language.text, " ".join(text.text.split())))
    return tuple(titles)


def _label_called(node: yaml.Node) -> str:
    """How to speak of a label in a message, before its entries are checked."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "name" and isinstance(value, yaml.ScalarNode) and value.value:
                return f"label `{value.value}`"
    return "this label"


def _read_severity(block: YamlBlock, entries: Entries) -> int | None:
    word = block.text(entries["severity"]) if "severity" in entries else None
    if word is None:
        return None
    if _SEVERITY.fullmatch(word.text):
        return int(word.text)
    hint = "0 is harmless, larger is worse: write a whole number from 0 up"
    block.mistakes.error(word.place, f"severity `{word.text}` is no whole number from 0 up", hint)
    return None


def _without_duplicates(labels: Sequence[DraftLabel], mistakes: MistakeList) -> tuple[DraftLabel, ...]:
    by_name: dict[str, list[DraftLabel]] = {}
    for label in labels:
        by_name.setdefault(label.name.text, []).append(label)
    for name, (first, *rest) in by_name.items():
        if rest:
            others = [(first.name.place, "first defined here")]
            others += [(label.name.place, "and again here") for label in rest[1:]]
            mistakes.error(rest[0].name.place, f"label `{name}` is defined twice", "rename or remove one", others)
    return tuple(same[0] for same in by_name.values())
