"""What a certificate accepts: the candidates of an audit round that keep the machine's label without a reviewer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from assistant.domain.statements import StatedRound
from assistant.trust.certificates.group_certificates import NO_ANSWER

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def accepted_positions(
    audit_round: StatedRound,
    keys: Integers,
    confidence: Floats,
    *,
    audited: Integers,
    groups: Mapping[int, str],
    least: float = 0.0,
) -> Integers:
    """Positions of the accepted items of one audit round, surest first.

    The candidates are the surest items of the fit, equally sure ones in order of arrival. Those that passed are the
    first of them, or the first of each group. An item without a label (confidence 0), below the threshold, or audited
    is not accepted.

    Args:
        audit_round: the round as it is stated.
        keys: (n,) row numbers of the items the fit scored, in order of arrival.
        confidence: (n,) their confidence, 0 for no label.
        audited: (m,) row numbers of the audited items.
        groups: group by row number, where the certificate has groups.
        least: confidence below which nothing is accepted.
    """
    at = _passed(np.argsort(-confidence, kind="stable")[: audit_round.offered], keys, audit_round, groups)
    at = at[(confidence[at] > 0) & (confidence[at] >= least)]
    return np.asarray(at[~np.isin(keys[at], audited)])


def _passed(candidates: Integers, keys: Integers, audit_round: StatedRound, groups: Mapping[int, str]) -> Integers:
    """Those of the candidates that passed: the first ones, of each group where there are groups."""
    if audit_round.passed_by is None:
        return candidates[: audit_round.passed]
    room, passed = dict(audit_round.passed_by), []
    for at, key in zip(candidates.tolist(), keys[candidates].tolist(), strict=True):
        group = groups.get(key, NO_ANSWER)
        if room.get(group, 0) > 0:
            room[group] -= 1
            passed.append(at)
    return np.array(passed, dtype=np.int64)
