"""Scored items made up for tests: sure, harmless and certified, but for the columns a test names."""

import numpy as np
from hypothesis import strategies as st

from assistant.routing.doubts import DOUBTS
from assistant.routing.sampling import draws
from assistant.routing.scored import Scored

DEFAULTS: dict[str, tuple[object, type]] = {
    "confidence": (0.99, np.float64),
    "certified": (True, np.bool_),
    "broken": (False, np.bool_),
    "severity": (0, np.int64),
    "always_human": (False, np.bool_),
    "doubts": (0, np.int64),
    "labelled_probability": (np.nan, np.float64),
}


def scored(n: int = 1, *, ids: list[str] | None = None, seed: int = 7, **columns: object) -> Scored:
    """Items `i0`, `i1`, ...: each column a value for all or a list of n; the numbers are drawn unless given."""
    names = ids or [f"i{at}" for at in range(n)]
    number = np.array(columns.pop("number", draws(seed, names, "monitor")), dtype=np.float64)
    filled = {
        name: np.array(np.broadcast_to(np.array(columns.pop(name, value), dtype=kind), len(names)))
        for name, (value, kind) in DEFAULTS.items()
    }
    assert not columns
    return Scored(ids=names, number=np.broadcast_to(number, len(names)), seed=seed, **filled)  # type: ignore[arg-type]


def weighted_mean(values: np.ndarray, inclusion_probability: np.ndarray, population: int) -> float:
    """The mean of all by those that were seen (Horvitz and Thompson 1952)."""
    return float((values / inclusion_probability).sum() / population)


@st.composite
def any_items(draw: st.DrawFn, least: int = 1, most: int = 8) -> Scored:
    """Items of every kind, few enough to look at each."""
    n = draw(st.integers(least, most))
    column = {
        "confidence": st.sampled_from([np.nan, 0.0, 0.25, 0.5, 0.75, 0.95, 1.0]),
        "certified": st.booleans(),
        "broken": st.sampled_from([False, False, True]),
        "severity": st.integers(0, 4),
        "always_human": st.sampled_from([False, False, False, True]),
        "doubts": st.sampled_from([0, 0, 0, *(1 << place for place in range(len(DOUBTS)))]),
        "labelled_probability": st.sampled_from([np.nan, np.nan, np.nan, 0.1, 1.0]),
        "number": st.floats(0, 1, exclude_max=True),
    }
    return scored(n, **{name: draw(st.lists(values, min_size=n, max_size=n)) for name, values in column.items()})
