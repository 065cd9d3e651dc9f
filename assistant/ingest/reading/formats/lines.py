"""Physical lines of a binary stream, in constant memory: split at LF only, never at U+2028 or a lone CR.

A file that has no line feed outside quotes, as old Macs wrote it, is split at CR instead.
"""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol

from assistant.errors import InvalidValueError
from assistant.ingest.reading.limits import LARGEST_RECORD, Unpacked
from assistant.ingest.reading.problems import Note, ReadingOptions
from assistant.ingest.reading.rows import Refusal, excerpt_of

if TYPE_CHECKING:
    import gzip

    from _typeshed import WriteableBuffer

LONGEST_LINE = LARGEST_RECORD  # bytes; a longer line is skipped, not held in memory
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8",
}
_SURE_SEQUENCES = 8  # characters of several bytes after which text is no other encoding that looks like UTF-8
_SURE_LONG_SEQUENCES = 4  # the same of three bytes and more
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_FEWEST_ZEROS = 2
_CONTROLS = frozenset("\t\r\n\f\v\ufeff")
_AT_ONCE = 1 << 16


class Lines(Protocol):
    """What lines are read from: a binary stream, or the same split at CR."""

    def readline(self, limit: int = -1, /) -> bytes:
        """The next line with its end, at most `limit` bytes; empty at the end of the file."""
        ...


class Rewound(io.RawIOBase):
    """A stream with the bytes that were looked at put back in front.

    It asks the stream once for each filling of a buffer: a slow pipe is read as it comes, and what a compressed file
    holds before a damaged place isn't lost with it.
    """

    def __init__(self, head: bytes, stream: BinaryIO | gzip.GzipFile | Unpacked) -> None:
        self._head = head
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fills `buffer` with what comes next."""
        view = memoryview(buffer).cast("B")
        data = self._head[: len(view)] or self._read(len(view))
        self._head = self._head[len(view) :]
        view[: len(data)] = data
        return len(data)


class SplitAtReturn:
    """A stream whose lines end with CR, or CR LF; line feeds between are part of a line."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ready = b""
        self._ended = False

    def readline(self, limit: int = -1, /) -> bytes:
        """The next line with its end, at most `limit` bytes; empty at the end of the file."""
        at = self._ready.find(b"\r")
        while at < 0 and not self._ended and not 0 <= limit <= len(self._ready):
            seen = len(self._ready)
            data = self._stream.read(_AT_ONCE)
            self._ended = not data
            self._ready += data
            at = self._ready.find(b"\r", seen)
        end = at + 1 if at >= 0 else len(self._ready)
        if limit >= 0:
            end = min(end, limit)
        line, self._ready = self._ready[:end], self._ready[end:]
        return line


def ends_with_returns(head: bytes) -> bool:
    """Whether a file's lines end with CR alone: outside quotes there is one, and no LF."""
    unquoted = b"".join(head.split(b'"')[::2])
    return b"\r" in unquoted.rstrip(b"\r") and b"\n" not in unquoted


def physical_lines(stream: Lines, first: int = 1) -> Iterator[tuple[int, bytes | Refusal]]:
    """The lines of a stream with their 1-based numbers, line ends included, a UTF-8 byte order mark taken off.

    A line over 16 MiB, and the place where a damaged compressed file breaks off, come as refusals.

    Args:
        stream: where they are read from.
        first: the number of the first.
    """
    number = first - 1
    try:
        while line := stream.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith((b"\n", b"\r")):
                yield number, _skip_long_line(stream, number, line)
            elif number == 1:
                yield number, line.removeprefix(codecs.BOM_UTF8)
            else:
                yield number, line
    except (EOFError, zlib.error, OSError) as error:
        message = f"the file can't be read from here on ({error}); get it again and run once more"
        yield number + 1, Refusal(number + 1, "unreadable", message)


def _skip_long_line(stream: Lines, number: int, line: bytes) -> Refusal:
    size = len(line)
    while rest := stream.readline(LONGEST_LINE):
        size += len(rest)
        if rest.endswith((b"\n", b"\r")):
            break
    message = f"a line of {size / 2**20:.0f} MiB, the longest that is read is {LONGEST_LINE // 2**20} MiB"
    return Refusal(number, "too_long", message, excerpt_of(line[:1000]))


