"""Texts that are written inside a text in a simple code: each decoder finds its runs and gives what they say.

What comes out counts only where it reads as a text; of a picture's base64, a key or a hash nothing does.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator

_LONGEST = 20_000  # characters of code that are decoded at once
_LEAST = 6  # characters a decoded text has at least
_PRINTABLE = 0.95

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{4,}(?:(?:\s{1,3}|-\n)?[A-Za-z0-9+/_-]{4,})*={0,2}")
_BASE32 = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z2-7]{8}\s?){2,}[A-Z2-7]{0,7}={0,6}")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:(?:0x|\\x|=|%)?[0-9a-fA-F]{2}[\s:,;_-]{0,2}){8,}(?![0-9A-Za-z])")
_BINARY = re.compile(r"(?<![01])(?:[01]{7,8}[\s,;_-]{0,2}){6,}(?![01])")
_DECIMAL = re.compile(r"(?<!\d)(?:1?\d{2}(?:[\s,;.-]{1,2}|$)){8,}")
_OCTAL = re.compile(r"(?<![\d\\])(?:\\?[01]?[0-7]{2}[\s,;]?){8,}")
_ESCAPE = re.compile(r"\\u\{?([0-9a-fA-F]{4,6})\}?|\\x([0-9a-fA-F]{2})|[uU]\+([0-9a-fA-F]{4,6})\s?|\\U([0-9a-fA-F]{8})")
_PERCENT = re.compile(r"(?:[%=][0-9a-fA-F]{2})+")
_MORSE_SIGN = r"[.\-·•‧∙–—−_]{1,6}"
_MORSE = re.compile(rf"(?<![\w.])(?:{_MORSE_SIGN}(?:\s{{1,3}}|\s*[/|]\s*)){{7,}}{_MORSE_SIGN}(?![\w.])")
_MORSE_CODES = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.. "
    "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----."
)
_MORSE_LETTERS = dict(zip(_MORSE_CODES.split(), "abcdefghijklmnopqrstuvwxyz0123456789", strict=True))
_BRAILLE = re.compile("[\u2800-\u28ff]{3,}(?:\\s?[\u2800-\u28ff]+)*")
_BRAILLE_LETTERS = dict(zip("⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵⠀", "abcdefghijklmnopqrstuvwxyz ", strict=True))


def decoded(text: str) -> Iterator[tuple[str, str]]:
    """(name of the code, what is written in it) for each run that reads as a text."""
    for name, sign, decode in _DECODERS:
        if sign(text):
            for found in decode(text[:_LONGEST]):
                if len(found) >= _LEAST and found != text:
                    yield name, found


def reads_as_text(found: str) -> bool:
    """Whether decoded characters are a text: printable nearly all, and letters for the most part."""
    if len(found) < _LEAST:
        return False
    fine = sum(one.isprintable() or one in "\n\t\r" for one in found)
    letters = sum(one.isalpha() or one == " " for one in found)
    return fine >= _PRINTABLE * len(found) and letters >= 0.6 * len(found)


def _of_base64(text: str) -> Iterator[str]:
    for run in _BASE64.finditer(text):
        if len(run[0]) >= 12:
            yield from _first_text(_base64_candidates(run[0]))


def _base64_candidates(run: str) -> Iterator[str]:
    """The whole run, blanks and line ends taken out; else its parts: words around it may look like code."""
    yield "".join(run.split())
    yield from sorted((part for part in run.split() if len(part) >= 12), key=len, reverse=True)[:8]


def _first_text(candidates: Iterator[str]) -> Iterator[str]:
    for one in candidates:
        bare = one.rstrip("=").translate(_URL_SAFE)
        if len(bare) % 4 == 1:
            bare = bare[:-1]
        if said := _as_text(_bytes(base64.b64decode, bare + "=" * (-len(bare) % 4))):
            yield said
            return


def _of_base32(text: str) -> Iterator[str]:
    for run in _BASE32.finditer(text):
        bare = "".join(run[0].split()).rstrip("=")
        yield _as_text(_bytes(base64.b32decode, bare + "=" * (-len(bare) % 8)))


def _of_base85(text: str) -> Iterator[str]:
    start = text.find("<~")
    end = text.find("~>", start)
    if start >= 0 and end > start:
        yield _as_text(_bytes(lambda run: base64.a85decode(run, adobe=True), text[start : end + 2]))


def _of_hex(text: str) -> Iterator[str]:
    for run in _HEX.finditer(text):
        digits = re.sub(r"0x|\\x|[^0-9a-fA-F]", "", run[0])
        yield _as_text(_bytes(bytes.fromhex, digits[: len(digits) // 2 * 2]))


def _of_numbers(pattern: re.Pattern[str], base: int, width: int) -> Callable[[str], Iterator[str]]:
    """A decoder of character codes, written one after the other in a base; `width` digits where nothing parts them."""

    def decode(text: str) -> Iterator[str]:
        for run in pattern.finditer(text):
            digits = re.findall(rf"\d{{2,{width}}}", run[0])
            said = "".join(chr(int(one, base)) for one in digits)
            yield said if reads_as_text(said) else ""

    return decode


def _of_escapes(text: str) -> Iterator[str]:
    yield _ESCAPE.sub(lambda found: _character(int(next(filter(None, found.groups())), 16), found[0]), text)


def _of_percent(text: str) -> Iterator[str]:
    yield _PERCENT.sub(
        lambda run: bytes.fromhex(run[0].replace("%", "").replace("=", "")).decode("utf-8", errors="replace"), text
    )


def _of_entities(text: str) -> Iterator[str]:
    yield html.unescape(text)


def _of_morse(text: str) -> Iterator[str]:
    for run in _MORSE.finditer(text):
        signs = re.sub("[·•‧∙]", ".", re.sub("[–—−_]", "-", run[0]))
        words = re.split(r"\s*[/|]\s*|\s{2,}", signs)
        yield " ".join("".join(_MORSE_LETTERS.get(letter, "?") for letter in word.split()) for word in words)


def _of_braille(text: str) -> Iterator[str]:
    for run in _BRAILLE.finditer(text):
        yield "".join(_BRAILLE_LETTERS.get(one, one if one.isspace() else "?") for one in run[0])


def _bytes(decode: Callable[[str], bytes], run: str) -> bytes:
    try:
        return decode(run)
    except (ValueError, binascii.Error):
        return b""


def _as_text(data: bytes) -> str:
    """As UTF-8, or UTF-16 of a Latin text; "" where it is none. Another code inside is printable, and enough."""
    encoding = "utf-8"
    if data.count(0) * 3 >= len(data):
        encoding = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    try:
        found = data.decode(encoding)
    except UnicodeDecodeError:
        return ""
    return found if reads_as_text(found) or (found.isascii() and found.isprintable()) else ""


def _character(code: int, written: str) -> str:
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else written


_URL_SAFE = str.maketrans("-_", "+/")

_ENTITY = re.compile(
    r"&lt;\s{0,3}[/|!]?\s{0,3}[A-Za-z|]|(?:&#(?!8[0-9]{3};|1[0-9]{5};)x?[0-9A-Fa-f]{2,6};[^&]{0,3}){3}"
)
_CODED_WORD = re.compile(r"[a-z0-9][A-Z][A-Za-z0-9+/=_-]{5}|[A-Z]{2}[A-Za-z0-9+/_-]{10}")


def _digits(least: int) -> Callable[[str], bool]:
    """A gate: so many digits at least."""
    return lambda text: sum(map(text.count, "0123456789")) >= least


def _signs(signs: str, least: int) -> Callable[[str], bool]:
    """A gate: so many of some signs at least."""
    return lambda text: sum(map(text.count, signs)) >= least


_DECODERS: tuple[tuple[str, Callable[[str], object], Callable[[str], Iterator[str]]], ...] = (
    ("entities", lambda text: "&" in text and _ENTITY.search(text), _of_entities),
    ("percent", _signs("%=", 5), _of_percent),
    ("escapes", _signs("\\+", 5), _of_escapes),
    ("base64", _CODED_WORD.search, _of_base64),
    ("base32", lambda text: _digits(2)(text) and _BASE32.search(text), _of_base32),
    ("base85", lambda text: "<~" in text, _of_base85),
    ("hex", _digits(8), _of_hex),
    ("binary", _digits(40), _of_numbers(_BINARY, 2, 8)),
    ("codes", _digits(16), _of_numbers(_DECIMAL, 10, 3)),
    ("codes", _digits(16), _of_numbers(_OCTAL, 8, 3)),
    ("morse", _signs(".-·_–—•", 16), _of_morse),
    ("braille", lambda text: not text.isascii(), _of_braille),
)
"""Name, whether a text may hold such a code (cheap), and the decoder."""
