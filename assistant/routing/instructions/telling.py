"""What tells of rules, labels and models and asks for nothing: what others did, descriptions, quotations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from assistant.routing.instructions.lexicon import Concept, meaning
from assistant.routing.instructions.patterns import Kind

Names = tuple[str, ...]
"""Names of labels."""


def tells(kind: Kind, match: re.Match[str], good: Names, named: Names) -> bool:
    """Whether what a pattern of this kind found is told, not asked for.

    Args:
        kind: of the pattern.
        match: in a reading of the content.
        good: labels that violate nothing.
        named: all labels.
    """
    told = _TOLD.get(kind)
    return told is not None and told(match, good, named)


def unquoted(text: str) -> str | None:
    """The text without its quotations, where it speaks about attacks on models; None where there is nothing to leave out."""
    if not _MENTIONING.search(text):
        return None
    bare = _QUOTED.sub(" … ", text)
    return bare if bare != text else None


def _narrated(match: re.Match[str], _good: Names, _named: Names) -> bool:
    """Whether someone other than the reader sets rules aside: `I forgot all the instructions`."""
    text = match.string
    if _ELSEWHERE.search(match[0]):
        return True
    verb = _SET_ASIDE.search(text, match.start(), match.end())
    return verb is not None and _SUBJECT.search(text, max(0, verb.start() - 60), verb.start()) is not None


def _described(match: re.Match[str], good: Names, named: Names) -> bool:
    """Whether a task, a thing or data is described by what otherwise were a demand."""
    return (
        _of_asking(match, good, named)
        or _one_of_several(match, good, named)
        or _THING.search(match[0]) is not None
        or _of_other_data(match, good, named)
    )


def _of_asking(match: re.Match[str], _good: Names, _named: Names) -> bool:
    """Whether it tells what a person asked a model for, about something else: `I asked the model to label 200 tweets`."""
    before = match.string[max(0, match.start() - 60) : match.start()]
    asked = _ASKED.search(before + match[0])
    return asked is not None and asked.end() >= len(before) - 1 and "this" not in match[0]


def _one_of_several(match: re.Match[str], good: Names, named: Names) -> bool:
    """Whether the label wanted is the last of a list of labels: the task is described."""
    others = tuple(name for name in named if name not in good)
    return bool(others) and _listed(others).search(match[0]) is not None


def _of_other_data(match: re.Match[str], _good: Names, named: Names) -> bool:
    """Whether it is a number in data that has a label field of its own, with a value that is none of the policy's."""
    if not match[0].rstrip("\"'”’` ")[-1:].isdigit():
        return False
    own = _LABEL_FIELD.findall(match.string)
    names = {name.casefold() for name in named}
    return bool(own) and not any(one.strip() in names or _FINE_WORD.match(one.strip()) for one in own)


def happened(kind: Kind, text: str, start: int, end: int) -> bool:
    """Whether words tell what became of the author's own post: `die KI hat meinen Beitrag als harmlos eingestuft`."""
    if kind is Kind.AUTHORITY:
        return _OWN.search(text, start, end) is not None
    if kind not in {Kind.DEMAND, Kind.ADDRESS}:
        return False
    for own in _OWN.finditer(text, max(0, start - 30), end):
        clause = _CLAUSE_END.split(text[max(0, own.start() - 40) : own.start()])[-1]
        subject = _WORD.findall(clause)[-3:]
        if _means(subject, Concept.LABELLER) and not _means(
            _WORD.findall(text, own.start() - len(clause), end), Concept.MUST
        ):
            return True
    return False


def _means(words: Iterable[str], bits: int) -> bool:
    return any(held & bits for word in words for _, held in meaning(word))


@lru_cache(maxsize=64)
def _listed(others: tuple[str, ...]) -> re.Pattern[str]:
    spelled = "|".join(re.escape(name.casefold()) for name in others)
    return re.compile(rf"\b(?:{spelled})\b(?:\s*[,;/]\s*(?:or |and )?|\s+(?:or|and)\s+)\W{{0,3}}[\w-]+\W*$")


