"""Figures as cells and rows of tables, and in words beside a chart; the reason where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.domain.reasons import Reason
from assistant.reports.blocks import Paragraph, Table
from assistant.reports.charts.forest import ForestRow
from assistant.reports.figures import interval, number, p_value, percent, signed
from assistant.reports.words import Words
from assistant.stats.agreement.coefficient import Coefficient

_EFFECTIVE = 0  # digits of an effective n
_DESCRIBED = 8  # figures of a chart that are read aloud


def value(figure: Coefficient, words: Words) -> str:
    """A share in per cent."""
    return undefined(figure, words) if figure.value is None else percent(figure.value, words)


def ends(figure: Coefficient, words: Words) -> str:
    """A share's interval; nothing where the share itself is undefined, which says why."""
    return "" if figure.value is None else interval(figure, words)


def both(figure: Coefficient, words: Words) -> str:
    """A share with its interval, in one cell."""
    if figure.value is None:
        return undefined(figure, words)
    return value(figure, words) + words.say(" ({inside})", inside=ends(figure, words))


def points(figure: Coefficient, words: Words) -> str:
    """A difference of shares in percentage points."""
    return undefined(figure, words) if figure.value is None else signed(100 * figure.value)


def points_ends(figure: Coefficient, words: Words) -> str:
    """The interval of a difference, in percentage points."""
    if figure.value is None:
        return ""
    if figure.low is None or figure.high is None:
        return interval(figure, words)
    return words.say("{low} to {high}", low=signed(100 * figure.low), high=signed(100 * figure.high))


def index(figure: Coefficient, words: Words) -> str:
    """A coefficient from -1 to 1, such as kappa."""
    return undefined(figure, words) if figure.value is None else number(figure.value, 3)


def index_ends(figure: Coefficient, words: Words) -> str:
    """The interval of a coefficient from -1 to 1."""
    if figure.value is None:
        return ""
    if figure.low is None or figure.high is None:
        return interval(figure, words)
    return words.say("{low} to {high}", low=number(figure.low, 3), high=number(figure.high, 3))


def undefined(figure: Coefficient, words: Words) -> str:
    """That a figure is not defined, and why."""
    return words.say("not defined: {reason}", reason=words.reason(figure.reason))


def chance(p: float | None, words: Words) -> str:
    """A p-value without its letter, for a column of them."""
    return words.say("not defined") if p is None else p_value(p).removeprefix("p ").removeprefix("= ")


def counted(caption: str, counts: Mapping[Reason, int], words: Words) -> list[Table]:
    """A table of counts by reason, or none where there are none."""
    rows = [(words.reason(reason), f"{count:,}") for reason, count in counts.items()]
    return [Table(caption, (words.say("Reason"), words.figures("Items")), rows, names=0)] if rows else []


def noted(notes: Sequence[Reason], words: Words) -> list[Paragraph]:
    """What the reader must know."""
    return [Paragraph(words.reason(note), "note") for note in notes]


def _row(name: str, figure: Coefficient, cells: tuple[str, str], words: Words) -> tuple[str, ...]:
    method = words.method(figure.method)
    return (name, *cells, f"{figure.n:,}", number(figure.effective_n, _EFFECTIVE), method)


def share_row(name: str, figure: Coefficient, words: Words) -> tuple[str, ...]:
    """A share in a table of figures."""
    return _row(name, figure, (value(figure, words), ends(figure, words)), words)


def index_row(name: str, figure: Coefficient, words: Words) -> tuple[str, ...]:
    """A coefficient in a table of figures."""
    return _row(name, figure, (index(figure, words), index_ends(figure, words)), words)


def points_row(name: str, figure: Coefficient, words: Words) -> tuple[str, ...]:
    """A difference of shares in a table of figures."""
    return _row(name, figure, (points(figure, words), points_ends(figure, words)), words)


def figure_table(caption: str, rows: list[tuple[str, ...]], words: Words) -> Table:
    """Figures with their interval, n and method, a row each."""
    return Table(
        caption,
        [
            words.say("Figure"),
            words.figures("Value"),
            words.figures("Interval"),
            words.figures("n"),
            words.figures("Effective n"),
            words.say("Interval by"),
        ],
        rows,
        names=0,
    )


def share_with_interval(figure: Coefficient, words: Words) -> str:
    """A share and its interval, short enough for a chart."""
    if figure.value is None or figure.low is None:
        return value(figure, words)
    return value(figure, words) + words.say(" ({inside})", inside=ends(figure, words))


def described(rows: list[ForestRow], words: Words, *others: str) -> str:
    """A forest plot in words."""
    told = [words.say("{name}: {verdict}", name=row.name, verdict=row.told) for row in rows[:_DESCRIBED]]
    if len(rows) > _DESCRIBED:
        told.append(words.say("{count} more in the table", count=len(rows) - _DESCRIBED))
    return words.punctuation.semicolon.join([*told, *(one for one in others if one)]) + words.punctuation.full_stop
