"""Lines for `csv.reader`, that can be looked at before and given back after."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.ingest.reading.rows import Refusal


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text, its number from 1, and why it isn't the text it should be."""

    number: int
    text: str
    undecodable: UnicodeDecodeError | None = None


class Feeder:
    """Hands decoded lines to `csv.reader` and remembers those of the record being read, to give them back."""

    def __init__(self, lines: Iterator[tuple[int, bytes | Refusal]], encoding: str) -> None:
        self.encoding = encoding
        self.record: list[TextLine] = []
        self._lines = lines
        self._waiting: deque[TextLine] = deque()
        self._refusals: list[Refusal] = []

    def __iter__(self) -> Feeder:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._read()
        self.record.append(line)
        return line.text

    def _read(self) -> TextLine:
        for number, data in self._lines:
            if isinstance(data, Refusal):
                self._refusals.append(data)
                continue
            try:
                return TextLine(number, data.decode(self.encoding))
            except UnicodeDecodeError as error:
                return TextLine(number, data.decode(self.encoding, "replace"), error)
        raise StopIteration

    def peek(self) -> str:
        """The next line that isn't blank, which stays in place; `""` at the end."""
        return next((line.text for line in self.look(1)), "")

    def peek_number(self) -> int | None:
        """The number of the next line that isn't blank; None at the end."""
        return next((line.number for line in self.look(1)), None)

    def look(self, count: int) -> list[TextLine]:
        """The next lines that aren't blank, at most so many, which stay in place."""
        found = [line for line in self._waiting if line.text.strip()]
        while len(found) < count and (line := self._read_or_none()) is not None:
            self._waiting.append(line)
            if line.text.strip():
                found.append(line)
        return found[:count]

    def skip(self) -> None:
        """Passes over the next line that isn't blank."""
        while self._waiting:
            if self._waiting.popleft().text.strip():
                return

    def _read_or_none(self) -> TextLine | None:
        try:
            return self._read()
        except StopIteration:
            return None

    def start_record(self) -> None:
        """Forgets the lines of the record before."""
        self.record = []

    def give_back_all_but_first(self) -> None:
        """Lets the lines after the first of this record be read again, as records of their own."""
        self._waiting.extendleft(reversed(self.record[1:]))

    def take_refusals(self) -> list[Refusal]:
        """The lines refused since the last call: too long, or beyond a damaged place."""
        taken, self._refusals = self._refusals, []
        return taken