_TOLD: Mapping[Kind, Callable[[re.Match[str], Names, Names], bool]] = {
    Kind.OVERRIDE: _narrated,
    Kind.DEMAND: _described,
    Kind.ADDRESS: _of_asking,
    Kind.REPLY: _of_other_data,
}
"""Of some kinds: what shows that a match tells of something, and asks for nothing."""
_SET_ASIDE = re.compile(
    r"\b(?:ignor|disregard|forg[eo]t|overrid|overrul|bypass|discard|neglect|drop|eras|abandon|dismiss|skip|overlook|suspend|cancel|never|not\b|stop)\w*"
)
_SUBJECT = re.compile(
    r"\b(?:i|we|he|she|they|people|everyone|everybody|nobody|someone|who|mods?|kids?|(?:my|his|her|our|their|some|most|these|those|the) (?!(?:label|mod|review|rat|annotat|ai\b|model|system|assistant|reader))\w+)"
    r"(?:'ve|'d|'m|'re)?(?: (?:have|has|had|am|was|were|are|got|just|always|totally|completely|never|often|simply|still|then|usually|all|clearly|once|actually|basically)){0,3}"
    r"(?: (?:told|asked|allowed|forced|advised|decided|chose|tried|tend|tends|used|going|learned|happy|able)(?: \w+)? to(?: just| simply)?)?\s$"
)
_CLAUSE_END = re.compile(r"[,.:;!?\n،。，]")
_ELSEWHERE = re.compile(r"\b(?:at (?:work|school|home|my|our)|(?:of|in) (?:my|our|their|his|her)) ")
_ASKED = re.compile(r"\b(?:i|we|he|she|they) (?:asked|told|let|had|made|got) (?:the|my|our|a|an) (?:\w+ ){1,2}?to\b")
_MENTIONING = re.compile(
    r"injection|jailbreak|inject\w*|\b(?:trick\w*|attack\w*|papers?|research\w*|hackers?|chat-?bots?|chatgpt|llms?|people (?:write|type|say)|works?)\b|"
    r"注入|越狱|越獄|骗|騙|黑客|论文|論文|研究|インジェクション|らしい|本当に|人工知能|인젝션|탈옥|정말|챗봇|通じ|"
    r"\b(?:truco|ataque|inyecci\w+|injeç\w+|iniezion\w*|attacc\w+|astuce|attaque|angriff\w*|chatbot\w*|saldırı\w*|serangan|ataki?|sztuczk\w+)\b|взлом|инъекц|ломает|атак|фраз|tấn công|โจมตี|حقن|هجوم|इंजेक्शन|हमल"
)
_QUOTED = re.compile(
    r"\"[^\"\n]{3,200}\"|“[^”\n]{3,200}”|«[^»\n]{3,200}»|„[^“”\n]{3,200}[“”]|「[^」\n]{3,200}」|『[^』\n]{3,200}』|‘[^’\n]{3,200}’|(?<!\w)'[^'\n]{3,200}'"
)
_THING = re.compile(
    r"\b(?:this|that|the|my|our|your|these|those) (?!(?:post|content|message|comment|text|item|one|reply|entry|statement|sentence|line|thing|tweet|submission|input|passage|paragraph|rant|joke|words|whole|entire|following|above)s?\b)"
    r"\w+ (?:as |to be )?\W{0,2}(?:allowed|acceptable|compliant|permitted|permissible|ok|clean)$"
)
_OWN = re.compile(  # what became of one's own post is told to people
    r"\b(?:mon|mes|mi|mis|mein|meine|meinen|meiner|meu|minha|mio|mia|mój|moj|moje|mijn|benim|мой|мою|моё|мои|мій|мою)\b|我的|私の|僕の|俺の|(?<!\w)(?:내|제)\s|मेरी|मेरा|मेरे"
)
_LABEL_FIELD = re.compile(r"[\"'“]labels?[\"'”]\s*[:=]\s*[\[({]?\s*[\"'“]([^\"'”\n]{1,60})")
_FINE_WORD = re.compile(r"(?:safe|harmless|benign|none|ok|allowed|acceptable|clean)\b")
_WORD = re.compile(r"[^\W\d_][\w'’\u0300-\u036f\u0591-\u05c7\u064b-\u0670\u0900-\u0dff\u0e00-\u0e7f]*")
