"""What tells of rules, labels and models and asks for nothing: what others did, descriptions, quotations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from assistant.routing.instructions.lexicon import Concept, meaning
from assistant.routing.instructions.patterns import InstructionKind

Names = tuple[str, ...]
"""Names of labels."""


def tells(kind: InstructionKind, match: re.Match[str], good: Names, named: Names) -> bool:
    """Whether what a pattern of this kind found is reported, not requested.

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
    if _ELSEWHERE.search(match[0]) or (
        _WITHOUT_RULES.search(match[0]) and not _TO_LABELLER.search(text, match.end(), match.end() + 160)
    ):
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
        or _of_a_program(match, good, named)
        or _OF_A_THING.match(match.string, max(0, match.end() - 14)) is not None
    )


def _of_asking(match: re.Match[str], _good: Names, _named: Names) -> bool:
    """Whether it tells what a person asked a model for, about something else: `I asked the model to label 200 tweets`."""
    before = match.string[max(0, match.start() - 60) : match.start()]
    asked = _ASKED.search(before + match[0])
    return asked is not None and asked.end() >= len(before) - 1 and "this" not in match[0]


def _of_a_program(match: re.Match[str], _good: Names, _named: Names) -> bool:
    """Whether a program chooses or compares a label, or it is given what a program of one's own gives."""
    text = match.string
    if _OWN_PROGRAM.search(text, max(0, match.start() - 60), match.end()) and "this" not in match[0]:
        return True
    return _COMPARED.search(text) is not None and (_OTHERWISE.search(text) is not None or "==" in match[0])


def _in_markup_talk(match: re.Match[str], _good: Names, _named: Names) -> bool:
    """Whether a token or tag is named within a sentence about markup: `a user types </content>, how do I escape it`."""
    text = match.string
    line_start, line_end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
    before, after = text[line_start : match.start()], text[match.end() : line_end if line_end >= 0 else len(text)]
    return (
        bool(before.strip())
        and len(_WORD.findall(after)) >= 2
        and _MARKUP_TALK.search(text) is not None
        and not _TO_LABELLER.search(text)
    )


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


def happened(kind: InstructionKind, text: str, start: int, end: int) -> bool:
    """Whether words tell what became of the author's own post: `die KI hat meinen Beitrag als harmlos eingestuft`."""
    if kind is InstructionKind.AUTHORITY:
        return _OWN.search(text, start, end) is not None
    if kind is InstructionKind.OVERRIDE:
        return _IGNORED.search(text, max(0, start - 20), end) is not None and not _means(
            _WORD.findall(text), Concept.GOOD
        )
    if kind not in {InstructionKind.DEMAND, InstructionKind.ADDRESS}:
        return False
    if _PRINTED.search(text, max(0, start - 20), end):
        return True
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


