"""What was proved as a statement: counted, estimated and put into the sentence a manager repeats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.domain.policies import Label, LabelKind, LabelSet
from assistant.domain.statements import StatedClassifier, StatedRun, ValidFor
from assistant.trust.answer_codes import Classes
from assistant.trust.certificates.batch_statement import CertifiedBatch, Proof, percent
from assistant.trust.certificates.campaign import AuditRound, CertificateTarget
from assistant.trust.certificates.group_certificates import count_groups
from assistant.trust.certificates.stream import Stop, StreamCertificate, ThresholdTest
from assistant.trust.certificates.threshold_statement import ThresholdProof
from assistant.trust.human_labels import LabelColumns
from assistant.trust.pool import NONE

RUN = StatedRun(
    name="r1",
    origin="import",
    model="m",
    prompt=None,
    prompt_hash=None,
    policy=None,
    policy_hash=None,
    parameters={},
    replicate=0,
)
LABELS = LabelSet(LabelKind.SINGLE, (Label("safe", "fine", 0), Label("hate", "not fine", 2)))
CLASSES = Classes.of([("safe",), ("hate",)], [("safe",), ("hate",)])
TARGET = CertificateTarget(0.2, 0.9)
NOTHING: frozenset[str] = frozenset()


def batch(people: list[int]) -> CertifiedBatch:
    """Ten items with these human labels, one answer each; the first three drawn to start, the next to audit."""
    codes = np.array(people)
    labels = LabelColumns(codes, codes, codes, NOTHING, NOTHING, NOTHING, NOTHING, np.zeros(0, dtype=np.int64), 1)
    drawn = {"start": np.array([0, 1, 2]), "audit": np.array([4, 6])}
    return CertifiedBatch(RUN, [f"i{at}" for at in range(10)], CLASSES, labels, (codes != NONE).astype(int), drawn)


def proof(people: list[int], by: str | None = None, groups: list[str] | None = None) -> Proof:
    """Candidates 3 to 9, all `safe` by the machine, of which 4 and 6 were audited with half a chance."""
    order = np.arange(3, 10)
    audit_round = AuditRound(order, order * 0, np.linspace(0.99, 0.9, 7), np.isin(order, [4, 6]))
    of = batch(people)
    names = np.array(groups or [""] * 10, dtype=object)
    counts = count_groups([audit_round], of.labels.certifying, names, TARGET, lambda *_: 1)
    return Proof(
        batch=of,
        label_set=LABELS,
        target=TARGET,
        design="campaign",
        by=by,
        counts=counts,
        rounds=[audit_round],
        places=[(7, 3)],
        rate=0.5,
        seed=1,
        nonce=None,
        policies=["community@1"],
    )


RIGHT = [0, 1, 0, NONE, 0, NONE, 0, NONE, NONE, NONE]
ONE_WRONG = [0, 1, 0, NONE, 1, NONE, 0, NONE, NONE, NONE]


def test_a_batch_is_stated_with_what_is_allowed_accepted_audited_and_estimated() -> None:
    statement = proof(ONE_WRONG).statement()
    # 10 items at 20 %: 2 wrong ones may stay. Of 7 candidates 2 were audited: 5 are accepted.
    assert (statement.population, statement.allowed, statement.accepted, statement.passed) == (10, 2, 5, 7)
    assert (statement.offered, statement.audited, statement.errors, statement.tolerated) == (7, 2, 1, 1)
    assert statement.estimate is not None
    # One error was audited with a chance of 1/2: it stands for one more that was not.
    assert (statement.estimate.accepted, statement.estimate.batch) == (0.2, 0.1)
    assert (statement.estimate.accepted_upper, statement.estimate.batch_upper) == (0.4, 0.2)
    [stated] = statement.waves
    assert (stated.sample, stated.fit, stated.offered, stated.passed, stated.passed_by) == (7, 3, 7, 7, None)
    assert (statement.left, statement.complete) == (0, True)


def test_the_cost_is_counted_by_what_the_labels_were_drawn_for() -> None:
    statement = proof(RIGHT).statement()
    assert dict(statement.labels) == {"start": 3, "audit": 2, "other": 0, "total": 5}
    assert (statement.answers, statement.answers_wanted) == (5, 1)


def test_the_sentence_says_how_many_of_which_labels_may_differ_and_what_is_still_to_come() -> None:
    whole = proof(RIGHT)
    assert whole.sentence.startswith("Of these 10 labels, at most 20 % (2) differ from what the reviewers would")
    assert "of the 5 that are" in whole.sentence
    assert "at most 40.0% do" in whole.sentence
    assert "one blind answer an item, given under policy community@1." in whole.sentence
    assert "It holds once" not in whole.sentence
    waiting = replace(whole, counts=[replace(whole.counts[0], kept=np.array([3, 5]))])
    assert waiting.left == 3
    assert waiting.sentence.split(". ")[-1].startswith("It holds once people have")


def test_groups_are_stated_each_for_itself_and_only_the_certified_ones_in_the_sentence() -> None:
    # Two errors in "en": only one is tolerated, and it ends at the second; "de" has no audited item.
    people = [0, 1, 0, NONE, 1, NONE, 1, NONE, NONE, NONE]
    stated = proof(people, "language", ["de"] * 3 + ["de"] + ["en"] * 6).statement()
    de, en = stated.groups
    assert (de.group, de.population, de.allowed, de.accepted) == ("de", 4, 0, 1)
    assert (en.group, en.errors, en.accepted, en.certified) == ("en", 1, 1, True)
    assert stated.allowed == 1
    assert dict(stated.waves[0].passed_by or {}) == {"de": 1, "en": 2}
    assert (stated.errors, stated.tolerated, stated.losses) == (None, None, None)
    assert "de (4; at most 0.0% of the 1" in stated.sentence


def test_losses_are_bounded_where_the_policy_has_severities_and_else_it_says_why_not() -> None:
    bounded = proof(ONE_WRONG).statement()
    assert bounded.losses is not None
    assert sorted(bounded.losses) == ["missed violation", "severity", "wrong removal"]
    assert bounded.losses["missed violation"].found == 1
    assert bounded.losses_reason is None
    harmless = LabelSet(LabelKind.SINGLE, (Label("safe", "fine", 0), Label("hate", "fine", 0)))
    for other, part in (
        (replace(proof(RIGHT), label_set=harmless), "no severities"),
        (replace(proof(RIGHT), design="declared"), "audit by"),
        (replace(proof(RIGHT), batch=replace(batch(RIGHT), classes=CLASSES.extended([("odd",)]))), "does not know"),
    ):
        stated = other.statement()
        assert stated.losses is None
        assert part in (stated.losses_reason or "")


def test_the_digest_of_the_labels_changes_with_one_label_and_with_nothing_else() -> None:
    digest = batch(RIGHT).labels_digest()
    assert len(digest) == 32
    assert digest == batch(RIGHT).labels_digest() == replace(batch(RIGHT), drawn={}).labels_digest()
    assert digest != batch(ONE_WRONG).labels_digest()


def test_a_threshold_is_stated_with_its_coverage_and_what_it_is_valid_for() -> None:
    order = np.arange(3, 10)
    confidence = np.array([0.99, 0.98, 0.97, 0.96, 0.7, 0.6, 0.5])
    step = ThresholdTest(threshold=0.96, coverage=0.5, accepted=40, errors=2, p_value=0.01)
    found = StreamCertificate(0.2, 0.1, 60, step, 0.31, 0.692, Stop.NOT_REJECTED, (step,), None)
    valid = ValidFor(
        policy="p@1", policy_hash="h", embedder="e", values={"language": ("en",)}, inputs=("signal score",)
    )
    stated = ThresholdProof(
        batch=batch(RIGHT),
        target=TARGET,
        audit_round=AuditRound(order, order * 0, confidence, np.isin(order, [4, 8])),
        place=(7, 3),
        found=found,
        rate=2 / 7,
        seed=1,
        nonce=None,
        policies=["p@1"],
        classifier=StatedClassifier(version=1, digest="d", bytes=10),
        valid_for=valid,
    ).statement()
    # Four are at least that sure, one of them audited; six of ten have no human label, three of these are accepted.
    assert (stated.passed, stated.accepted, stated.audited, stated.left) == (4, 3, 2, 2)
    assert (stated.allowed, stated.threshold, stated.coverage) == (None, 0.96, (0.31, 0.692))
    assert stated.estimate is not None
    assert (stated.estimate.accepted, stated.estimate.accepted_upper, stated.estimate.batch) == (0.05, 0.2, None)
    assert "confidence of 0.96 or more, at most 20 % differ" in stated.sentence
    assert "31 % to 70 % of what comes" in stated.sentence
    assert stated.as_json()["valid_for"]["values"] == {"language": ["en"]}
    assert "batch" not in stated.as_json()["estimate"]


@pytest.mark.parametrize(("share", "shown"), [(0.05, "5 %"), (0.999, "99.9 %"), (1 / 3, "33.33333333 %")])
def test_a_share_is_written_as_percent_without_trailing_zeros(share: float, shown: str) -> None:
    assert percent(share) == shown
