"""McNemar's test: are two variants right equally often, judged by the items on which only one of them is right."""

from __future__ import annotations

from scipy.special import bdtr


def mcnemar_mid_p(only_a: int, only_b: int) -> float:
    """Two-sided mid-p value of "both variants are right equally often"; 1 without discordant items.

    Args:
        only_a: items on which A is right and B wrong, 0 or more.
        only_b: items on which B is right and A wrong, 0 or more.

    Raises:
        ValueError: a negative count.

    Source: McNemar (1947), Psychometrika 12:153-157; Fagerland, Lydersen & Laake (2013), BMC Medical Research
    Methodology 13:91; the mid-p doubles the one-sided mid-p, which gives 1 for equal counts.
    """
    if only_a < 0 or only_b < 0:
        raise ValueError(f"only_a and only_b must be 0 or more, got {only_a} and {only_b}")
    total, fewer = only_a + only_b, min(only_a, only_b)
    up_to = float(bdtr(fewer, total, 0.5))
    below = float(bdtr(fewer - 1, total, 0.5)) if fewer else 0.0
    return min(1.0, up_to + below)
