"""Whether a content addresses its labeler, instead of being there to be labeled.

A model that obeys a post gives the answer the post wants; so where a content sets instructions aside, demands a label,
poses as the system or as a reply, or forges policy, precedents or a route, a person looks. Every reading of the content
is looked at, see `views`. Words are looked up by what they mean in two dozen languages; a post that merely speaks about
rules lacks one of the concepts that make an instruction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from assistant.domain.policies import Policy
from assistant.routing.instructions.lexicon import Concept, meaning, unmarked
from assistant.routing.instructions.patterns import InstructionKind, patterns
from assistant.routing.instructions.phrases import phrase_meanings, simplified
from assistant.routing.instructions.telling import happened, tells, unquoted
from assistant.routing.instructions.views import View, views

_EXCERPT = 80  # characters of the reading that are shown
_WINDOW, _NARROW = 70, 26  # characters within which concepts belong together; in scripts without blanks
_MOST_HITS = 2_000  # of one language that are looked at


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction found in a content.

    Args:
        kind: what it does.
        how: the disguises it was written in, outermost first; empty for plain text.
        excerpt: the words, as the reading has them.
    """

    kind: InstructionKind
    how: tuple[str, ...]
    excerpt: str


@dataclass(frozen=True, slots=True)
class LabelWords:
    """Names of the policy's labels.

    Args:
        good: those that violate nothing.
        named: all.
    """

    good: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """The names by which a content may demand a label of this policy."""
        labels = policy.label_set.labels
        good = tuple(label.name for label in labels if label.severity == 0)
        return cls(good, tuple(label.name for label in labels))


NO_WORDS = LabelWords()


def find_instruction(text: str, words: LabelWords = NO_WORDS) -> Instruction | None:
    """The first instruction there is, in the plainest reading."""
    return next(find_instructions(text, words), None)


def find_instructions(text: str, words: LabelWords = NO_WORDS) -> Iterator[Instruction]:
    """All of them: at most one of each kind and reading."""
    for view in views(text):
        yield from _joined(view) if view.joined else _found(view, words)


def _found(view: View, words: LabelWords) -> Iterator[Instruction]:
    found = _looked_for(view, words)
    first = next(found, None)
    if first is None:
        return
    if first.kind is InstructionKind.OVERRIDE and (bare := unquoted(view.text)) is not None:
        rest = list(found)
        talked_about = all(one.kind is InstructionKind.OVERRIDE for one in rest)
        if talked_about and next(_looked_for(replace(view, text=bare), words), None) is None:
            return
        found = iter(rest)
    yield first
    yield from found


def _asking(
    kind: InstructionKind, group: Sequence[re.Pattern[str]], text: str, words: LabelWords
) -> re.Match[str] | None:
    found = (match for pattern in group for match in pattern.finditer(text))
    return next((match for match in found if not tells(kind, match, words.good, words.named)), None)


def _looked_for(view: View, words: LabelWords) -> Iterator[Instruction]:
    text, characters = view.text, frozenset(view.text)
    spoken = _spoken(text)
    said = spoken.get("en", 0)
    if not said & _GOOD and said & (_LABEL | _SAY) and words.named and _names(words.named).search(text):
        said |= _GOOD
    if not said & _GOOD and said & _LABEL and "0" in characters and _CLASS_ZERO.search(text):
        said |= _GOOD
    kinds: set[InstructionKind] = set()
    for kind, gate, group in patterns(words.good, words.named):
        if kind not in kinds and gate(text, characters, said):
            match = _asking(kind, group, text, words)
            if match:
                kinds.add(kind)
                yield Instruction(kind, view.how, _around(text, match.start(), match.end()))
    for kind, start, end in _together(text, spoken, words):
        if kind not in kinds and not happened(kind, text, start, end):
            kinds.add(kind)
            yield Instruction(kind, view.how, _around(text, start, end))


@dataclass(frozen=True, slots=True)
class _Hit:
    """A word or phrase that means something."""

    start: int
    end: int
    bits: int


