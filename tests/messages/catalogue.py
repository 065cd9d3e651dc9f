"""Which texts faces show in two languages, collected from code and templates, and which translations there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import assistant
from assistant.domain.reasons import AS_WRITTEN
from assistant.messages.language import LOCALES
from assistant.reports.reasons.worded import MESSAGES

FOLDER = Path(assistant.__file__).parents[1]
_METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract"), ("**.j2", "jinja2.ext:babel_extract")]
_PACKAGES = ("assistant/web", "assistant/messages", "assistant/reports", "evals")
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "marked": None,
    "marked_plural": (1, 2),
    "say": None,
    "figures": None,  # of reports: `words.say("...")`
}


@dataclass(frozen=True)
class Text:
    """A text as it is written in English, and where."""

    singular: str
    plural: str | None
    place: str


def collected() -> dict[str, Text]:
    """All texts, by their English singular."""
    options = {one: {"trimmed": "true", "silent": "false"} for one in ("**.html", "**.j2")}
    found: dict[str, Text] = {}
    for package in _PACKAGES:
        for name, line, message, _, _ in extract_from_dir(str(FOLDER / package), _METHODS, options, _KEYWORDS):
            singular, plural = (message[0], message[1]) if isinstance(message, tuple) else (message, None)
            found.setdefault(singular, Text(singular, plural, f"{package}/{name}:{line}"))
    for code, english in MESSAGES.items():
        if code != AS_WRITTEN:
            found.setdefault(english, Text(english, None, f"assistant/reports/reasons: {code}"))
    return found


@dataclass(frozen=True)
class Translation:
    """One translation in one file."""

    file: str
    english: str
    plural: str | None
    forms: tuple[str, ...]
    fuzzy: bool


def translations(code: str = "zh") -> Iterator[Translation]:
    """Every entry of every file of a language."""
    for path in sorted((LOCALES / code / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=code, abort_invalid=True):
                if message.id:
                    singular, plural = message.id if isinstance(message.id, tuple | list) else (message.id, None)
                    forms = tuple([message.string] if isinstance(message.string, str) else message.string)
                    yield Translation(path.name, singular, plural, forms, message.fuzzy)
