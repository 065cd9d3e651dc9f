"""Which language a post is written in, offline: by its script first, then by letter statistics, then by small words."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence, Set
from difflib import get_close_matches
from typing import TYPE_CHECKING

from assistant.domain.items import UNKNOWN_LANGUAGE
from assistant.errors import InvalidValueError
from assistant.ingest.languages.function_words import vote
from assistant.ingest.languages.scripts import HAN, HANGUL, KANA, LATIN, dominant_script

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier as Model

# Scripts that say the language by themselves, and those that several languages share.
_LANGUAGES_OF_SCRIPT: dict[str, tuple[str, ...]] = {
    HAN: ("zh",),
    KANA: ("ja",),
    HANGUL: ("ko",),
    "Greek": ("el",),
    "Armenian": ("hy",),
    "Hebrew": ("he",),
    "Gurmukhi": ("pa",),
    "Gujarati": ("gu",),
    "Oriya": ("or",),
    "Tamil": ("ta",),
    "Telugu": ("te",),
    "Kannada": ("kn",),
    "Malayalam": ("ml",),
    "Sinhala": ("si",),
    "Thai": ("th",),
    "Lao": ("lo",),
    "Myanmar": ("my",),
    "Georgian": ("ka",),
    "Ethiopic": ("am",),
    "Khmer": ("km",),
    "Bengali": ("bn", "as"),
    "Devanagari": ("hi", "mr", "ne"),
    "Arabic": ("ar", "fa", "ur", "ps", "ug"),
    "Cyrillic": ("ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg"),
}
# Latin languages the statistics always weigh beside the configured ones: without them every French post of a
# workspace for English and Chinese would be called English.
_LATIN_BACKGROUND = frozenset(
    {"en", "es", "fr", "de", "it", "pt", "nl", "pl", "tr", "id"}
    | {"vi", "sv", "ro", "cs", "tl", "sw", "da", "no", "fi", "hu"}
)
_SCRIPT_LANGUAGES = frozenset(language for group in _LANGUAGES_OF_SCRIPT.values() for language in group)
_ALIASES = {"nb": "no", "nn": "no", "fil": "tl", "iw": "he", "in": "id", "cmn": "zh"}

_NOISE = re.compile(r"https?://\S+|www\.\S+|[@#]\w+|<\w+>|\[\w+\]|&#?\w+;|[\d_]+")
_NOISE_SIGNS = frozenset(":.@#<[&_0123456789")
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_NOT_ASCII_LETTERS = bytes(code for code in range(256) if not chr(code).isalpha() or code > 127)
_SAMPLE = 300  # characters looked at; more adds time, no accuracy
_FEW_LETTERS = 12  # below that, letter statistics guess (9 % of short English got another language)
_CLEAR_LEAD = 3  # function words ahead of any other language that spare the statistics, 2 of 3 English posts
_SURE = 0.5  # the model's probability from which its answer is taken


class LanguageIdentifier:
    """Names the language of short posts among the configured ones; says `und` when unsure.

    Args:
        languages: BCP 47 tags the workspace works in, e.g. `("en", "zh-Hans")`; an answer is one of them or `und`.
            Two tags with one primary subtag (`zh-Hans`, `zh-Hant`) can't be distinguished: the first is answered.

    Raises:
        InputError: a tag names a language that can't be identified.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        # py3langid reads a 4.6 MB model (0.9 s CPU): only commands that identify languages pay for it.
        from py3langid import langid  # noqa: PLC0415

        model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
        self._tags = _tags_by_language(languages, model.labels)
        latin = [language for language in self._tags if language not in _SCRIPT_LANGUAGES]
        self._models = {LATIN: _restricted(model, _LATIN_BACKGROUND.union(latin))}
        for script, candidates in _LANGUAGES_OF_SCRIPT.items():
            if len(candidates) > 1 and not self._tags.keys().isdisjoint(candidates):
                self._models[script] = _restricted(model, set(candidates))

    def identify(self, text: str) -> str:
        """The configured tag of the language `text` is written in, or `und`.

        Links, mentions, hashtags, tags in brackets, digits and emoji are ignored; the first 300 characters decide.
        """
        sample = text[:_SAMPLE]
        if not _NOISE_SIGNS.isdisjoint(sample):
            sample = _NOISE.sub(" ", sample)
        latin_letters = _latin_letters(sample)
        script = dominant_script(sample, latin_letters)
        language = self._latin(sample, latin_letters) if script == LATIN else self._by_script(script, sample)
        return self._tags.get(language, UNKNOWN_LANGUAGE)

    def _by_script(self, script: str, sample: str) -> str:
        candidates = _LANGUAGES_OF_SCRIPT.get(script, ())
        if len(candidates) == 1:
            return candidates[0]
        return self._by_statistics(script, sample)

    def _latin(self, sample: str, letters: int) -> str:
        words = _WORDS.findall(sample.lower().replace("’", "'"))
        clear = vote(words, lead=_CLEAR_LEAD)
        if clear is not None:
            return clear
        language = self._by_statistics(LATIN, sample) if letters >= _FEW_LETTERS else UNKNOWN_LANGUAGE
        return (vote(words) or UNKNOWN_LANGUAGE) if language == UNKNOWN_LANGUAGE else language

    def _by_statistics(self, script: str, sample: str) -> str:
        model = self._models.get(script)
        if model is None:
            return UNKNOWN_LANGUAGE
        language, probability = model.classify(sample)
        return str(language) if probability >= _SURE else UNKNOWN_LANGUAGE


def _latin_letters(sample: str) -> int:
    """How many Latin letters the sample has: those of ASCII and any other below U+0250."""
    if sample.isascii():
        return len(sample.encode("ascii").translate(None, _NOT_ASCII_LETTERS))
    return sum(character < "\u0250" and character.isalpha() for character in sample)


def _restricted(model: Model, languages: Set[str]) -> Model:
    """A copy of the model that answers only among `languages`; the big tables are shared."""
    copied = copy.copy(model)
    copied.set_languages(sorted(languages))
    return copied


def _tags_by_language(tags: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """Our model's language code -> the configured tag; the first tag of a language wins."""
    found: dict[str, str] = {}
    unknown = []
    for tag in tags:
        primary = tag.replace("_", "-").split("-")[0].lower()
        language = _ALIASES.get(primary, primary)
        if language in known or language in _SCRIPT_LANGUAGES:
            found.setdefault(language, tag)
        else:
            unknown.append(tag)
    if unknown:
        near = [match for tag in unknown for match in get_close_matches(tag.lower(), known, n=1)]
        tags = ", ".join(map(repr, unknown))
        if near:
            raise InvalidValueError("languages_unknown_near", where="languages", tags=tags, near=tuple(near))
        raise InvalidValueError("languages_unknown", where="languages", tags=tags)
    return found