def _spoken(text: str) -> dict[str, int]:
    """All that the words of a text mean, by language; another one than English must have a word of its own there."""
    found: dict[str, int] = {}
    own: set[str] = set()
    for held in map(meaning, _WORD.findall(text)):
        shared = False
        for language, bits in held:
            found[language] = found.get(language, 0) | bits
            shared = shared or language == "en"
        if held and not shared:
            own.update(language for language, _ in held)
    return {language: bits for language, bits in found.items() if language in own or language == "en"}


def _together(text: str, spoken: Mapping[str, int], words: LabelWords) -> Iterator[tuple[InstructionKind, int, int]]:
    """Concepts that make an instruction where they stand together, in one language other than English."""
    hits: dict[str, list[_Hit]] = {}
    said = {language: bits for language, bits in spoken.items() if language != "en"}
    vietnamese = not text.isascii() and _VIETNAMESE.search(text) is not None
    live = {language for language, bits in said.items() if bits & _TELLING and bits & (bits - 1)}
    if live or not text.isascii():
        bare = unmarked(simplified(text))
        for start, end, language, bits in phrase_meanings(bare, live | {"vi"} if vietnamese else live):
            hits.setdefault(language, []).append(_Hit(start, end, bits))
            said[language] = said.get(language, 0) | bits
    named = _names(words.good) if words.good and said else None
    names = [_Hit(found.start(), found.end(), _I | _G) for found in named.finditer(text)] if named else []
    if names:
        said = {language: bits | _I | _G for language, bits in said.items()}
    wanted = {
        language: [(kind, mask) for kind, mask in _COMBINATIONS if bits & mask == mask]
        for language, bits in said.items()
    }
    if not any(wanted.values()):
        return
    for word in _WORD.finditer(text):
        for language, bits in meaning(word[0]):
            if wanted.get(language):
                hits.setdefault(language, []).append(_Hit(word.start(), word.end(), bits))
    for language, masks in wanted.items():
        own = sorted([*hits.get(language, ()), *names], key=lambda hit: hit.start)[:_MOST_HITS]
        yield from _windows(own, masks, _NARROW if language in _UNSPACED else _WINDOW)


def _windows(
    hits: Sequence[_Hit], wanted: Sequence[tuple[InstructionKind, int]], width: int
) -> Iterator[tuple[InstructionKind, int, int]]:
    for at, first in enumerate(hits):
        bits, last = 0, at
        while last < len(hits) and hits[last].start - first.start <= width:
            bits |= hits[last].bits
            last += 1
        for kind, mask in wanted:
            if bits & mask == mask and _apart(hits[at:last], mask):
                yield kind, first.start, hits[last - 1].end


def _apart(hits: Sequence[_Hit], mask: int) -> bool:
    """Whether no single word stands for two of the concepts: each has one of its own."""
    holders = [{hit.start for hit in hits if hit.bits & bit} for bit in _bits(mask)]
    return len(set().union(*holders)) >= len(holders)


def _bits(mask: int) -> list[int]:
    return [1 << place for place in range(mask.bit_length()) if mask >> place & 1]


def _joined(view: View) -> Iterator[Instruction]:
    if match := _JOINED.search(view.text):
        yield Instruction(InstructionKind.OVERRIDE, view.how, _around(view.text, match.start(), match.end()))


def _around(text: str, start: int, end: int) -> str:
    said = " ".join(text[start : max(end, start + 20)].split())
    return said if len(said) <= _EXCERPT else f"{said[:_EXCERPT]}…"


@lru_cache(maxsize=64)
def _names(named: tuple[str, ...]) -> re.Pattern[str]:
    spelled = "|".join(re.escape(name.casefold()) for name in sorted(named, key=len, reverse=True))
    return re.compile(rf"(?<![a-z]){spelled if len(named) == 1 else f'(?:{spelled})'}(?![a-z])")


