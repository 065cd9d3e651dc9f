"""The YAML between the two `---` lines, read as nodes only: every value keeps its place, nothing is constructed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import yaml

from assistant.policy.documents.mistakes import MistakeList, nearest, suggestion
from assistant.policy.documents.places import Place, Word

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"


@dataclass(frozen=True, slots=True)
class YamlEntry:
    """One `key: value` of a mapping; `key` holds the key that was meant when it was misspelled."""

    key: Word
    value: yaml.Node


Entries = dict[str, YamlEntry]


class YamlBlock:
    """Some lines of YAML inside a document.

    Args:
        lines: the YAML itself.
        above: how many lines of the document stand above it.
        mistakes: where its mistakes go.
    """

    def __init__(self, lines: Sequence[str], above: int, mistakes: MistakeList) -> None:
        self.mistakes = mistakes
        self._lines = lines or [""]
        self._above = above
        self._starts = [0, *accumulate(len(line) + 1 for line in self._lines[:-1])]

    def root(self) -> yaml.Node | None:
        """The composed document; None when it is empty or broken, the latter reported as a mistake.

        Aliases are never expanded and no tag is acted on: composing builds nodes, not objects.
        """
        try:
            node: yaml.Node | None = yaml.compose("\n".join(self._lines), Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            self._tell_syntax_error(error)
        except yaml.reader.ReaderError as error:
            self._broken(self._place(error.position, 1), "a character that YAML doesn't allow")
        except RecursionError:
            self._broken(self._place(0, 1), "nested too deeply")
        except (ValueError, OverflowError):  # PyYAML lets `chr` and `int` raise on absurd escapes and versions
            self._broken(self._place(0, 1), "it holds an escape or a number out of range")
        else:
            return node
        return None

    def place_of(self, node: yaml.Node) -> Place:
        """Where a node stands; a node of several lines is pointed at on its first."""
        start = node.start_mark.index
        return self._place(start, node.end_mark.index - start)

    def mapping(self, node: yaml.Node, required: Sequence[str], optional: Sequence[str], where: str) -> Entries | None:
        """The entries of a mapping by key; reports unknown, repeated and missing keys. None for anything else."""
        if not isinstance(node, yaml.MappingNode):
            keys = ", ".join(f"`{key}`" for key in required)
            self.mistakes.error(self.place_of(node), f"{where} must be a mapping", f"it holds the keys {keys}")
            return None
        entries = self._entries(node, [*required, *optional], where)
        for key in required:
            if key not in entries:
                self.mistakes.error(self.place_of(node), f"{where} has no `{key}`", f"add a line `{key}: ...`")
        return entries

    def sequence(self, entry: YamlEntry, hint: str) -> list[yaml.Node] | None:
        """The elements of a list with at least one; None, and a mistake, for anything else."""
        if isinstance(entry.value, yaml.SequenceNode) and entry.value.value:
            return list(entry.value.value)
        empty = isinstance(entry.value, yaml.SequenceNode) or _is_empty(entry.value)
        message = f"`{entry.key.text}` is empty" if empty else f"`{entry.key.text}` must be a list"
        self.mistakes.error(entry.key.place if empty else self.place_of(entry.value), message, hint)
        return None

    def text(self, entry: YamlEntry) -> Word | None:
        """The text of an entry, as written: `1.10` stays `1.10`; None, and a mistake, when it has none."""
        word = self.word(entry.value)
        if word is None:
            key = entry.key
            place = key.place if _is_empty(entry.value) else self.place_of(entry.value)
            what = "is empty" if _is_empty(entry.value) else "must be text"
            self.mistakes.error(place, f"`{key.text}` {what}", f"write `{key.text}: ...`, in quotes if need be")
        return word

    def word(self, node: yaml.Node) -> Word | None:
        """The text of a scalar; None when it is empty or no scalar; reports characters no one can see."""
        if not isinstance(node, yaml.ScalarNode) or _is_empty(node):
            return None
        place = self.place_of(node)
        if _UNPRINTABLE.search(node.value):
            self.mistakes.error(place, "this text holds a control character", "remove it")
        return Word(node.value.strip(), place)

    def boolean(self, entry: YamlEntry) -> bool:
        """The value of a yes-or-no entry; False, and a mistake, when it is neither."""
        node = entry.value
        if isinstance(node, yaml.ScalarNode) and node.tag == _BOOL:
            return node.value.lower() in {"true", "yes", "on"}
        self.mistakes.error(self.place_of(node), f"`{entry.key.text}` must be true or false")
        return False

    def _entries(self, node: yaml.MappingNode, known: Sequence[str], where: str) -> Entries:
        entries: Entries = {}
        misspelled: list[tuple[str, YamlEntry]] = []
        for key_node, value in node.value:
            place = self.place_of(key_node)
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
            if key not in known:
                self.mistakes.error(place, f"{where} has an unknown key `{key}`", suggestion(key, known))
                near = nearest(key, known)
                if near is not None:
                    misspelled.append((near, YamlEntry(Word(near, place), value)))
            elif key in entries:
                first = (entries[key].key.place, "first given here")
                self.mistakes.error(place, f"{where} has `{key}` twice", "keep one of them", [first])
            else:
                entries[key] = YamlEntry(Word(key, place), value)
        for near, entry in misspelled:  # read as what was meant: a slip is one mistake, not one and a missing key
            entries.setdefault(near, entry)
        return entries

    def _tell_syntax_error(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        place = self._place(mark.index if mark else 0, 1)
        others = []
        if error.context_mark and error.problem_mark and error.context:
            begin = self._place(error.context_mark.index, 1)
            others = [(begin, error.context)] if begin.line != place.line else []
        problem = error.problem or error.context or "it can't be read"
        hint = "indent with blanks, never tabs" if "'\\t'" in problem else "put texts that hold `: ` or `#` in quotes"
        self.mistakes.error(place, f"the front matter isn't valid YAML: {problem}", hint, others)

    def _broken(self, place: Place, why: str) -> None:
        self.mistakes.error(place, f"the front matter isn't valid YAML: {why}")

    def _place(self, index: int, length: int) -> Place:
        """The place of the character `index` of the block, cut at the end of its line.

        PyYAML's own line numbers count U+2028 and its like as line ends, which editors don't: its index is used.
        """
        number = bisect_right(self._starts, index) - 1
        line = self._lines[number].rstrip()
        column = min(index - self._starts[number], len(line))
        return Place(self._above + number + 1, column + 1, min(length, len(line) - column))


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and (node.tag == _NULL or not node.value.strip())
