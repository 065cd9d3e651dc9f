"""An error worded for a reader: what was wrong, from its code and values, in one language."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from assistant.errors import AssistantError
from assistant.messages import errors
from assistant.messages.language import Language, language

Phrase = str | tuple[str, str]
"""A text with `%(name)s` for values, or its singular and plural, chosen by the value `count`."""

_LISTED = 5  # values of a list that are named; the rest is counted


@cache
def texts_of_errors() -> Mapping[str, Phrase]:
    """The English wording of every error code."""
    found: dict[str, Phrase] = {}
    for module in pkgutil.iter_modules(errors.__path__):
        found |= import_module(f"{errors.__name__}.{module.name}").TEXTS
    return found


def what(error: AssistantError, reader: Language | None = None) -> str:
    """What was wrong, in the reader's language (English by default): one sentence without a full stop."""
    if not error.code:
        return error.what
    return phrase(texts_of_errors().get(error.code, error.code), error.values, reader or language("en"))


def phrase(text: Phrase, values: Mapping[str, object], reader: Language) -> str:
    """A text in the reader's language with its values filled in."""
    said = reader.gettext(text) if isinstance(text, str) else reader.ngettext(*text, number=_count(values))
    return said % {name: shown(value, reader) for name, value in values.items()} if values else said.replace("%%", "%")


def shown(value: object, reader: Language) -> str:
    """A value as it stands in a sentence: numbers by the locale, lists joined, known words translated."""
    match value:
        case str():
            return reader.gettext(value)
        case bool() | None:
            return str(value)
        case int() | float():
            return reader.number(value, digits=4)
        case AssistantError():
            return what(value, reader)
        case tuple() | list() | set() | frozenset():
            return _listed([shown(one, reader) for one in value], reader)
    return str(value)


def _listed(names: list[str], reader: Language) -> str:
    more = len(names) - _LISTED
    joined = ", ".join(names[:_LISTED] if more > 0 else names)
    return f"{joined} … (+{reader.number(more)})" if more > 0 else joined


def _count(values: Mapping[str, object]) -> int:
    count = values.get("count", 0)
    return count if isinstance(count, int) else 0