_TOLD: Mapping[InstructionKind, Callable[[re.Match[str], Names, Names], bool]] = {
    InstructionKind.OVERRIDE: _narrated,
    InstructionKind.DEMAND: _described,
    InstructionKind.ADDRESS: _of_asking,
    InstructionKind.REPLY: lambda match, good, named: (
        _of_other_data(match, good, named) or _of_a_program(match, good, named)
    ),
    InstructionKind.FENCE: _in_markup_talk,
    InstructionKind.ROLE: _in_markup_talk,
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
_WITHOUT_RULES = re.compile(r"\b(?:imagine|suppose|assume|if)\b.{0,12}\bthere (?:were|was|are|is) no\b")
_TO_LABELLER = re.compile(
    r"label|classif|verdict|confidence|\b(?:(?:answer|reply|respond|say|mark|judge|rate)\b(?= (?:with|only|as|it|this|the|that|\W*safe)\b)|flag\w*|moderat\w*|safe|harmless|benign|allowed|violat\w*|policy)\b|"
    r"\byou (?:are|must|should|may|can|will|have)\b|安全|标|审|合规"
)
_MARKUP_TALK = re.compile(
    r"\b(?:html|xml|css|rss|jsx?|react|parsers?|pars(?:e|es|ing)|escap\w+|regex|tokens?|tokeni[sz]\w*|vocabulary|browser|json|tags?|llama\w*|qwen\w*|mistral\w*|template|markdown|php|python|stop sequence|eos|why (?:does|do|is) my|how (?:do|can) i)\b"
)
_OWN_PROGRAM = re.compile(
    r"\b(?:my|our|their|his|her) (?:\w+ )?(?:classifier|model|bot|network|detector)s? (?:\w+ly )?(?:label|classif|mark|predict|say|flag|rate|score|tag|return|give|output|call)\w*|"
    r"\b(?:classifiers?|models?|ais?|bots?|networks?|detectors?) (?:that |which )?(?:i|we|they) (?:\w+ly )?(?:have )?(?:train|build|built|use|made|wrote|tun|ship|deploy)\w*|"
    r"\bwhy (?:does|do|did|is|would) (?:this|it|my|the|our)\b[^.!?\n]{0,30}$|\bwhy (?:does|do|did) (?:this|it|my|our|the)\b (?:\w+ ){0,3}(?:give|return|say|predict|output|print)"
)
_COMPARED = re.compile(r"(?:^|\n|\s)(?:if|elif|while)\b[^\n]{0,80}?(?:[<>=!]=|[<>]|\bin\b)\s*[\w\"'.]|\.predict\w*\(")
_OTHERWISE = re.compile(r"\belse\b|\breturn\b[^\n]*\n(?:.|\n)*\breturn\b|\bunsafe\b")
_IGNORED = re.compile(  # third persons, in the past: who tells of them asks for nothing
    r"\b(?:pas[óo] por alto|pasaron por alto|ignor[óo]\b|ignoraron|ignoraba|olvid[óo]\b|olvidaron|(?:a|ont|avait|avaient) (?:\w+ )?(?:ignoré|oublié|contourné)|"
    r"(?:hat|haben|hatte|hatten)\b.{0,60}(?:ignoriert|missachtet|vergessen|übergangen)|ha(?:nno)? (?:\w+ )?(?:ignorato|dimenticato)|ignorou|ignoraram|esqueceu|esqueceram|"
    r"(?:про)?игнорировал\w*|нарушил\w*|забыл\w*|zignorowa[łl]\w*|heeft .{0,40}genegeerd|görmezden geldi)"
)
_OF_A_THING = re.compile(  # `put the clean laundry away`; looked for at the end of what was found
    r".{0,14}?\b(?:the|my|our) (?:clean|allowed|acceptable|ok|permitted) (?!(?:category|class|label|bucket|group|tag|answer|verdict|rating|option|one|and|or|because|with|please)\b)[a-z]{3,}"
)
_THING = re.compile(
    r"\b(?:this|that|the|my|our|your|these|those) (?!(?:as|to|be|is|post|content|message|comment|text|item|one|reply|entry|statement|sentence|line|thing|tweet|submission|input|passage|paragraph|rant|joke|words|whole|entire|following|above)s?\b)"
    r"\w+ (?:as |to be )?\W{0,2}(?:allowed|acceptable|compliant|permitted|permissible|ok|clean)$"
)
_OWN = re.compile(  # what became of one's own post is reported
    r"\b(?:mon|mes|mi|mis|mein|meine|meinen|meiner|meu|minha|mio|mia|mój|moj|moje|mijn|benim|мой|мою|моё|мои|мій|мою)\b|我的|私の|僕の|俺の|(?<!\w)(?:내|제)\s|मेरी|मेरा|मेरे"
)
_PRINTED = re.compile(  # labels that are printed on things
    r"(?:标签|標籤|标识)上(?:写|寫|标|標|印|说|說|注)|(?:产品|產品|商品|食品|包装|包裝)的?(?:标签|標籤)|吊牌|ラベルには|"
    r"\betiquetas? (?:del|de la|do|da) |l'étiquette (?:dit|indique|du|de la)|на этикетке|sull'etichetta|auf dem etikett|na etykiecie|op het etiket"
)
_LABEL_FIELD = re.compile(r"[\"'“]labels?[\"'”]\s*[:=]\s*[\[({]?\s*[\"'“]([^\"'”\n]{1,60})")
_FINE_WORD = re.compile(r"(?:safe|harmless|benign|none|ok|allowed|acceptable|clean)\b")
_WORD = re.compile(r"[^\W\d_][\w'’\u0300-\u036f\u0591-\u05c7\u064b-\u0670\u0900-\u0dff\u0e00-\u0e7f]*")
