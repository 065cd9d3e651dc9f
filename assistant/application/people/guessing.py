"""Passwords others would guess: how many guesses one takes whose words, names, dates and habits are known.

A password is cut into the cheapest pieces: common words and passwords (`common_words.txt`: English, pinyin, and some of
eight more languages), words of this context (the person's name, the product, the workspace), runs of one character,
sequences, rows of keys, dates, and repeats of what came before; what is left counts character by character. Nothing is
asked of its composition: any password that takes enough guesses is taken (NIST SP 800-63B, 5.1.1.2).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

ENOUGH_BITS = 36.0
"""From so many bits on (some 70 billion guesses) a password is not one that is tried first."""

CONTEXT = frozenset(
    {
        *("assistant", "labeling", "labelling", "label", "labels", "review", "reviewer", "reviewers", "annotation"),
        *("annotator", "moderation", "moderator", "policy", "adjudicator", "adjudication", "external", "analyst"),
        *("lead", "queue", "biaozhu", "shenhe", "标注", "审核", "复核", "质检"),
    }
)
"""Words of this product that passwords are not made of, beside the person's own names and the workspace's."""

_WORDS = Path(__file__).with_name("common_words.txt")
_LOOKED_AT = 128  # characters of a long one, from either end
_LONGEST_WORD = 26
_LEET = str.maketrans("0134@5$7!8+(9", "oieaasstibtcg")
_LEET_L = str.maketrans("0134@5$7!8+(9", "oleaasstlbtcg")
_LINKS = (
    *("a", "all", "am", "and", "are", "at", "be", "can", "do", "for", "go", "got", "has", "have", "he", "her", "his"),
    *(
        "i",
        "if",
        "im",
        "in",
        "is",
        "it",
        "like",
        "me",
        "my",
        "new",
        "no",
        "not",
        "now",
        "of",
        "oh",
        "on",
        "one",
        "only",
    ),
    *("or", "our", "out", "see", "she", "so", "some", "that", "the", "they", "this", "time", "to", "two", "u"),
    *("up", "was", "way", "we", "what", "who", "will", "with", "you", "your"),
)
_CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_SAME_KEYS = str.maketrans(_CYRILLIC, "`qwertyuiop[]asdfghjkl;'zxcvbnm,.")  # Russian words typed without switching over
_KEYS = ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./")
_YEARS = range(1920, 2040)
_WORD_BITS, _LINK_BITS, _CONTEXT_BITS, _DATE_BITS, _YEAR_BITS, _CHANGED_BITS = 11.3, 6.3, 3.0, 15.0, 7.0, 1.0
_FIRST_IDEOGRAPH = "\u2e80"
_UNSHIFTED = str.maketrans('!@#$%^&*()_+{}:"<>?', "1234567890-=[];',./")
_DIGIT, _LETTER, _MARK, _OTHER = 3.33, 4.7, 3.5, 10.0


def guessable(password: str, context: Iterable[str] = ()) -> bool:
    """Whether others would guess it soon.

    Args:
        password: as it is kept, NFKC.
        context: names others connect with the person: their own, the workspace's.
    """
    words = CONTEXT | {part for name in context for part in _parts(name)}
    ends = {password[:_LOOKED_AT], password[-_LOOKED_AT:]}
    return all(guess_bits(end, words) < ENOUGH_BITS for end in ends)


def guess_bits(password: str, context: Iterable[str] = ()) -> float:
    """Binary logarithm of about how many guesses a password takes: the cheapest way to put it together.

    Args:
        password: at most 128 characters; its time grows with the square of that.
        context: words that are tried first, lower case.
    """
    plain, tried = password.casefold(), frozenset(context)
    if len(plain) != len(password):  # a letter that has no lower case of its own length: as it is
        plain = password
    cheapest = [0.0] + [math.inf] * len(plain)
    for at in range(len(plain)):
        for end, bits in _pieces(password, plain, at, tried):
            cheapest[end] = min(cheapest[end], cheapest[at] + bits)
    return cheapest[-1]


def _pieces(password: str, plain: str, at: int, context: frozenset[str]) -> Iterator[tuple[int, float]]:
    """What could stand here: where it ends, and its bits."""
    yield at + 1, _character(password[at]) + (at > 0 and password[at].isupper())
    yield from _words(password, plain, at, context)
    yield from _runs(password, plain, at)
    yield from _dates(plain, at)
    yield from _repeats(plain, at)


def _character(character: str) -> float:
    if character.isdigit():
        return _DIGIT
    if character.isascii():
        return _LETTER if character.isalpha() else _MARK
    return _OTHER if character >= _FIRST_IDEOGRAPH else _LETTER


def _words(password: str, plain: str, at: int, context: frozenset[str]) -> Iterator[tuple[int, float]]:
    known = _common()
    for end in range(at + 2, min(len(plain), at + _LONGEST_WORD) + 1):
        piece = plain[at:end]
        for spelled in dict.fromkeys((piece, piece.translate(_LEET), piece.translate(_LEET_L), piece[::-1])):
            bits = _CONTEXT_BITS if spelled in context else known.get(spelled)
            if bits is not None:
                changed = (spelled != piece) + 2 * (not _one_case(password[at:end]))
                yield end, min(bits + _CHANGED_BITS * changed, sum(map(_character, piece)))


def _runs(password: str, plain: str, at: int) -> Iterator[tuple[int, float]]:
    """One character again and again, sequences such as abc or 2468, ways over the keyboard, and two of these mixed."""
    keys = plain.translate(_UNSHIFTED)
    one, other = keys[at::2], keys[at + 1 :: 2]
    mixed = 2 * min(max(_steady(one, 0), _walk(one, 0)), max(_steady(other, 0), _walk(other, 0)))
    kinds = ((_steady(plain, at), 4.0, 0.5, 3), (_walk(keys, at), 3.5, 1.3, 3), (mixed, 9.0, 0.5, 6))
    for long, bits, each, shortest in kinds:
        for end in range(at + shortest, at + long + 1):
            yield end, bits + each * (end - at) + (0.0 if _one_case(password[at:end]) else 2.0)


def _one_case(piece: str) -> bool:
    return piece in {piece.lower(), piece.upper(), piece.capitalize()}


def _steady(plain: str, at: int) -> int:
    """How many characters follow each other at the same distance, of at most two; digits begin again after 9."""
    steps = [_step(one, other) for one, other in pairwise(plain[at : at + _LOOKED_AT])]
    if not steps or steps[0] is None or abs(steps[0]) > 2:
        return 1
    return 1 + next((number for number, step in enumerate(steps) if step != steps[0]), len(steps))


def _step(one: str, other: str) -> int | None:
    if one.isascii() and other.isascii() and one.isdigit() and other.isdigit():
        return (int(other) - int(one) + 5) % 10 - 5
    return ord(other) - ord(one) if (one.isalpha() and other.isalpha()) or one == other else None


def _walk(plain: str, at: int) -> int:
    near = _neighbors()
    long = 1
    for one, other in pairwise(plain[at:]):
        if other not in near.get(one, ""):
            break
        long += 1
    return long


def _dates(plain: str, at: int) -> Iterator[tuple[int, float]]:
    found = re.match(r"\d{4,8}", plain[at : at + 8], re.ASCII)
    digits = found[0] if found else ""
    if len(digits) >= 4 and int(digits[:4]) in _YEARS:
        yield at + 4, _YEAR_BITS
    if len(digits) >= 6 and _is_date(digits[:2], digits[2:4], digits[4:6]):
        yield at + 6, _DATE_BITS
    if len(digits) == 8 and any(
        int(year) in _YEARS and _is_day(one, other)
        for year, one, other in ((digits[:4], digits[4:6], digits[6:]), (digits[4:], digits[:2], digits[2:4]))
    ):
        yield at + 8, _DATE_BITS


def _is_date(one: str, other: str, last: str) -> bool:
    return _is_day(one, other) or _is_day(other, last)


def _is_day(one: str, other: str) -> bool:
    low, high = sorted((int(one), int(other)))
    return 1 <= low <= 12 and 1 <= high <= 31


def _repeats(plain: str, at: int) -> Iterator[tuple[int, float]]:
    """What came just before once more, forwards or backwards, and again."""
    for long in range(1, min(at, len(plain) - at) + 1):
        before = plain[at - long : at]
        end, times = at, 0
        while plain.startswith(before, end):
            end, times = end + long, times + 1
            yield end, 2.0 + math.log2(times)
        if long > 2 and plain.startswith(before[::-1], at):
            yield at + long, 3.0


@cache
def _common() -> dict[str, float]:
    """Bits of each common word."""
    words = _WORDS.read_text(encoding="utf-8").split()
    typed = (word.translate(_SAME_KEYS) for word in words if word[0] in _CYRILLIC)
    return dict.fromkeys(_LINKS, _LINK_BITS) | dict.fromkeys((*words, *typed), _WORD_BITS)


@cache
def _neighbors() -> dict[str, str]:
    """By key, those beside, above and below it."""
    near: dict[str, str] = {}
    for number, row in enumerate(_KEYS):
        for place, key in enumerate(row):
            around = [row[place - 1 : place], row[place + 1 : place + 2]]
            for other, shift in ((number - 1, 1), (number + 1, -1)):
                if 0 <= other < len(_KEYS):
                    around += [_KEYS[other][at : at + 1] for at in (place, place + shift) if at >= 0]
            near[key] = "".join(around)
    return near


def _parts(name: str) -> set[str]:
    """A name and its words, in lower case, without signs between."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    words = re.findall(r"[^\W\d_]+|\d+", plain)
    return {word for word in (*words, "".join(words), plain) if len(word) > 2}
