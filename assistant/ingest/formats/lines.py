"""Physical lines of a binary stream, in constant memory: split at LF only, never at U+2028 or a lone CR."""

from __future__ import annotations

import codecs
import io
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from assistant.errors import InputError
from assistant.ingest.rows import Refusal, excerpt_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LONGEST_LINE = 16 * 1024 * 1024  # bytes; a longer line is skipped, not held in memory
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8",
}


def physical_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | Refusal]]:
    """The lines of a stream with their 1-based numbers, line ends included, a UTF-8 byte order mark taken off.

    A line over 16 MiB, and the place where a damaged compressed file breaks off, come as refusals.
    """
    number = 0
    try:
        while line := stream.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                yield number, _skip_long_line(stream, number, line)
            elif number == 1:
                yield number, line.removeprefix(codecs.BOM_UTF8)
            else:
                yield number, line
    except (EOFError, zlib.error, OSError) as error:
        message = f"the file can't be read from here on ({error}); get it again and run once more"
        yield number + 1, Refusal(number + 1, "unreadable", message)


def _skip_long_line(stream: BinaryIO, number: int, line: bytes) -> Refusal:
    size = len(line)
    while rest := stream.readline(LONGEST_LINE):
        size += len(rest)
        if rest.endswith(b"\n"):
            break
    message = f"a line of {size / 2**20:.0f} MiB, the longest that is read is {LONGEST_LINE // 2**20} MiB"
    return Refusal(number, "too_long", message, excerpt_of(line[:1000]))


def splittable(stream: BinaryIO, head: bytes, encoding: str) -> tuple[BinaryIO, str]:
    """The stream to split at LF, and the encoding of its lines.

    UTF-16 and UTF-32 can't be split at the byte LF: such a stream is turned into UTF-8 on the way. A byte order mark
    at the beginning of the file (`head`) is believed more than `encoding`.

    Raises:
        InputError: no such encoding, or one whose byte order nothing tells.
    """
    marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
    try:
        name = codecs.lookup(marked or encoding).name.removesuffix("-sig")
    except LookupError as error:
        hint = "try utf-8, utf-16, gb18030, big5, latin-1"
        raise InputError(f"no encoding is called {encoding!r}", where="--encoding", hint=hint) from error
    if name in {"utf-16", "utf-32"} and not marked:
        hint = f"name the order of its bytes: {name}-le (Windows) or {name}-be; or is it utf-8?"
        raise InputError(f"the file has no {name} byte order mark", where="--encoding", hint=hint)
    if name.startswith(("utf-16", "utf-32")):
        return io.BufferedReader(_AsUtf8(stream, name), 1 << 16), "utf-8"
    return stream, name


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
