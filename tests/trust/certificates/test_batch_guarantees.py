"""What the audit of a campaign guarantees of each of its batches by itself."""

from __future__ import annotations

import numpy as np

from assistant.trust.certificates.batch_guarantees import AuditedCampaign, guarantee_batches
from assistant.trust.certificates.campaign import AuditRound, CertificateTarget

TARGET = CertificateTarget(0.05, 0.95)


def everything_offered(wrong: np.ndarray, audited: np.ndarray, rate: float, passed: int) -> AuditedCampaign:
    """One round of all items in order: the machine says 0, people say 1 where it is wrong."""
    order = np.arange(len(wrong))
    one = AuditRound(order, np.zeros(len(wrong), dtype=np.int64), np.ones(len(wrong)), audited)
    return AuditedCampaign([one], [passed], wrong.astype(np.int64), rate)


def test_a_batch_counts_its_own_items_that_passed_and_its_own_errors() -> None:
    wrong, audited = np.zeros(200, dtype=bool), np.zeros(200, dtype=bool)
    wrong[[10, 20, 150, 190]] = True
    audited[[10, 30, 150, 160, 190]] = True
    places = np.arange(200)
    members = {"a": places < 100, "b": places >= 100}
    a, b = guarantee_batches(everything_offered(wrong, audited, 0.6, passed=180), members, TARGET)
    # of a: all 100 passed, 10 and 30 audited, 10 wrong; of b: 100 to 179 passed, 150 and 160 audited, 150 wrong
    assert (a.population, a.passed, a.audited, a.errors, a.allowed) == (100, 100, 2, 1, 5)
    assert (b.population, b.passed, b.audited, b.errors, b.allowed) == (100, 80, 2, 1, 5)
    # P(Bin(6 + x, 0.6) <= x) is 0.019 at x = 1, 0.0498 at x = 2 and above 0.05 from there
    assert a.tolerated == b.tolerated == 2
    assert a.guaranteed
    assert b.guaranteed


def test_a_batch_too_small_for_the_audit_has_no_guarantee_of_its_own() -> None:
    nothing = np.zeros(40, dtype=bool)
    [small] = guarantee_batches(everything_offered(nothing, nothing, 0.1, 40), {"s": ~nothing}, TARGET)
    # 2 wrong labels may stay; three pass unaudited with a chance of 0.9^3 = 0.73
    assert (small.allowed, small.tolerated, small.guaranteed) == (2, None, False)


def test_more_wrong_labels_than_allowed_pass_under_a_batchs_guarantee_as_seldom_as_stated() -> None:
    random, rate, broken, guaranteed = np.random.default_rng(7), 0.4, 0, 0
    places = np.arange(300)
    member = places % 3 == 0  # 100 items among others
    wrong = np.zeros(300, dtype=bool)
    wrong[np.flatnonzero(member)[:6]] = True  # as many as hurt most: none audited breaks it, with 0.6^6 = 0.047
    for _ in range(4000):
        audited = random.random(300) < rate
        [one] = guarantee_batches(everything_offered(wrong, audited, rate, 300), {"b": member}, TARGET)
        guaranteed += one.guaranteed
        broken += one.guaranteed and int((wrong & ~audited)[member].sum()) > one.allowed
    assert guaranteed
    assert abs(broken / 4000 - 0.6**6) < 3 * np.sqrt(0.047 * 0.953 / 4000)
