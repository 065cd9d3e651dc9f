"""Which terms mark some texts against others."""

from __future__ import annotations

import numpy as np

from evals.data.eval_data import Floats

PRIOR = 500.0
"""How many terms the prior weighs: rare terms must be seen several times before they stand out."""


def marking(these: Floats, others: Floats) -> Floats:
    """Log-odds of each term in these texts against others, shrunk by an informative Dirichlet prior, as z-scores.

    ln((y + α) / (n + α₀ - y - α)) of these less the same of the others, over √(1/(y + α) + 1/(y' + α)); α is 500 times
    the term's share of all terms in both.

    Args:
        these, others: how often each of t terms occurs, shape (t,).

    Returns:
        z-scores, shape (t,); above 2 the term marks these texts.

    Source: Monroe, Colaresi & Quinn (2008), "Fightin' Words", Political Analysis 16:372-403, equations 16-22.
    """
    total = float(these.sum() + others.sum())
    if total == 0:
        return np.zeros(len(these))
    prior = PRIOR * (these + others) / total
    mine, theirs = these + prior, others + prior
    odds = np.log(_odds(mine)) - np.log(_odds(theirs))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = odds / np.sqrt(1 / mine + 1 / theirs)
    return np.where(prior > 0, z, 0.0)


def _odds(counts: Floats) -> Floats:
    rest = np.maximum(counts.sum() - counts, np.finfo(np.float64).tiny)
    return np.asarray(np.maximum(counts, np.finfo(np.float64).tiny) / rest)