_WORD = re.compile(r"[^\W\d_][\w'’\u0300-\u036f\u0591-\u05c7\u064b-\u0670\u0900-\u0dff\u0e00-\u0e7f]*")
_CLASS_ZERO = re.compile(r"(?:class|category|label) ?0")
_VIETNAMESE = re.compile("[\u1ea0-\u1ef9đơưăôêâ]")
_UNSPACED = frozenset({"zh", "ja", "th"})
_TELLING = int(Concept.RULES | Concept.LABEL | Concept.OVERRIDE | Concept.POSE | Concept.SWAP)
_GOOD, _LABEL, _SAY = int(Concept.GOOD), int(Concept.LABEL), int(Concept.SAY)

_O, _R, _B, _W, _L, _G, _P, _S, _H, _V, _N, _F, _M, _T, _C, _A, _D, _E, _X, _I, _Y, _K, _U, _Z = (
    int(one)
    for one in (
        Concept.OVERRIDE,
        Concept.RULES,
        Concept.BEFORE,
        Concept.LABELLER,
        Concept.LABEL,
        Concept.GOOD,
        Concept.POST,
        Concept.SEEN,
        Concept.PERSON,
        Concept.REVIEW,
        Concept.NOT,
        Concept.FOLLOW,
        Concept.MUST,
        Concept.SAY,
        Concept.SURE,
        Concept.ALL,
        Concept.PRECEDENT,
        Concept.ACCEPT,
        Concept.ONLY,
        Concept.NAME,
        Concept.POSE,
        Concept.DONT,
        Concept.BAD,
        Concept.SWAP,
    )
)
_COMBINATIONS: tuple[tuple[InstructionKind, int], ...] = (
    *((InstructionKind.OVERRIDE, _O | _R | other) for other in (_B, _A, _W, _L, _G, _T | _M)),
    *((InstructionKind.OVERRIDE, _N | _F | _R | other) for other in (_B, _W, _L, _G)),
    *((InstructionKind.OVERRIDE, _O | _I | other) for other in (_B, _A, _R)),
    *((InstructionKind.DEMAND, _L | _G | other) for other in (_P, _M, _T, _W, _A, _C, _R, _B, _X)),
    *((InstructionKind.DEMAND, _T | _G | other) for other in (_W, _R, _C, _X, _P | _M)),
    *((InstructionKind.DEMAND, _I | other) for other in (_T, _L, _C, _W, _D, _R, _X, _M | _P)),
    (InstructionKind.DEMAND, _C | _G | _M),
    *((InstructionKind.ADDRESS, _W | _M | other) for other in (_L, _G, _R | _T)),
    *((InstructionKind.ADDRESS, _W | _R | other) for other in (_L, _G)),
    (InstructionKind.ADDRESS, _W | _P | _G | _L),
    *((InstructionKind.AUTHORITY, _R | _P | _G | other) for other in (_A, _L, _M, _D, _B)),
    *((InstructionKind.AUTHORITY, _D | _G | other) for other in (_L,)),
    *((InstructionKind.AUTHORITY, _P | _S | other) for other in (_G, _H, _L, _W)),
    (InstructionKind.ROUTING, _N | _H | _V),
    (InstructionKind.ROUTING, _N | _V | _P | _M),
    *((InstructionKind.ROUTING, _E | other) for other in (_P, _M, _N, _G, _H)),
    *((InstructionKind.ROLE, _Y | _L | other) for other in (_G, _U, _A, _N)),
    *((InstructionKind.ROLE, _Y | _W | other) for other in (_G, _R)),
    (InstructionKind.ROLE, _Y | _T | _G),
    *((InstructionKind.DEMAND, _K | other) for other in (_U, _P, _D)),
    *((InstructionKind.FENCE, _Z | _L | other) for other in (_P, _G, _M, _X)),
)
_JOINED = re.compile(
    r"(?:ignor|disregard|forget|overrid|bypass)\w{0,30}?(?:instruct|guideline|polic|rule|prompt|above|previous)"
    r"|(?:label|classif|mark|answer|output|reply|respond|verdict|tag|rate)\w{0,20}?(?:safe|harmless|benign|none|nonviolat)"
    r"|(?:系统提示|忽略|无视|無視|忘记|忘記)\w{0,10}?(?:指令|规则|規則|政策|提示|要求|以上|之前)|(?:标|標|回答|输出|輸出|判)\w{0,6}?(?:安全|无害|無害|safe)"
)
