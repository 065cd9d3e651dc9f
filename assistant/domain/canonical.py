"""One canonical form: when two spellings are one label, person or item, and when a cell says nothing.

Everything that reads answers compares by the keys given here, so that one file means the same to every command. A key
is for comparing only; what is stored and shown is the policy's own spelling of a label, the known spelling of a person,
the item's own id.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

# What shows nothing in a line of text: zero-width characters, directional marks, the byte order mark, soft hyphens.
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\x00]")
_EDGES = " \t\n\r\v\f\x85\xa0\u2000\u2001\u2002\u2003\u2009\u200a\u200b\u202f\u3000\ufeff"
_SIGNS = str.maketrans({"．": ".", "－": "-", "−": "-", "＋": "+"})
_NUMERAL = re.compile(r"\+?(-?\d+)(?:\.(\d*?)0*)?", re.ASCII)
_WHOLE = re.compile(r"([+-]?\d+)\.0*", re.ASCII)
_JOINED = re.compile(r"(?<=\w)[\s_\-\u2010-\u2015]+(?=\w)")
_FINAL_STOP = re.compile(r"(?<=\w)\.$")
_FOLDINGS = 3  # the few characters whose folding folds again are stable after two

ERROR_CELLS = frozenset(
    (
        *("#N/A", "#N/A!", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"),
        *("#CALC!", "#GETTING_DATA", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!"),
        *("#PYTHON!", "#EXTERNAL!", "#ERROR!", "#BEZUG!", "#WERT!", "#ZAHL!", "#VALEUR!"),
        *("#NOMBRE!", "#¡REF!", "#¡VALOR!", "#¡NUM!"),
    )
)
"""What a spreadsheet shows where a formula failed."""

PROGRAM_WORDS = frozenset(
    (
        *("nan", "NaN", "NAN", "-nan", "-NaN", "None", "NULL", "null", "N/A", "n/a", "NA", "<NA>", "NaT"),
        *("(null)", "<null>", "[null]", "\\N", "#N/A N/A", "1.#QNAN", "-1.#IND"),
    )
)
"""What programs (pandas, NumPy, R, SQL) write where nothing is known; upper and lower case as they do it."""

_ANY_CASE = frozenset(word.casefold() for word in (*ERROR_CELLS, *PROGRAM_WORDS)) - {"none", "na"}
# People name labels so too.
_UNLESS_A_LABEL = frozenset({"none", "na", "undefined", "nil", "-", "--", "—", "#na", "#nv"})


def canonical_text(value: object) -> str | None:  # noqa: PLR0911 - one for each type
    """A cell with one value as text: NFC, without blanks around it; numbers by their shortest digits (`1.0` is `1`).

    Args:
        value: text, a number, a truth value (`true`, `false`), or None and NaN, which are the empty text.

    Returns:
        None for what is no single value (a list, an object, bytes).
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            if value != value:  # noqa: PLR0124 - NaN alone differs from itself
                return ""
            return str(int(value)) if abs(value) < 2**63 and value == int(value) else str(value)
        case str():
            text = unicodedata.normalize("NFC", value).strip(_EDGES)
            return _numeral(text) or text
        case _:
            return None


@lru_cache(maxsize=4096)
def label_key(text: str) -> str:
    """Equal for two spellings of one label.

    Forgiven are: Unicode composition, case, blanks around and between words, `_` and `-` between words written for a
    blank, one full stop at the end, characters that show nothing, and how a number is written (`1`, `1.0`, `１`).
    """
    text = _visible(text)
    if (number := _numeral(text)) is not None:
        return number
    return _folded(_FINAL_STOP.sub("", _JOINED.sub(" ", text)))


@lru_cache(maxsize=4096)
def rater_key(text: str) -> str:
    """Equal for two spellings of one person: `Ana`, `ana ` and `ANA`; `3` and `3.0`; composed letters or not."""
    text = _visible(text)
    return _numeral(text) or _folded(text)


def id_key(text: str) -> str:
    """Equal for two spellings of one item's id: `7` and `7.0`, composed and decomposed letters. Case counts in ids."""
    text = unicodedata.normalize("NFC", text).strip(_EDGES)
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text


