"""How often the variant differs from people, by property of the item, by cited clause and by reviewer."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from assistant.stats.agreement.coefficient import Coefficient
from evals.agreement.shares import share
from evals.data.eval_data import NONE, Codes
from evals.disagreements.analysis import GroupRow
from evals.disagreements.compared import Compared
from evals.disagreements.people import People

CLAUSE = "clause"
REVIEWER = "reviewer"

NO_CLAUSE = "(none cited)"

MOST_ROWS = 60
"""Clauses and reviewers beyond the most frequent so many have no row."""


def group_rows(compared: Compared, people: People, confidence: float) -> tuple[GroupRow, ...]:
    """Rows of every slice column in its order, then of clauses and reviewers, most items first.

    Args:
        compared: the comparison.
        people: what people answered to its items.
        confidence: two-sided level of the intervals.
    """
    return (
        *_by_column(compared, confidence),
        *_by_clause(compared, confidence),
        *_by_reviewer(compared, people, confidence),
    )


def cited(compared: Compared) -> dict[str, Codes]:
    """By clause the compared items whose answer cites it, most frequent first; empty where nothing is known."""
    if compared.variant.clauses is None:
        return {}
    places: dict[str, list[int]] = defaultdict(list)
    for item, at in enumerate(compared.at):
        for clause in dict.fromkeys(compared.variant.clauses[at]) or (NO_CLAUSE,):
            places[clause].append(item)
    by_size = sorted(places.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return {clause: np.array(items, dtype=np.int64) for clause, items in by_size}


def _by_column(compared: Compared, confidence: float) -> list[GroupRow]:
    rows = []
    for name, column in compared.data.slices.items():
        codes = column.codes[compared.at]
        for code, value in enumerate(column.names):
            items = np.flatnonzero(codes == code)
            if len(items):
                rows.append(_row(compared, name, value, items, confidence))
    return rows


def _by_clause(compared: Compared, confidence: float) -> list[GroupRow]:
    clauses = list(cited(compared).items())[:MOST_ROWS]
    return [_row(compared, CLAUSE, clause, items, confidence) for clause, items in clauses]


def _by_reviewer(compared: Compared, people: People, confidence: float) -> list[GroupRow]:
    """The variant against each reviewer's own answers, whatever people settled on."""
    place = np.full(len(compared.data), NONE, dtype=np.int64)
    place[compared.at] = np.arange(len(compared))
    answers = people.answers
    answers = answers.where(place[answers.items] != NONE)
    items = place[answers.items]
    differs = (compared.variant.codes[answers.items] != answers.codes[:, None]).mean(axis=1)
    given = np.bincount(answers.raters, minlength=len(answers.names))
    rows = []
    for rater in np.argsort(-given, kind="stable")[:MOST_ROWS]:
        mine = np.flatnonzero(answers.raters == rater)
        if len(mine):
            of = items[mine]
            figure = share(differs[mine], compared.weights[of], compared.groups[of], confidence)
            rows.append(GroupRow(REVIEWER, answers.names[rater], len(mine), figure))
    return rows


def _row(compared: Compared, column: str, name: str, items: Codes, confidence: float) -> GroupRow:
    return GroupRow(column, name, len(items), disagreement(compared, items, confidence))


def disagreement(compared: Compared, items: Codes, confidence: float) -> Coefficient:
    """Share on which the variant differs among some of the compared items.

    Where all of them belong together (all documents of one query, sliced by query), they are the group that is spoken
    of and count one by one; else groups count.
    """
    groups = compared.groups[items]
    units = groups if len(np.unique(groups)) > 1 else np.arange(len(items))
    return share(compared.off[items], compared.weights[items], units, confidence)
