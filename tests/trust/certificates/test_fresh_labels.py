"""What breaks a certificate: fresh labels in the order of the checks that counted them first."""

from __future__ import annotations

from assistant.domain.certificates import CertificateStatus
from assistant.trust.certificates.fresh_labels import FreshLabels
from assistant.trust.certificates.monitoring_plan import MonitoringPlan

PLAN = MonitoringPlan.of(1000, 0.05, 0.05, finite=False, factor=2.0, power=0.8)


def fresh(wrong: int, right: int, counted: tuple[str, ...] = ()) -> FreshLabels:
    names = [f"i{number:03d}" for number in range(wrong + right)]
    human = {name: ("hate",) if at < wrong else ("safe",) for at, name in enumerate(names)}
    return FreshLabels(human, dict.fromkeys(names, ("safe",)), counted)


def test_labels_that_no_check_has_counted_come_in_a_random_order_that_the_certificate_decides() -> None:
    labels = fresh(0, 30)
    order = labels.new(1, "5eed")
    assert sorted(order) == sorted(labels.human)
    assert order == labels.new(1, "5eed")
    assert order != sorted(order)
    assert order != labels.new(2, "5eed")
    assert order != labels.new(1, "another")


def test_those_counted_before_come_first_whatever_their_number() -> None:
    labels = fresh(3, 7, counted=("i009", "i000"))
    new = labels.new(1, "5eed")
    assert not {"i009", "i000"} & set(new)
    tested = labels.test(new, PLAN)
    assert tested.labels == 10
    assert tested.error_share == 0.3
    assert [round(low, 6) for low, _ in tested.bounds[:1]] == [
        round(low, 6) for low, _ in labels.test([], PLAN).bounds[:1]
    ]


def test_an_item_whose_label_was_taken_back_since_is_left_out() -> None:
    labels = fresh(1, 4, counted=("i000", "gone"))
    assert labels.test(labels.new(1, "5eed"), PLAN).labels == 5


def test_several_labels_in_another_order_do_not_differ() -> None:
    labels = FreshLabels({"a": ("p", "q")}, {"a": ("q", "p")}, ())
    assert labels.test(["a"], PLAN).error_share == 0


def test_many_more_errors_than_permitted_break_it_and_none_leave_it_standing() -> None:
    bad, good = fresh(20, 20), fresh(0, 40)
    assert bad.test(bad.new(1, "5eed"), PLAN).standing is CertificateStatus.BROKEN
    assert good.test(good.new(1, "5eed"), PLAN).standing is CertificateStatus.STANDING
