"""What a report is made of, before it is a page or Markdown. All text is plain and untrusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a cell.

    Attributes:
        text: what it says.
        changed: whether it differs from what stands beside it.
    """

    text: str
    changed: bool = False


Marked = tuple[Segment, ...]
"""A text with its differing words marked."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph.

    Attributes:
        text: sentences.
        manner: `lead` is to be repeated, `plain` explains, `note` warns.
    """

    kind: ClassVar[str] = "said"
    text: str
    manner: str = "plain"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what they are, in rows."""

    kind: ClassVar[str] = "facts"
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row names it.

    Attributes:
        caption: what it shows.
        columns: names; those that start with `#` hold figures.
        rows: as many cells as columns each.
        names: how many of the first columns are names from the data.
    """

    kind: ClassVar[str] = "table"
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    names: int = 1


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing.

    Attributes:
        draw: gives the SVG, safe to embed; drawing takes a tenth of a second.
        caption: what it shows, in a line.
        description: the same for those who don't see it, with the figures that matter.
    """

    kind: ClassVar[str] = "chart"
    draw: Callable[[], str]
    caption: str
    description: str


@dataclass(frozen=True, slots=True)
class ItemBlock:
    """An item with what was answered to it.

    Attributes:
        id: the item's.
        text: what it says, empty where only ids are known; veiled at first, since it may be harmful.
        answers: who said what.
    """

    id: str
    text: str
    answers: Sequence[tuple[str, Marked]]


@dataclass(frozen=True, slots=True)
class ItemsBlock:
    """A list of items.

    Attributes:
        caption: which these are, and of how many.
        items: those shown.
    """

    kind: ClassVar[str] = "items"
    caption: str
    items: Sequence[ItemBlock]


@dataclass(frozen=True, slots=True)
class Beside:
    """Lists that are compared side by side."""

    kind: ClassVar[str] = "beside"
    lists: Sequence[ItemsBlock]


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that are out of the way until asked for."""

    kind: ClassVar[str] = "fold"
    summary: str
    blocks: Sequence[Block]


Block = Paragraph | Facts | Table | Chart | ItemsBlock | Beside | Fold


@dataclass(frozen=True, slots=True)
class ReportPart:
    """A piece of a section, such as one variant's.

    Attributes:
        title: its name.
        blocks: what it holds.
        folded: whether it is out of the way until asked for.
    """

    title: str
    blocks: Sequence[Block]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the report.

    Attributes:
        name: short and fixed, for links to it.
        title: its heading.
        blocks: what comes first.
        parts: what comes then.
    """

    name: str
    title: str
    blocks: Sequence[Block]
    parts: Sequence[ReportPart] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Attributes:
        language: one of `words.LANGUAGES`.
        title: its heading.
        sections: in reading order.
    """

    language: str
    title: str
    sections: Sequence[Section]
