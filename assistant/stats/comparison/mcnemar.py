"""McNemar's tests: are two variants right equally often, judged by the items on which only one of them is right."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import bdtr, chdtrc


@dataclass(frozen=True, slots=True)
class McNemar:
    """Two-sided p-values of "both variants are right equally often".

    Attributes:
        only_a, only_b: items on which only that variant is right.
        exact: binomial; never too small, often too large. 1 without discordant items.
        mid_p: exact less the probability of what was seen; the one to report. 1 without discordant items.
        chi_squared, asymptotic: (b - c)² / (b + c) and its p-value; None without discordant items.
        chi_squared_corrected, asymptotic_corrected: with Edwards' continuity correction, (|b - c| - 1)² / (b + c).
    """

    only_a: int
    only_b: int
    exact: float
    mid_p: float
    chi_squared: float | None
    asymptotic: float | None
    chi_squared_corrected: float | None
    asymptotic_corrected: float | None


def mcnemar(only_a: int, only_b: int) -> McNemar:
    """All four forms of the test from the discordant counts.

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
    exact, mid_p = min(1.0, 2 * up_to), min(1.0, up_to + below)
    if not total:
        return McNemar(only_a, only_b, exact, mid_p, None, None, None, None)
    plain = (only_a - only_b) ** 2 / total
    corrected = max(0, abs(only_a - only_b) - 1) ** 2 / total
    return McNemar(only_a, only_b, exact, mid_p, plain, float(chdtrc(1, plain)), corrected, float(chdtrc(1, corrected)))
