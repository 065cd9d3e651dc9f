"""Figures as cells of tables: value and interval apart, and the reason where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.domain.reasons import Reason
from assistant.reports.blocks import Item, Items, Said, Table
from assistant.reports.figures import interval, number, p_value, percent, signed
from assistant.reports.visible import plain
from assistant.reports.words import Words
from assistant.stats.agreement.coefficient import Coefficient
from evals.disagreements.analysis import Example


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


def noted(notes: Sequence[Reason], words: Words) -> list[Said]:
    """What the reader must know."""
    return [Said(words.reason(note), "note") for note in notes]


def examples(caption: str, shown: Sequence[Example], words: Words) -> Items:
    """Items on which a variant and people differ."""
    people, machine = words.say("Human label"), words.say("Machine label")
    return Items(caption, [_example(one, people, machine, words) for one in shown])


def _example(one: Example, people: str, machine: str, words: Words) -> Item:
    answers = ((people, plain(words.label(one.people))), (machine, plain(words.label(one.machine))))
    return Item(one.id, one.text, answers)
