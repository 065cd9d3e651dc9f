"""The fields of a reply's object: only those the prompt asked for, and each fault of an optional one costs that one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from assistant.models.chat_api import without_surrogates
from assistant.prelabel.json_text import JsonObject

_LABEL_KEYS = frozenset({"label", "labels"})
_SHARE = re.compile(r"\+?(\d{1,9}(?:\.\d+)?|\.\d+)\s*(%|percent|per cent)?", re.ASCII)
_CLAUSE_ID = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]*[0-9](?![A-Za-z0-9])", re.ASCII)
_LINKING_WORDS = frozenset({"and", "or", "clause", "clauses", "rule", "rules", "section", "id", "ids"})
_WORDS = re.compile(r"[^\W\d_]+")
_LEAST_PER_CENT = 2.0  # 1.05 is a share that overshoots, no per cent


@dataclass(frozen=True, slots=True)
class ReplyFields:
    """What the object says in the fields asked for.

    Args:
        labels: every value it gives as its label, under whatever spelling of the key.
        nested: values under such keys in objects inside it.
        clauses: the value of `clauses`; None where not given, not asked for, or given twice.
        confidence: [0, 1], None where it can't be read.
        rationale, quote: None where they are no text.
    """

    labels: tuple[object, ...]
    nested: tuple[object, ...]
    clauses: object
    confidence: float | None
    rationale: str | None
    quote: str | None


def read_fields(found: JsonObject, asked: Collection[str]) -> ReplyFields:
    """The fields by name; case and blanks of keys are forgiven, keys that were not asked for are not read.

    Args:
        found: the reply's object.
        asked: the properties of the schema the prompt asked for.
    """
    given: dict[str, list[object]] = {}
    for key, value in found:
        given.setdefault(key if key in asked else key.strip().casefold(), []).append(value)

    def only(name: str) -> object:
        values = given.get(name, ()) if name in asked else ()
        return values[0] if values and all(value == values[0] for value in values) else None

    return ReplyFields(
        labels=(*given.get("label", ()), *given.get("labels", ())),
        nested=tuple(_nested_labels(found)),
        clauses=only("clauses"),
        confidence=read_share(only("confidence")),
        rationale=_text(only("rationale")),
        quote=_text(only("quote")),
    )


def read_share(value: object) -> float | None:
    """A confidence as stated, in [0, 1]: `0.95`, `"0.95"`, `95`, `"95%"`; None for whatever is no share."""
    if isinstance(value, str):
        match = _SHARE.fullmatch(unicodedata.normalize("NFKC", value).strip())
        if match is None:
            return None
        number = float(match[1])
        if match[2]:
            return number / 100 if number <= 100 else None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
    else:
        return None
    if 0 <= number <= 1:
        return number
    return number / 100 if _LEAST_PER_CENT <= number <= 100 else None


def read_clauses(value: object, shown: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(ids cited, ids cited that were not shown), each once, in order.

    `SP1`, `[SP1]`, `sp1`, `Clause SP1: its title` and several in one text are read; a part without an id is left out.

    Args:
        value: a text, or a list of texts or of objects with an `id`.
        shown: the ids the prompt showed.
    """
    cited: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for part in value if isinstance(value, list) else [value]:
        text = next((one for key, one in part if key == "id"), None) if isinstance(part, JsonObject) else part
        if not isinstance(text, str):
            continue
        known, others = _ids_in(text, shown)
        cited.update(dict.fromkeys(known))
        unknown.update(dict.fromkeys(others))
    return tuple(cited), tuple(unknown)


def _ids_in(text: str, shown: frozenset[str]) -> tuple[list[str], list[str]]:
    """(shown ids in a text, ids that were not shown); a word of a title that looks like an id is none."""
    if text in shown:
        return [text], []
    by_case = {one.casefold(): one for one in shown}
    known, others = [], []
    for word in _CLAUSE_ID.findall(text):
        one = word if word in shown else by_case.get(word.casefold())
        if one is not None:
            known.append(one)
        elif word == word.upper():
            others.append(word)
    titled = any(word.casefold() not in _LINKING_WORDS for word in _WORDS.findall(_CLAUSE_ID.sub(" ", text)))
    return known, [] if known and titled else others


def _nested_labels(found: JsonObject) -> Iterator[object]:
    waiting: list[object] = [value for _, value in found if type(value) in (list, JsonObject)]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, JsonObject):
            yield from (value for key, value in inner if key.strip().casefold() in _LABEL_KEYS)
            waiting.extend(value for _, value in inner if type(value) in (list, JsonObject))
        elif isinstance(inner, list):
            waiting.extend(value for value in inner if type(value) in (list, JsonObject))


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return value if value.isascii() else without_surrogates(value)
