"""Monitoring a certificate: hardly ever a false alarm however often one looks, and the alarm where there is cause."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from assistant.domain.certificates import CertificateStatus
from assistant.stats.certificates.monitoring import confidence_sequence
from assistant.trust.certificates.monitor import Monitoring, monitor

DRAWS = 400
ALARMS_ALLOWED = 0.05 + 3 * sqrt(0.05 * 0.95 / DRAWS)


def watch(losses: np.ndarray) -> Monitoring:
    return monitor(losses, np.full(len(losses), 0.1), max_error=0.05, level=0.05)


def unequal(chance: np.random.Generator, errors: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Losses and probabilities of audited items of a stream: 80 % of accepted items have coins of 0.1, the rest 0.4."""
    likely = chance.random(3_000) < 0.2
    pi = np.where(likely, 0.4, 0.1)
    wrong = chance.random(3_000) < np.where(likely, errors[1], errors[0])
    audited = chance.random(3_000) < pi
    return wrong[audited].astype(float), pi[audited]


def test_a_stream_at_its_bound_looked_at_after_every_label_hardly_ever_alarms() -> None:
    chance = np.random.default_rng(1)
    watched = [watch((chance.random(700) < 0.05).astype(float)) for _ in range(DRAWS)]
    assert np.mean([one.standing is CertificateStatus.BROKEN for one in watched]) <= ALARMS_ALLOWED
    held = [one.interval is not None and one.interval[0] <= 0.05 <= one.interval[1] for one in watched]
    assert np.mean(held) >= 1 - ALARMS_ALLOWED  # the last bounds are the narrowest: they held all along


def test_a_finite_batch_at_its_bound_audited_nearly_whole_hardly_ever_alarms() -> None:
    chance = np.random.default_rng(2)
    batch = np.repeat([1.0, 0.0], [25, 475])
    alarms = np.mean([watch(chance.permutation(batch)[:450]).broken_at is not None for _ in range(DRAWS)])
    assert alarms <= ALARMS_ALLOWED


def test_unequal_coins_at_the_bound_hardly_ever_alarm_though_most_errors_are_met() -> None:
    chance = np.random.default_rng(3)
    alarms = 0
    for _ in range(DRAWS):
        losses, pi = unequal(chance, (0.02, 0.17))  # 5 % of accepted are wrong, 9.5 % of audited
        seen = monitor(losses, pi, max_error=0.05, level=0.05, mean_probability=0.16, least_probability=0.1)
        alarms += seen.standing is CertificateStatus.BROKEN
    assert alarms / DRAWS <= ALARMS_ALLOWED


def test_a_naive_test_repeated_after_every_label_alarms_far_too_often() -> None:
    chance = np.random.default_rng(4)
    wrong = chance.random((DRAWS, 700)) < 0.05
    seen = np.arange(1, 701)
    z = (np.cumsum(wrong, axis=1) - 0.05 * seen) / np.sqrt(0.05 * 0.95 * seen)
    assert (z[:, 30:] > 1.645).any(axis=1).mean() > 0.25


def test_a_doubled_share_is_noticed_with_equal_and_with_unequal_coins() -> None:
    chance = np.random.default_rng(5)
    equal = [watch((chance.random(1_500) < 0.1).astype(float)).broken_at for _ in range(30)]
    assert None not in equal
    assert np.median(np.array(equal, dtype=float)) < 300
    noticed = 0
    for _ in range(30):
        losses, pi = unequal(chance, (0.08, 0.18))  # 10 % of accepted are wrong; some 480 labels
        seen = monitor(losses, pi, max_error=0.05, level=0.05, mean_probability=0.16, least_probability=0.1)
        noticed += seen.standing is CertificateStatus.BROKEN
    assert noticed >= 24


def test_what_is_broken_stays_broken_at_the_label_that_broke_it() -> None:
    # Each error multiplies the stakes of 0.2, 0.5, 0.15 and 0.15 by 1.5, 2, 3 and 5: 7.6 after two, 27.5 after three.
    seen = watch(np.concatenate([np.ones(10), np.zeros(500)]))
    assert (seen.standing, seen.broken_at, seen.more_labels) == (CertificateStatus.BROKEN, 2, 0)
    assert seen.reason.startswith("broken at fresh label 3: more than 5.0% of accepted are wrong")


def test_a_longer_list_only_adds_to_what_a_shorter_one_said() -> None:
    losses = (np.random.default_rng(6).random(300) < 0.03).astype(float)
    short, long = watch(losses[:200]), watch(losses)
    assert long.bounds[:200] == short.bounds
    assert long.bounds == tuple(confidence_sequence(losses, 0.95))


