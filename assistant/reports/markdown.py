"""A report as Markdown for a pull request: sentences and tables; names and texts can't become markup or mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.reports.blocks import Beside, Block, Facts, Fold, ItemBlock, ItemsBlock, Paragraph, Report, Table
from assistant.reports.page import MARK
from assistant.reports.visible import clipped, visible
from assistant.reports.words import Words

_ROWS, _ITEMS, _TEXT = 15, 10, 160  # of a table, of a list; characters of a text
_MARKUP = re.compile(r"[\\`*_\[\]<>|~]|(?<=:)(?=//)|(?<=www)(?=\.)")
_PINGS = re.compile(r"(?<!\w)@(?=\w)|#(?=\d)")
_START = re.compile(r"^(\d*)([=#]|[-+](?=[-\s]|$)|(?<=\d)[.)](?=\s|$))")
_NOTHING = "&#8203;"  # a space of no width: parts what would be a mention, a reference or an address


def as_markdown(report: Report) -> str:
    """The report in short: folded blocks and charts are left to the page, long tables and lists are cut."""
    words = Words(report.language)
    lines = [f"<!-- {MARK} -->", f"# {escaped(report.title)}"]
    for section in report.sections:
        lines.append(f"## {escaped(section.title)}")
        lines += _blocks(section.blocks, words)
        for part in section.parts:
            lines.append(f"### {escaped(part.title)}")
            lines += _blocks(part.blocks[:1] if part.folded else part.blocks, words)
    return "\n\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text in one line that reads the same when rendered: no markup, link, mention or reference comes of it."""
    line = visible(" ".join(text.split())).replace("&", "&amp;")
    line = _MARKUP.sub(_backslashed, _PINGS.sub(rf"\g<0>{_NOTHING}", line))
    return _START.sub(r"\1\\\2", line)


def code(text: str) -> str:
    """Text in one line as a code span: inert, whatever it holds; for a cell of a table."""
    line = visible(" ".join(text.split())).replace("|", "\\|") or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def _backslashed(found: re.Match[str]) -> str:
    return {"<": "&lt;", ">": "&gt;", "": _NOTHING}.get(found.group(), f"\\{found.group()}")


def blocks_as_markdown(blocks: Sequence[Block], words: Words) -> str:
    """Blocks of a document that is no report: whole, for there is no page that holds the rest."""
    return "\n\n".join(_blocks(blocks, words, whole=True)) + "\n"


def _blocks(blocks: Sequence[Block], words: Words, *, whole: bool = False) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield f"**{escaped(block.text)}**" if block.manner == "lead" else escaped(block.text)
        elif isinstance(block, Facts):
            yield "\n".join(f"- {escaped(name)}: {escaped(what)}" for name, what in block.rows)
        elif isinstance(block, Table):
            yield from _table(block, words, len(block.rows) if whole else _ROWS)
        elif isinstance(block, ItemsBlock):
            yield from _items(block, words)
        elif isinstance(block, Beside):
            yield from _blocks(block.lists, words)
        elif isinstance(block, Fold) and any(isinstance(one, Beside) for one in block.blocks):
            yield from _blocks(block.blocks, words)


def _table(table: Table, words: Words, most: int) -> Iterator[str]:
    yield f"**{escaped(table.caption)}**"
    head = [escaped(column.removeprefix("#")) for column in table.columns]
    rule = ["---:" if column.startswith("#") else "---" for column in table.columns]
    rows = [[(code if at < table.names else escaped)(cell) for at, cell in enumerate(row)] for row in table.rows[:most]]
    yield "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
    if len(table.rows) > most:
        yield words.say("{count} more rows are in report.html.", count=f"{len(table.rows) - most:,}")


def _items(items: ItemsBlock, words: Words) -> Iterator[str]:
    yield f"**{escaped(items.caption)}**"
    if not items.items:
        return
    names = [name for name, _ in items.items[0].answers]
    with_text = any(one.text for one in items.items)
    head = [words.say("Item"), *names, *([words.say("Item text")] if with_text else [])]
    rows = [_item(one, with_text) for one in items.items[:_ITEMS]]
    yield "\n".join(f"| {' | '.join(cells)} |" for cells in (map(escaped, head), ["---"] * len(head), *rows))
    if len(items.items) > _ITEMS:
        yield words.say("{count} more rows are in report.html.", count=f"{len(items.items) - _ITEMS:,}")


def _item(one: ItemBlock, with_text: bool) -> list[str]:
    answers = [code("".join(segment.text for segment in answer)) for _, answer in one.answers]
    return [code(one.id), *answers, *([code(clipped(one.text, _TEXT))] if with_text else [])]
