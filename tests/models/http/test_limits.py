import pytest

from assistant.models.http.limits import RateLimits, read_limits, retry_after_of, seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1", 1.0),
        ("0.25", 0.25),
        ("1s", 1.0),
        ("120ms", 0.12),
        ("6m0s", 360.0),
        ("1h2m3.5s", 3723.5),
        ("", None),
        (None, None),
        ("soon", None),
        ("-3", None),
        ("nan", None),
        ("1700000030", 30.0),  # a point in time: 30 s after `now` below
        ("1700000030000", 30.0),  # the same in milliseconds
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30.0),
        ("2023-11-14T22:13:50Z", 30.0),
        ("2023-11-14T22:13:00Z", 0.0),  # over
    ],
)
def test_durations_and_points_in_time_are_understood(text: str | None, seconds: float | None) -> None:
    assert seconds_of(text, now=1_700_000_000.0) == (None if seconds is None else pytest.approx(seconds))


def test_the_finer_retry_after_wins() -> None:
    assert retry_after_of({"retry-after": "1", "retry-after-ms": "20"}) == 0.02
    assert retry_after_of({"retry-after": "3"}) == 3.0
    assert retry_after_of({}) is None


def test_openai_headers_are_read_whole() -> None:
    headers = {
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-reset-requests": "120ms",
        "x-ratelimit-limit-tokens": "30000",
        "x-ratelimit-remaining-tokens": "29000",
        "x-ratelimit-reset-tokens": "2s",
    }
    assert read_limits(headers) == RateLimits(500, 499, 0.12, 30000, 29000, 2.0)


def test_replies_without_such_headers_say_nothing() -> None:
    assert read_limits({"content-type": "application/json"}) is None
    assert read_limits({"retry-after": "2"}) == RateLimits(retry_after=2.0)
    assert read_limits({"x-ratelimit-limit-requests": "many"}) == RateLimits()
