"""Texts, dates and numbers in the reader's language: the one message catalogue of pages, reports and commands.

Texts are written in English in templates and code, `_("...")`; translations are in `locale/zh/LC_MESSAGES/*.po`, one
file per feature, read when they are first needed: no build step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from babel.core import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent

LOCALES = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "zh": "简体中文"}
DEFAULT = "en"
_TAGS = {"en": "en", "zh": "zh-Hans"}  # as the HTML `lang` attribute wants them
_LOCALES = {"en": "en", "zh": "zh_Hans_CN"}

Texts = Mapping[str, tuple[str, ...]]


def marked(text: str) -> str:
    """The text itself: tells the collector of texts that `_(...)` will be asked for it later, from a table."""
    return text


def marked_plural(singular: str, plural: str) -> tuple[str, str]:
    """Both forms themselves, marked as `marked` does it: `ngettext` will be asked for them later, from a table."""
    return singular, plural


@dataclass(frozen=True)
class Language:
    """One language of the pages.

    Args:
        code: `en` or `zh`.
        tag: for the HTML `lang` attribute.
        locale: how dates and numbers look.
        texts: translations by English text; one per plural form.
    """

    code: str
    tag: str
    locale: Locale
    texts: Texts

    def gettext(self, text: str) -> str:
        """The text in this language; itself where there is no translation."""
        found = self.texts.get(text)
        return found[0] if found else text

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The text in this language, in the form that goes with a number."""
        found = self.texts.get(singular)
        if found:
            return found[min(0 if number == 1 else 1, len(found) - 1)]
        return singular if number == 1 else plural

    def number(self, value: float, digits: int = 2) -> str:
        """`12,345.68`: at most so many digits after the point."""
        return format_decimal(round(value, digits), locale=self.locale)

    def percent(self, share: float, digits: int = 1) -> str:
        """`93.3%` of a share 0..1."""
        pattern = "#,##0." + "0" * digits + "%" if digits else "#,##0%"
        return format_percent(share, format=pattern, locale=self.locale)

    def money(self, dollars: float) -> str:
        """`US$12.30`, to a hundredth of a cent below ten cents."""
        exact = 0 < abs(dollars) < 0.1
        pattern = "¤#,##0.0000" if exact else "¤#,##0.00"
        return format_currency(dollars, "USD", format=pattern, locale=self.locale, currency_digits=False)

    def date(self, value: str | date) -> str:
        """A day, from ISO 8601."""
        day = datetime.fromisoformat(value).date() if isinstance(value, str) else value
        return format_date(day, format="medium", locale=self.locale)

    def moment(self, value: str | datetime) -> str:
        """A day and time in UTC, from ISO 8601, and saying that it is UTC."""
        return f"{format_datetime(_moment(value), 'yyyy-MM-dd HH:mm', locale=self.locale)} UTC"

    def ago(self, value: str | datetime, now: datetime | None = None) -> str:
        """`3 hours ago`, `in 5 minutes`."""
        passed = _moment(value) - (now or datetime.now(UTC))
        return format_timedelta(passed, add_direction=True, locale=self.locale)

    def duration(self, seconds: float) -> str:
        """`3 hours`: the largest unit that fits."""
        return format_timedelta(timedelta(seconds=seconds), threshold=1, locale=self.locale)


def _moment(value: str | datetime) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def language(code: str) -> Language:
    """A language by its code; English for codes there are no texts for."""
    known = code if code in LANGUAGES else DEFAULT
    return Language(known, _TAGS[known], Locale.parse(_LOCALES[known]), read_texts(known))


def read_texts(code: str) -> Texts:
    """All translations of a language: its files, joined."""
    texts: dict[str, tuple[str, ...]] = {}
    for path in sorted((LOCALES / code / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=_LOCALES[code])
        for message in catalogue:
            if message.id and message.string and "fuzzy" not in message.flags:
                key = message.id if isinstance(message.id, str) else message.id[0]
                forms = (message.string,) if isinstance(message.string, str) else tuple(message.string)
                if all(forms):
                    texts[key] = forms
    return texts


def choose(preferred: str | None, accepted: str = "") -> Language:
    """The language a person chose, else the first one their browser accepts that there is, else English.

    Args:
        preferred: a code, None or "" where nothing was chosen.
        accepted: the `Accept-Language` header.
    """
    if preferred in LANGUAGES:
        return language(preferred)
    ranked = sorted(_weighted(accepted), key=lambda pair: -pair[1])
    return language(next((code for code, weight in ranked if weight > 0 and code in LANGUAGES), DEFAULT))


def _weighted(accepted: str) -> Iterator[tuple[str, float]]:
    for part in accepted[:500].split(","):
        tag, _, weight = part.partition(";q=")
        try:
            yield tag.strip().lower().partition("-")[0], float(weight or 1)
        except ValueError:
            continue


_SPOKEN: ContextVar[Language | None] = ContextVar("assistant_language", default=None)


def spoken() -> Language:
    """The language of the page that is being made; English outside of one."""
    return _SPOKEN.get() or language(DEFAULT)


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Make a page in this language."""
    token = _SPOKEN.set(chosen)
    try:
        yield
    finally:
        _SPOKEN.reset(token)
