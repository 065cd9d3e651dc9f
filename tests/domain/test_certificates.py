"""What a certificate rests on."""

import pytest

from assistant.domain.certificates import (
    CertificateEvent,
    CertificateEventKind,
    CertificateStatus,
    SampledItem,
    standing_after,
)


@pytest.mark.parametrize("probability", [0.0, -0.1, 1.0000001, float("nan")])
def test_a_chance_that_no_estimate_can_be_weighted_by_is_refused(probability: float) -> None:
    with pytest.raises(ValueError, match=r"item a: an inclusion probability lies in \(0, 1\]"):
        SampledItem("a", probability)


def test_any_other_chance_is_taken() -> None:
    assert [SampledItem("a", chance).inclusion_probability for chance in (1e-300, 1.0)] == [1e-300, 1.0]


@pytest.mark.parametrize(
    ("history", "standing"),
    [
        ("issued", CertificateStatus.STANDING),
        ("issued checked checked", CertificateStatus.STANDING),
        ("issued checked broken", CertificateStatus.BROKEN),
        ("issued broken checked", CertificateStatus.BROKEN),
        ("issued broken withdrawn", CertificateStatus.WITHDRAWN),
        ("issued withdrawn broken", CertificateStatus.WITHDRAWN),
    ],
)
def test_only_a_certificate_nothing_spoke_against_stands(history: str, standing: CertificateStatus) -> None:
    events = [CertificateEvent(1, CertificateEventKind(kind), {}, "now") for kind in history.split()]
    assert standing_after(events) is standing
