"""The writing system of a text by Unicode block: identifies most languages that aren't written in Latin."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter

LATIN, HAN, KANA, HANGUL = "Latin", "Han", "Kana", "Hangul"

# First code point of each block, and the script of the letters from there to the next start; "" = no letters of ours.
# Source: Unicode 15.1, Blocks.txt.
_BLOCKS: tuple[tuple[int, str], ...] = (
    (0x0000, LATIN),
    (0x0250, ""),
    (0x0370, "Greek"),
    (0x0400, "Cyrillic"),
    (0x0530, "Armenian"),
    (0x0590, "Hebrew"),
    (0x0600, "Arabic"),
    (0x0700, ""),
    (0x0750, "Arabic"),
    (0x0780, ""),
    (0x08A0, "Arabic"),
    (0x0900, "Devanagari"),
    (0x0980, "Bengali"),
    (0x0A00, "Gurmukhi"),
    (0x0A80, "Gujarati"),
    (0x0B00, "Oriya"),
    (0x0B80, "Tamil"),
    (0x0C00, "Telugu"),
    (0x0C80, "Kannada"),
    (0x0D00, "Malayalam"),
    (0x0D80, "Sinhala"),
    (0x0E00, "Thai"),
    (0x0E80, "Lao"),
    (0x0F00, ""),
    (0x1000, "Myanmar"),
    (0x10A0, "Georgian"),
    (0x1100, HANGUL),
    (0x1200, "Ethiopic"),
    (0x13A0, ""),
    (0x1780, "Khmer"),
    (0x1800, ""),
    (0x1E00, LATIN),
    (0x1F00, "Greek"),
    (0x2000, ""),
    (0x3041, KANA),
    (0x3100, ""),
    (0x3130, HANGUL),
    (0x3190, ""),
    (0x31F0, KANA),
    (0x3200, ""),
    (0x3400, HAN),
    (0x4DC0, ""),
    (0x4E00, HAN),
    (0xA000, ""),
    (0xAC00, HANGUL),
    (0xD7B0, ""),
    (0xF900, HAN),
    (0xFB00, ""),
    (0xFB1D, "Hebrew"),
    (0xFB50, "Arabic"),
    (0xFE00, ""),
    (0xFE70, "Arabic"),
    (0xFEFF, ""),
    (0xFF66, KANA),
    (0xFFA0, ""),
    (0x20000, HAN),
    (0x323B0, ""),
)
_STARTS = tuple(start for start, _ in _BLOCKS)
_NAMES = tuple(name for _, name in _BLOCKS)
_BEYOND_LATIN = re.compile(r"[^\x00-\u036f\u1e00-\u1eff\u2000-\u303f\ud800-\uf8ff\ufe00-\ufe6f\U0001f000-\U0001ffff]")
_ENOUGH = 64  # letters beyond Latin that settle the question; more only cost time
_LATIN_LETTERS_A_HAN = 2  # one Han character carries about as much as two Latin letters


def script_of(character: str) -> str:
    """The script of one character, `""` for anything that is no letter of a known script."""
    return _NAMES[bisect_right(_STARTS, ord(character)) - 1]


def dominant_script(text: str, latin_letters: int) -> str:
    """The script most of the text is written in.

    Args:
        text: cleaned of links, mentions and tags; its first 64 letters beyond Latin are looked at.
        latin_letters: how many Latin letters the text has.

    Returns:
        A script's name; `Kana` for Japanese, which mixes kana with Han; `""` when there are no letters.
    """
    if text.isascii():
        return LATIN if latin_letters else ""
    counts = Counter(map(script_of, _BEYOND_LATIN.findall(text)[:_ENOUGH]))
    counts.pop("", None)
    counts.pop(LATIN, None)
    kana, han = counts.pop(KANA, 0), counts.pop(HAN, 0)
    # One kana in a Chinese post (の is fashionable) doesn't make it Japanese; running Japanese is a third kana or more.
    counts[KANA if kana * 5 > kana + han else HAN] = kana + han
    name, letters = counts.most_common(1)[0]
    weight = letters * (_LATIN_LETTERS_A_HAN if name in {HAN, KANA, HANGUL} else 1)
    if weight and weight >= latin_letters:
        return name
    return LATIN if latin_letters else ""