def splittable(stream: BinaryIO, head: bytes, reading: ReadingOptions, note: Note) -> tuple[BinaryIO, bytes, str]:
    """The stream to split at LF, its first bytes, and the encoding of its lines.

    UTF-16 and UTF-32 can't be split at the byte LF: such a stream is turned into UTF-8 on the way. What the file itself
    shows is believed more than what the user says: a byte order mark, the zeros of UTF-16 without one, and UTF-8 where
    another encoding is named that would read it as other letters.

    Args:
        stream: with `head` still in it.
        head: its first bytes.
        reading: says the encoding; UTF-8 where it doesn't.
        note: is given a sentence where the file is believed more than the user.

    Raises:
        InputError: no such encoding, or one whose byte order nothing tells.
    """
    named = _lookup(reading) if reading.encoding is not None else None
    found = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
    if found is None and (named is None or named in {"utf-8", "utf-16", "utf-32"}):
        found = unmarked_utf_16(head)
    if found is None and named is not None and not named.startswith("utf-") and _is_utf_8(head):
        note(f"the file is UTF-8 and is read so, not as {reading.encoding}")
        found = "utf-8"
    name = codecs.lookup(found or named or "utf-8").name.removesuffix("-sig")
    if name in {"utf-16", "utf-32"} and found is None:
        raise InvalidValueError("byte_order_unmarked", encoding=name, given=reading.choice("encoding", name))
    if name.startswith(("utf-16", "utf-32")):
        shown = codecs.getincrementaldecoder(name)("replace").decode(head).encode("utf-8", "replace")
        return io.BufferedReader(_AsUtf8(stream, name), _AT_ONCE), shown, "utf-8"
    return stream, head, name


def as_utf_8(stream: BinaryIO, encoding: str) -> BinaryIO:
    """The stream in UTF-8, for readers that look for brackets: in other encodings a letter may hold their bytes."""
    return stream if encoding == "utf-8" else io.BufferedReader(_AsUtf8(stream, encoding), _AT_ONCE)


def unmarked_utf_16(head: bytes) -> str | None:
    """`utf-16-le` or `utf-16-be` where text without a byte order mark can be nothing else; None where it can.

    Latin letters, commas and line ends have a zero as every second byte, always on the same side; in UTF-8 text has
    none, or now and then one.
    """
    zeros = head.count(0)
    if zeros < _FEWEST_ZEROS or (zeros * 10 < len(head) and _decoded(head, "utf-8") is not None):
        return None
    plain = {}
    for name in ("utf-16-le", "utf-16-be"):
        text = _decoded(head, name)
        if text is not None and not any(unicodedata.category(sign) in {"Cn", "Cc"} for sign in set(text) - _CONTROLS):
            plain[name] = sum(sign.isascii() for sign in text)
    best = max(plain, key=lambda name: plain[name], default=None)
    return best if best is not None and plain[best] * 2 >= zeros else None


def _decoded(head: bytes, encoding: str) -> str | None:
    """The bytes as text, without a character cut off at the end; None where they are none of that encoding."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None


def _lookup(reading: ReadingOptions) -> str:
    try:
        name = codecs.lookup(reading.encoding or "").name.removesuffix("-sig")
        b"a,b\xff\n".decode(name, "replace")  # not every codec of Python's is one of text: hex, idna ...
    except (LookupError, ValueError) as error:
        given = reading.choice("encoding", "NAME")
        raise InvalidValueError("encoding_unknown", encoding=reading.encoding, given=given) from error
    return name


def _is_utf_8(head: bytes) -> bool:
    """Whether bytes are UTF-8 beyond doubt; a character cut off at the end doesn't count."""
    if _decoded(head, "utf-8") is None:
        return False
    found = _SEQUENCE.findall(head)
    return len(found) >= _SURE_SEQUENCES or sum(len(one) > 2 for one in found) >= _SURE_LONG_SEQUENCES


def _mark_undecodable(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: puts a lone surrogate where the input is wrong, so that its line is refused later."""
    return "\udcff", error.end if isinstance(error, UnicodeDecodeError) else 0


codecs.register_error("assistant-mark-undecodable", _mark_undecodable)


class _AsUtf8(io.RawIOBase):
    """A stream of UTF-16 or UTF-32, read as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("assistant-mark-undecodable")
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fills `buffer` with UTF-8; what could not be decoded is no valid UTF-8 there either."""
        view = memoryview(buffer).cast("B")
        while not self._ready:
            data = self._stream.read(len(view))
            self._ready = self._decoder.decode(data, final=not data).encode("utf-8", "surrogatepass")
            if not data:
                break
        size = min(len(view), len(self._ready))
        view[:size], self._ready = self._ready[:size], self._ready[size:]
        return size
