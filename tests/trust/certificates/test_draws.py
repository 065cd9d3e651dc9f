"""Draws of an audit are drawn again from the nonce; an audit with other draws proves nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assistant.routing.sampling import draws
from assistant.trust.certificates.campaign import AUDIT, AuditRound
from assistant.trust.certificates.draws import AuditDraw, DrawFault, find_draw_fault

IDS = [f"i{number}" for number in range(40)]
NONCE, SEAL, RATE = "5eed", "seal of 5eed", 0.3


def audit(sample: int, order: list[int], *, seal: str | None = SEAL, used_before: bool = False) -> AuditDraw:
    """An audit just as the nonce draws it."""
    index = np.array(order)
    audited = draws(NONCE, IDS, AUDIT)[index] < RATE
    return AuditDraw(sample, RATE, seal, used_before, AuditRound(index, index * 0, index * 0.0, audited))


def test_what_the_nonce_draws_has_no_fault() -> None:
    assert find_draw_fault([audit(3, [5, 1, 9]), audit(4, [2, 30])], IDS, NONCE, SEAL) is None


def test_one_audited_item_more_or_less_is_a_fault_of_its_sample() -> None:
    first, second = audit(3, [5, 1, 9]), audit(4, [2, 30])
    second.audit_round.audited[1] = not second.audit_round.audited[1]
    assert find_draw_fault([first, second], IDS, NONCE, SEAL) == (4, DrawFault.CHANGED)


def test_another_rate_than_it_was_drawn_with_is_a_fault() -> None:
    every = audit(3, list(range(40)))
    assert 0 < every.audit_round.audited.sum() < 40
    assert find_draw_fault([replace(every, rate=1.0)], IDS, NONCE, SEAL) == (3, DrawFault.CHANGED)


def test_a_seal_of_another_nonce_or_no_nonce_at_all_is_a_fault() -> None:
    assert find_draw_fault([audit(3, [5], seal="another")], IDS, NONCE, SEAL) == (3, DrawFault.CHANGED)
    assert find_draw_fault([audit(3, [5])], IDS, None, None) == (3, DrawFault.CHANGED)


def test_draws_from_before_there_were_nonces_stand_unless_their_seed_was_used_before() -> None:
    old = audit(3, [5, 1], seal=None)
    assert find_draw_fault([old], IDS, None, None) is None
    assert find_draw_fault([old], IDS, NONCE, SEAL) is None
    assert find_draw_fault([replace(old, used_before=True)], IDS, None, None) == (3, DrawFault.USED_BEFORE)
