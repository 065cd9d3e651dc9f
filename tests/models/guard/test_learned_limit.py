import math

import pytest

from assistant.models.guard.learned_limit import MARGIN, LearnedLimit


def test_nothing_is_known_at_first() -> None:
    assert LearnedLimit().pace(0.0, 0) == math.inf


def test_incomplete_headers_teach_nothing() -> None:
    limit = LearnedLimit()
    for said in ((None, 3, 1.0), (50, None, 1.0), (50, 3, None), (0, 0, 1.0)):
        limit.observe(*said, now=0.0, sent_then=1)  # type: ignore[arg-type]  # as headers may be
    assert limit.rate == math.inf


def test_a_buckets_rate_is_used_over_reset() -> None:
    # OpenAI's example: 500 a minute. After 60 requests at once the bucket is full again in 60 / (500 / 60) = 7.2 s.
    limit = LearnedLimit()
    for used in (1, 30, 60):
        limit.observe(500, 500 - used, used * 60 / 500, now=0.0, sent_then=used)
    # `remaining` may have been rounded down by almost one: (60 - 1) / 7.2
    assert limit.rate == pytest.approx(59 / 7.2)


def test_a_windows_rate_is_the_limit_over_its_length() -> None:
    # 50 in a window of one second, seen 0.1 s after its start: no bucket, because 1 used and 32 used reset alike
    limit = LearnedLimit()
    limit.observe(50, 49, 0.9, now=0.0, sent_then=1)
    limit.observe(50, 18, 0.88, now=0.02, sent_then=32)
    assert limit.rate == 50.0
    assert limit.pace(0.1, 32) == 50.0 * MARGIN


def test_a_windows_length_is_known_once_its_beginning_was_seen() -> None:
    limit = LearnedLimit()
    limit.observe(600, 500, 12.0, now=0.0, sent_then=1)
    limit.observe(600, 400, 12.0, now=0.0, sent_then=2)
    assert limit.rate == 50.0  # 600 in 12 s, as far as is known
    limit.observe(600, 599, 60.0, now=12.0, sent_then=3)
    assert limit.rate == 10.0


def test_what_remains_of_a_long_period_is_spread_over_its_rest() -> None:
    limit = LearnedLimit()
    limit.observe(600, 599, 60.0, now=0.0, sent_then=1)
    limit.observe(600, 300, 20.0, now=40.0, sent_then=300)
    # 300 left, 20 of them on their way, 10 s later: 280 in 10 s
    assert limit.pace(50.0, 320) == pytest.approx(28.0)


def test_an_exhausted_period_is_only_probed() -> None:
    limit = LearnedLimit()
    limit.observe(600, 599, 60.0, now=0.0, sent_then=1)
    limit.observe(600, 0, 30.0, now=30.0, sent_then=600)
    assert limit.pace(31.0, 600) == pytest.approx(10.0 * 0.05)
    assert limit.pace(60.0, 600) == 10.0  # the period is over


def test_late_replies_to_early_questions_do_not_overwrite_what_remains() -> None:
    limit = LearnedLimit()
    limit.observe(600, 590, 60.0, now=0.0, sent_then=10)
    limit.observe(600, 599, 60.0, now=0.1, sent_then=1)
    assert limit.pace(0.1, 10) == pytest.approx(590 / 59.9)


def test_a_new_limit_is_learned_from_the_start() -> None:
    limit = LearnedLimit()
    limit.observe(50, 49, 1.0, now=0.0, sent_then=1)
    limit.observe(200, 199, 1.0, now=5.0, sent_then=2)
    assert limit.rate == 200.0
