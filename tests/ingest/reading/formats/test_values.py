"""Typed values as JSON values."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from assistant.ingest.reading.formats.values import plain_value


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (2**63 - 1, 2**63 - 1),
        (2**64, str(2**64)),
        (float("nan"), None),
        (float("-inf"), "-inf"),
        (Decimal("1.10"), "1.10"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (date(2026, 1, 2), "2026-01-02"),
        (time(1, 2), "01:02:00"),
        (timedelta(minutes=1), 60.0),
        ((b"a", {1: True}), ["a", {"1": True}]),
    ],
)
def test_a_value_becomes_what_json_holds_without_loss(value: object, plain: object) -> None:
    assert plain_value(value) == plain


def test_bytes_that_are_no_text_are_an_error() -> None:
    with pytest.raises(UnicodeDecodeError):
        plain_value([b"\xff"])
