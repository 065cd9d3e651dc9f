"""The terms of a text: words, and for scripts that don't part words pairs of characters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.sparse as sp

from evals.data.eval_data import NONE

_SEEN = 2_000
"""Characters of a text that are read; what it is about is given early."""

_UNPARTED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"(?P<unparted>[{_UNPARTED}]+)|(?:(?![{_UNPARTED}])[\w'’])+")


@dataclass(frozen=True, slots=True, eq=False)
class TermMatrix:
    """Which texts hold which terms.

    Attributes:
        names: of the t terms, in alphabetical order.
        holds: 1 where the text holds the term, however often, shape (n, t).
    """

    names: tuple[str, ...]
    holds: sp.csr_array


def terms_of(text: str) -> list[str]:
    """Words in lower case and, of scripts that don't part words, pairs of characters.

    Single characters, numbers and English function words are left out; those of other languages are in so many texts
    that nothing is made of them.

    Args:
        text: its first 2,000 characters are read.
    """
    stop_words = _stop_words()
    found: list[str] = []
    for run in _RUN.finditer(text[:_SEEN]):
        if run["unparted"]:
            characters = run["unparted"]
            found.extend(characters[at : at + 2] for at in range(max(len(characters) - 1, 1)))
            continue
        word = run[0].replace("’", "'").strip("'_").lower()
        if len(word) > 1 and not word.isdigit() and not _is_function_word(word, stop_words):
            found.append(word)
    return found


def read_terms(texts: Sequence[str]) -> TermMatrix:
    """The terms that at least two texts hold.

    Args:
        texts: n of them.
    """
    numbers: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    for at, text in enumerate(texts):
        held = dict.fromkeys(terms_of(text))
        columns.extend(numbers.setdefault(term, len(numbers)) for term in held)
        rows.extend([at] * len(held))
    row, column = np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)
    counts = np.bincount(column, minlength=len(numbers))
    frequent = counts >= 2
    names = sorted(name for name, number in numbers.items() if frequent[number])
    place = np.full(len(numbers), NONE, dtype=np.int64)
    place[[numbers[name] for name in names]] = np.arange(len(names))
    kept = frequent[column]
    ones = np.ones(int(kept.sum()), dtype=np.float32)
    cells = sp.coo_array((ones, (row[kept], place[column[kept]])), shape=(len(texts), len(names)))
    return TermMatrix(tuple(names), sp.csr_array(cells))


def _is_function_word(word: str, stop_words: frozenset[str]) -> bool:
    """Also with what is joined by an apostrophe: it's, you'll, don't."""
    return word.partition("'")[0] in stop_words or word.endswith("n't")


@cache
def _stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # noqa: PLC0415 - slow to load

    return frozenset(ENGLISH_STOP_WORDS)
