import pytest

from assistant.models.dev.faults import FaultPlan, Faults, RequestLimit


def test_a_spread_share_is_split_over_the_five_common_faults() -> None:
    rates = dict(Faults.spread(0.2).rates())
    assert set(rates) == {"server_error", "reset", "malformed", "truncated", "rate_limited"}
    assert sum(rates.values()) == pytest.approx(0.2)


def test_the_digest_decides_which_fault_a_question_meets() -> None:
    plan = FaultPlan(Faults(server_error=0.25, reset=0.25, every_attempt=True))
    # the first 48 bits of the digest are its place between 0 and 1
    assert plan.fault_of("000000000000") == "server_error"
    assert plan.fault_of("400000000000") == "reset"
    assert plan.fault_of("800000000000") is None
    assert plan.fault_of("000000000000") == "server_error"


def test_from_a_request_on_everything_is_rejected() -> None:
    plan = FaultPlan(Faults(rejected_after=2))
    assert [plan.fault_of("c" * 12) for _ in range(4)] == [None, None, "rejected", "rejected"]


def test_a_bucket_refills_all_the_time() -> None:
    limit = RequestLimit(10.0)  # ten a second, a bucket of ten
    assert [limit.take(100.0).remaining for _ in range(10)] == list(range(9, -1, -1))
    full = limit.take(100.05)
    assert (full.allowed, full.retry_after) == (False, pytest.approx(0.05))  # half a token is there
    assert full.reset == pytest.approx(0.95)
    assert limit.take(100.1).allowed


def test_a_window_starts_anew() -> None:
    limit = RequestLimit(10.0, 2.0, "window")  # twenty in two seconds
    assert sum(limit.take(101.5).allowed for _ in range(30)) == 20
    state = limit.take(101.5)
    assert (state.allowed, state.retry_after, state.limit) == (False, 0.5, 20)
    assert limit.take(102.0).remaining == 19