def id_spellings(text: str) -> tuple[str, ...]:
    """The spellings under which the item of that id may be known, the id as it is first."""
    key = id_key(text)
    number = (f"{key}.0",) if key.lstrip("+-").isdecimal() and key.isascii() else ()
    forms = () if key.isascii() else (unicodedata.normalize("NFD", key),)
    return tuple(dict.fromkeys((text, key, *number, *forms)))


def same_items(name: str, known: Collection[str]) -> tuple[str, ...]:
    """The known ids that a name may mean: itself where it is one, else all that `id_key` takes for the same."""
    return (name,) if name in known else tuple(one for one in id_spellings(name) if one in known)


def says_nothing(text: str, *, closed: bool = False) -> bool:
    """Whether a cell's text is a word for nothing: empty, `nan`, `None`, `null`, `N/A`, `#REF!` and the like.

    A label may be called so: ask `LabelNames.says_nothing` where the labels are known.

    Args:
        text: the cell.
        closed: whether all labels are known and this is none of them; then `none`, `na`, `nil` and `-` say nothing in
            every case of letters, else only as programs write them (`None`, `NA`).
    """
    text = _visible(text)
    return (
        not text
        or text in PROGRAM_WORDS
        or text.casefold() in _ANY_CASE
        or (closed and text.casefold() in _UNLESS_A_LABEL)
    )


def written_for_nothing(value: object) -> bool:
    """Whether a cell of content, an id or a name holds nothing, or the word a program or a spreadsheet writes for it.

    Exactly as they write it: `nan` and `None` are, `Nan` (a grandmother) and `none` (an answer) are not.
    """
    if isinstance(value, float):
        return value != value  # noqa: PLR0124 - NaN alone differs from itself
    if not isinstance(value, str):
        return value is None
    text = _visible(value)
    return not text or text in PROGRAM_WORDS or text in ERROR_CELLS


@dataclass(frozen=True)
class LabelNames:
    """The labels an answer may hold, and how they are recognised.

    Args:
        names: as they are spelled, in order.
        closed: whether these are all (a policy's label set); else other labels may occur too.
    """

    names: tuple[str, ...] = ()
    closed: bool = False

    @cached_property
    def _by_key(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.names:
            found.setdefault(label_key(name), []).append(name)
        return found

    def find(self, text: str) -> str | None:
        """The label a text names: spelled exactly so, else the only one of the same key; None for none or several."""
        if text in self.names:
            return text
        alike = self._by_key.get(label_key(text), [])
        return alike[0] if len(alike) == 1 else None

    def says_nothing(self, text: str) -> bool:
        """Whether a text is a word for nothing; one that is a label is that label."""
        return label_key(text) not in self._by_key and says_nothing(text, closed=self.closed)


def common_spelling(spellings: Iterable[str], preferred: Sequence[str] = ()) -> dict[str, str]:
    """By label key, one spelling: the preferred one where there is one, else the most frequent, the first of equals.

    Args:
        spellings: every occurrence, in order.
        preferred: spellings that go before all others (a label set).
    """
    counts: dict[str, dict[str, int]] = {}
    for text in spellings:
        of_key = counts.setdefault(label_key(text), {})
        of_key[text] = of_key.get(text, 0) + 1
    chosen = {key: max(of_key, key=lambda text: of_key[text]) for key, of_key in counts.items()}
    return chosen | {label_key(text): text for text in reversed(preferred)}


def twins(names: Collection[str]) -> list[tuple[str, str]]:
    """Pairs of labels, the earlier one first, that only differ in what `label_key` forgives."""
    first: dict[str, str] = {}
    return [(earlier, name) for name in names if (earlier := first.setdefault(label_key(name), name)) != name]


def _visible(text: str) -> str:
    """NFC, one blank between words and none around, without what shows nothing."""
    if text.isascii() and text.isalnum():
        return text
    return unicodedata.normalize("NFC", " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split()))


def _numeral(text: str) -> str | None:
    """The shortest digits of a number in any script's decimal digits (`1.50` is `1.5`); None for other text.

    Digits of all scripts mean the same number, so they are one; other full-width letters stay what they are.
    """
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text.translate(_SIGNS))
    found = _NUMERAL.fullmatch(text)
    if found is None:
        return None
    number = f"{found[1]}.{found[2]}" if found[2] else found[1]
    return "0" if number == "-0" else number


def _folded(text: str) -> str:
    for _ in range(_FOLDINGS):
        text = unicodedata.normalize("NFC", text.casefold())
    return text
