"""How commands speak: results on stdout, everything else on stderr, JSON when asked, colour only on a terminal."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from assistant.cli.error_words import Command, error_words
from assistant.cli.next_command import about_the_same
from assistant.cli.reading_words import refusal_words
from assistant.errors import AssistantError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from assistant.ingest.labels.import_checks import ImportReport
    from assistant.ingest.load import LoadReport
    from assistant.ingest.reading.rows import Refusal

EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_SOME_FAILED = 3
EXIT_BUDGET = 4
EXIT_INTERRUPTED = 130


class Output:
    """Where one command's words go.

    Args:
        as_json: print results as one JSON document instead of tables.
        command: the whole program's command: an error about a value names its option.
    """

    spoke: ClassVar[float] = 0.0
    """When any command's output last said something, in monotonic seconds."""

    def __init__(self, *, as_json: bool = False, command: Command | None = None) -> None:
        self.as_json = as_json
        self.command = command

    @cached_property
    def console(self) -> Console:
        """Standard output."""
        from rich.console import Console

        return Console(highlight=False)

    @cached_property
    def errors(self) -> Console:
        """Standard error."""
        from rich.console import Console

        return Console(stderr=True, highlight=False)

    def result(self, data: Mapping[str, Any] | Sequence[Any], *shown: str | Table) -> None:
        """The command's result: `data` as JSON, or the same for people."""
        Output.spoke = time.monotonic()
        if self.as_json:
            sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
            return
        for part in shown:
            # Content is untrusted: as Text it can't hold Rich's markup.
            self.console.print(printable(part) if isinstance(part, str) else part, soft_wrap=isinstance(part, str))

    def note(self, line: str) -> None:
        """A line about what is going on."""
        Output.spoke = time.monotonic()
        self.errors.print(printable(line), soft_wrap=True)

    def next_step(self, command: str, why: str) -> None:
        """The next command to type; it gets the workspace and the run that this command was given."""
        if not self.as_json:
            self.note(f"next: {about_the_same(command)}   {why}")

    def failed(self, error: AssistantError) -> None:
        """An error, in the same three parts for people and machines, these with its code and its values."""
        words = error_words(error, self.command)
        if self.as_json:
            parts: dict[str, object] = {"what": words.what, "where": words.where, "hint": words.hint}
            parts["kind"] = type(error).__name__
            if error.code:
                parts |= {"code": error.code, "values": words.values}
            sys.stdout.write(json.dumps({"error": parts}, ensure_ascii=False, indent=2) + "\n")
        self.errors.print(printable("error: ").append(printable(str(words))), soft_wrap=True)


def table(columns: Iterable[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> Table:
    """A table that can be pasted into a message; numbers stand to the right."""
    from rich.table import Table

    kept = [list(row) for row in rows]
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        numeric = bool(kept) and all(_is_number(row[number]) for row in kept)
        made.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in kept:
        made.add_row(*(printable(str(cell)) for cell in row))
    return made


def show_refusals(output: Output, report: LoadReport | ImportReport, whole: str = "") -> None:
    """Rows of a file that can't be used: the first, and the last where it has another cause: reading stopped.

    Args:
        output: where to.
        report: what became of the file's rows.
        whole: where all of them are.
    """

    def line(refusal: Refusal) -> str:
        return f"  {report.source}:{refusal.line}: refused ({refusal.reason}): {refusal_words(refusal)}"

    for refusal in report.refusals:
        output.note(line(refusal))
    if (more := report.counts["refused"] - len(report.refusals)) > 0:
        output.note(f"  ... and {more:,} more{whole}")
        last, causes = report.last_refusal, {one.reason for one in report.refusals}
        if last is not None and last.reason not in causes:
            output.note(f"{line(last)} (the last)")


def media_words(items: int) -> str:
    """What becomes of items with media, in a sentence; routes give it as `media_not_seen`."""
    have, go = ("1 item has", "it goes") if items == 1 else (f"{items:,} items have", "they go")
    return f"{have} media: the model sees only the text; {go} to review"


def printable(text: str) -> Text:
    """Text that is safe on a terminal: control and bidirectional characters shown, not obeyed."""
    from rich.text import Text

    return Text(
        "".join(
            character if character.isprintable() or character in "\n\t" or character == "\u200d" else _shown(character)
            for character in text
        )
    )


def _shown(character: str) -> str:
    return f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"


def _is_number(value: object) -> bool:
    text = str(value).strip().removeprefix("$").removesuffix("%").replace(",", "")
    return text in {"", "-"} or text.replace(".", "", 1).isdigit()
