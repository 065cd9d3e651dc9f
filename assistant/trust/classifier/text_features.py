"""What a text looks like, as numbers: its character n-grams, and the style it is written in.

Both are plain array operations over code points, so that 100,000 texts take seconds, in any script.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

BUCKETS = 1 << 16
LENGTHS = (1, 2, 3, 4, 5)
_SEEN = 1_000  # characters of a text: the first 700 and the last 300; a label rarely hangs on more
_PAGE = 20_000  # texts at a time: bounds the memory of the n-grams before they are counted
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing (Knuth, TAOCP 3, 6.4)


def character_ngrams(texts: Sequence[str]) -> sp.csr_array:
    """Counts of hashed character n-grams of one to five code points, case kept, dampened by 1 + ln(count).

    Returns:
        (n, 65,536) float32. Two n-grams may share a column (feature hashing; Weinberger et al. 2009, arXiv 0902.2206).
    """
    pages = [_count(texts[start : start + _PAGE]) for start in range(0, len(texts), _PAGE)]
    counts = sp.vstack(pages, format="csr") if pages else sp.csr_array((0, BUCKETS), dtype=np.float32)
    counts.data = 1.0 + np.log(counts.data)
    return counts


def rarity(document_frequency: np.ndarray, documents: int, least: int = 2) -> np.ndarray:
    """(65,536,) float32 weight of each column; 0 for one in fewer texts than `least`: seen once it parts no labels."""
    weights = (np.log((1 + documents) / (1 + document_frequency)) + 1).astype(np.float32)
    weights[document_frequency < least] = 0.0
    return weights


def weighted(counts: sp.csr_array, weights: np.ndarray) -> sp.csr_array:
    """Columns times their weights, rows then of unit length; a row is the same whatever rows stand beside it."""
    rows = counts.copy()
    rows.data *= weights[rows.indices]
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1))
    rows.data /= np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(rows.indptr)).astype(np.float32)
    return rows


def style(texts: Sequence[str]) -> np.ndarray:
    """How each text is written, float32 (n, 14): length, case, punctuation, script, links; counts as ln(1 + x)."""
    return np.array([_style(text) for text in texts], dtype=np.float32).reshape(len(texts), 14)


def _count(texts: Sequence[str]) -> sp.csr_array:
    seen = [text if len(text) <= _SEEN else text[:700] + text[-300:] for text in texts]
    joined = "\0".join(seen) + "\0"
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(seen), dtype=np.int32), [len(text) + 1 for text in seen])
    rows, columns = [], []
    rolling = np.zeros(len(points), dtype=np.uint64)
    inside = np.ones(len(points), dtype=bool)
    for length in LENGTHS:
        shifted = np.concatenate([points[length - 1 :], np.zeros(length - 1, dtype=np.uint64)])
        inside &= shifted != 0  # an n-gram never reaches into the next text
        rolling = (rolling + shifted + np.uint64(length)) * _MULTIPLIER
        rolling ^= rolling >> np.uint64(29)
        rows.append(owner[inside])
        columns.append((rolling[inside] >> np.uint64(48)).astype(np.int32))
    row, column = np.concatenate(rows), np.concatenate(columns)
    ones = np.ones(len(row), dtype=np.float32)
    return sp.csr_array(sp.coo_array((ones, (row, column)), shape=(len(texts), BUCKETS)))


_WORD = re.compile(r"\w+")
_LINK = re.compile(r"https?://|www\.|@\w|#\w")
_REPEATED = re.compile(r"(.)\1\1")


def _style(text: str) -> tuple[float, ...]:
    words = _WORD.findall(text)
    characters, count = max(len(text), 1), max(len(words), 1)
    upper = sum(map(str.isupper, text))
    return (
        np.log1p(len(text)),
        np.log1p(len(words)),
        len(text) / count,
        upper / characters,
        sum(word[0].isupper() for word in words) / count,
        sum(word.isupper() and len(word) > 1 for word in words) / count,
        np.log1p(text.count("!") + text.count("！")),
        np.log1p(text.count("?") + text.count("？")),
        np.log1p(sum(map(text.count, "\"'“”‘’「」"))),
        np.log1p(sum(map(text.count, ",.:;，。：；…"))),
        np.log1p(sum(map(str.isdigit, text))),
        sum(character > "\x7f" for character in text) / characters,
        np.log1p(len(_LINK.findall(text))),
        float(_REPEATED.search(text) is not None),
    )