def test_without_errors_it_is_confirmed_when_the_stake_reaches_twenty() -> None:
    # After n right labels the stake against 5 % is prod (i - 1/2) / i / 0.95^n: 19.5 at n = 115, 20.4 at 116.
    def stake(n: int) -> float:
        return float(np.prod((np.arange(1, n + 1) - 0.5) / np.arange(1, n + 1)) / 0.95**n)

    assert stake(115) < 20 <= stake(116)
    before, after = watch(np.zeros(115)), watch(np.zeros(116))
    assert before.more_labels is not None
    assert 1 <= before.more_labels <= 5
    assert after.more_labels == 0
    assert after.standing is CertificateStatus.STANDING
    assert after.reason == "confirmed by 116 fresh labels; the error share lies between 0.0% and 5.0%"


@pytest.mark.parametrize("share", [0.01, 0.02, 0.1, 0.15])
def test_the_labels_it_asks_for_about_tell(share: float) -> None:
    chance = np.random.default_rng(7)
    asked = watch(np.tile([1.0] * round(share * 100) + [0.0] * (100 - round(share * 100)), 1)[::-1])
    assert asked.more_labels is not None
    told = []
    for _ in range(40):
        losses = (chance.random(1_500) < share).astype(float)
        seen = watch(losses)
        below = np.flatnonzero(np.array(seen.bounds)[:, 1] <= 0.05)
        told.append(seen.broken_at if seen.broken_at is not None else below[0] if len(below) else 1_500)
    expected = (-log(0.05) + log(2) + log(100 + asked.more_labels) / 2) / (
        share * log(share / 0.05) + (1 - share) * log((1 - share) / 0.95)
    )
    assert 100 + asked.more_labels == pytest.approx(max(expected, 101), rel=0.02)
    assert 0.4 < np.median(told) / (100 + asked.more_labels) < 1.3


def test_a_share_at_the_bound_can_never_be_told() -> None:
    seen = watch(np.tile([0.0] * 19 + [1.0], 10))
    assert seen.more_labels is None
    assert "too near 5.0% for any number to decide" in seen.reason


def test_unequal_coins_weigh_the_share() -> None:
    # wrong 1 of 2 with weight 1 / 0.4, right: 2.5 / (2.5 + 10)
    seen = monitor([1, 0], [0.4, 0.1], max_error=0.05, level=0.05, mean_probability=0.16, least_probability=0.1)
    assert seen.error_share == pytest.approx(0.2)


def test_losses_between_zero_and_one_can_be_watched() -> None:
    assert watch(np.full(400, 0.5)).standing is CertificateStatus.BROKEN
    assert watch(np.full(400, 0.02)).standing is CertificateStatus.STANDING


def test_a_share_that_changed_has_no_one_interval() -> None:
    seen = watch(np.concatenate([np.zeros(600), np.ones(200)]))
    assert seen.interval is None
    assert "the error share has changed on the way" in seen.reason
    assert seen.error_share == 0.25


def test_before_the_first_label_nothing_is_known_and_it_stands() -> None:
    seen = watch(np.zeros(0))
    assert (seen.standing, seen.labels, seen.error_share, seen.interval) == (CertificateStatus.STANDING, 0, None, None)
    assert (seen.broken_at, seen.more_labels) == (None, None)
    assert seen.reason == "no fresh label yet: nothing has been tested"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"losses": [1.0, np.nan]}, "nan"),
        ({"losses": [1.0, 2.0]}, "losses must lie"),
        ({"losses": [1.0]}, "values where losses has"),
        ({"inclusion_probabilities": [0.1, 0.2]}, "say both mean_probability and least_probability"),
        ({"mean_probability": 0.1}, "say both"),
        ({"mean_probability": 0.1, "least_probability": 0.15}, "does not hold"),
        ({"mean_probability": 0.3, "least_probability": 0.2}, "inclusion_probabilities must lie"),
        ({"inclusion_probabilities": [0.0, 0.0]}, "does not hold"),
        ({"max_error": 0.0}, "max_error and level"),
        ({"level": 1.0}, "max_error and level"),
        ({"population": 100, "mean_probability": 0.1, "least_probability": 0.05}, "drawn with one probability"),
    ],
)
def test_arguments_out_of_range_are_refused(change: dict[str, object], message: str) -> None:
    arguments = {"losses": [1.0, 0.0], "inclusion_probabilities": [0.1, 0.1], "max_error": 0.05, "level": 0.05}
    with pytest.raises(ValueError, match=message):
        monitor(**(arguments | change))
