"""Evaluations made up for tests: their figures are plausible and belong to nobody."""

from __future__ import annotations

import itertools

import numpy as np

from assistant.domain.labels import NO_ANSWER
from assistant.domain.reasons import Reason
from assistant.stats.agreement.coefficient import Coefficient, undefined
from assistant.stats.scores.calibration import Bin
from assistant.stats.scores.selective import RiskCoverage
from evals.agreement.panel import AgreementPanel, Arms, Ceiling, PanelLabel
from evals.agreement.replacement import EpsilonTest, Replacement
from evals.comparison.comparison import ChangedItem, Comparison, Side, SliceEffect, Verdict
from evals.comparison.ranking import Ranked, RankedPair, Ranking
from evals.data.eval_data import Scale, VariantIdentity
from evals.disagreements.analysis import (
    Cluster,
    Conclusion,
    ConfusionPair,
    DisagreementAnalysis,
    DisagreementExample,
    GroupRow,
    ProbableSide,
    SliceFinding,
)
from evals.evaluation import ConfidenceQuality, Evaluation, Subject

OLD, NEW = "gpt-4o-mini · moderation@2", "gpt-4o-mini · moderation@3"
CLASSES = ("fine", "harassment", "hate|threat", "sexual", "spam", NO_ANSWER)
POLICY = "community@1"
TEXTS = (
    "You people are all the same, go back to where you came from before somebody makes you.",
    "限时优惠！加微信领取红包，先到先得，名额只剩三个，错过今天再等一年。",
    "أنت لا تستحق أن تكون هنا",
    "He said \u202etxet nedder\u202c and then <b>left</b>.\nSecond line,\twith a tab\u200b and a zero-width space.",
    "It was a long day. " * 90,
    "",
)


def figure(value: float, half: float = 0.02, n: int = 1_308, effective: float | None = None) -> Coefficient:
    """A figure with an interval of that half-width."""
    low, high = max(-1.0, value - half), min(1.0, value + half)
    return Coefficient(value, low, high, n, float(n) if effective is None else effective, method="korn_graubard")


def side(name: str, agreement: float, policy: str = POLICY) -> Side:
    """One side of a comparison with everything known."""
    identity = VariantIdentity(name.rpartition(" ")[2], policy, "openai:gpt-4o-mini", '{"temperature": 0}')
    return Side(name, identity, figure(agreement), 1.31, 0.00125, 840.0, 512.3, 3, 0)


def comparison(
    verdict: Verdict = Verdict.BETTER,
    *,
    margin: float | None = 0.02,
    more_items: int | None = None,
    comparisons: int = 1,
    policies: tuple[str, str] = (POLICY, POLICY),
) -> Comparison:
    """`NEW` against `OLD`, 3.2 points better (1.1 to 5.3)."""
    return Comparison(
        baseline=side(OLD, 0.799, policies[0]),
        candidate=side(NEW, 0.831, policies[1]),
        margin=margin,
        confidence=0.95,
        n_pairs=1_308,
        difference=figure(0.032, 0.021),
        p_value=0.0031,
        adjusted_p=0.0093 if comparisons > 1 else 0.0031,
        comparisons=comparisons,
        test=Reason("tango"),
        fixed=97,
        broken=55,
        fixed_items=tuple(_changed(at) for at in range(6)),
        broken_items=tuple(_changed(at) for at in range(6, 10)),
        minimum_detectable_difference=0.029,
        more_items=more_items,
        verdict=verdict,
        slices=(
            SliceEffect("language", "en", 820, 0.81, 0.85, figure(0.04, 0.025, 820), 0.0021, 0.0063),
            SliceEffect("language", "zh", 440, 0.78, 0.795, figure(0.015, 0.04, 440), 0.46, 0.92),
            SliceEffect("language", "ar", 48, 0.7, 0.7, Coefficient(0.0, None, None, 48, 48, reason=ONE), None, None),
        ),
        same_policy=policies[0] == policies[1],
        missing={Reason("neither_answered"): 12},
        notes=(Reason.of("interval_counts_groups", items=1_308, groups=402),),
    )


ONE = Reason("one_label_in_set")


def _changed(at: int) -> ChangedItem:
    answers = ("harassment", "hate|threat", "fine", NO_ANSWER)
    old, new = answers[at % 4], answers[(at + 1) % 4]
    return ChangedItem(
        f"post-{at:04d}",
        TEXTS[at % len(TEXTS)],
        "sexual" if NO_ANSWER in (old, new) and at % 2 else new if at < 6 else old,
        old,
        new,
    )


def panel(name: str, raw: float = 0.799, *, weighted: bool = False) -> AgreementPanel:
    """An agreement panel with everything filled."""
    table = np.round(np.diag([700.0, 120, 60, 90, 75, 0]) + 18 * np.abs(np.subtract.outer(range(6), range(6))))
    table[:, -1] = 2
    table[-1] = 0
    effective = 512.4 if weighted else 1_308.0
    return AgreementPanel(
        variant=name,
        coefficients={
            "raw": figure(raw, 0.022, effective=effective),
            "cohen_kappa": figure(0.661, 0.035, effective=effective),
            "gwet_ac1": figure(0.752, 0.028, effective=effective),
            "krippendorff_alpha": figure(0.66, 0.036, effective=effective),
        },
        naive=figure(0.715, 0.024) if weighted else None,
        n=1_308,
        effective_n=effective,
        classes=CLASSES,
        table=table * 1.37 if weighted else table,
        labels=tuple(
            PanelLabel(label, 0.2, 0.18, figure(0.8, 0.05), figure(0.7, 0.06), figure(0.75, 0.05))
            for label in CLASSES[:-1]
        ),
        ceiling=Ceiling(figure(0.965, 0.011), figure(raw), figure(raw - 0.965, 0.0215), figure(0.91, 0.02), 6),
        arms=Arms(figure(0.78, 0.03, 900), figure(0.9, 0.02, 400), figure(0.12, 0.036, 1_300)) if weighted else None,
        notes=(Reason.of("intervals_count_groups", items=1_308, groups=402),),
    )


def _example(at: int) -> DisagreementExample:
    return DisagreementExample(f"post-{at:04d}", TEXTS[at % len(TEXTS)], "fine", "harassment")


def disagreements(name: str) -> DisagreementAnalysis:
    """Disagreements with everything filled."""
    shown = tuple(_example(at) for at in range(3))
    policy = Conclusion(
        ProbableSide.POLICY,
        (
            Reason.of(
                "read_differently",
                share=Reason.of("whole_percent", percent=61.0),
                n=88,
                elsewhere=Reason("under_1_percent"),
            ),
        ),
    )
    machine = Conclusion(
        ProbableSide.MACHINE,
        (Reason.of("people_agree_on_all", n=41, overall=Reason("over_99_percent")), Reason("one_reviewer_an_item")),
    )
    return DisagreementAnalysis(
        variant=name,
        n=1_308,
        disagreed=263,
        pairs=(
            ConfusionPair("fine", "harassment", 88, 0.335, policy, shown),
            ConfusionPair("hate|threat", NO_ANSWER, 41, 0.156, machine, ()),
        ),
        groups=(
            GroupRow("language", "en", 820, figure(0.19, 0.03, 820)),
            GroupRow("reviewer", "reviewer-07", 0, undefined(Reason("no_items"), 0)),
        ),
        findings=(
            SliceFinding(
                (("language", "zh"), ("length", "over 500")),
                61,
                figure(0.44, 0.12, 61),
                0.18,
                2e-6,
                1.4e-4,
                True,
                machine,
                shown,
            ),
            SliceFinding((("source", "forum"),), 90, figure(0.27, 0.09, 90), 0.2, 0.04, 0.6, False, policy, ()),
        ),
        searched=74,
        clusters=(Cluster(("微信", "红包", "discount"), 34, ("spam", "fine"), machine, shown),),
        notes=(Reason("examples_surest_first"),),
    )


def confidence(*, calibrated: bool = True) -> ConfidenceQuality:
    """A reliability diagram of eight bins, and a curve of 500 thresholds; neither where it is no probability."""
    centres = [0.35, 0.48, 0.57, 0.66, 0.74, 0.83, 0.91, 0.97]
    bins = tuple(Bin(c - 0.04, c + 0.03, 160, 160.0, c, c - 0.03, c - 0.1, min(1.0, c + 0.04)) for c in centres)
    coverage = np.arange(1, 501) / 500
    curve = RiskCoverage(1 - coverage / 2, coverage, 0.2 * coverage**1.5)
    return ConfidenceQuality(calibrated, bins if calibrated else None, 0.031 if calibrated else None, 0.812, curve)


def subject(*names: str, title: str = "moderation, spring set") -> Subject:
    """What was evaluated, for these variants."""
    return Subject(
        title=title,
        digest="9f2c41d07ab3e6d85c21",
        items=1_320,
        settled=1_308,
        classes=CLASSES,
        scale=Scale.MULTI,
        raters=6,
        identities={name: VariantIdentity(name.rpartition(" ")[2], POLICY, "openai:gpt-4o-mini") for name in names},
        left_out={Reason("tied"): 12},
        notes=(Reason.of("sight_not_known", items=12),),
    )


def full() -> Evaluation:
    """Two variants, everything filled."""
    second = figure(0.69, 0.03)
    return Evaluation(
        subject=subject(OLD, NEW),
        panels={OLD: panel(OLD), NEW: panel(NEW, 0.831)},
        ranking=Ranking(
            (Ranked(NEW, figure(0.831), second, 1, 1), Ranked(OLD, figure(0.799), second, 2, 2)),
            (RankedPair(NEW, OLD, figure(0.032, 0.021), 0.0031, 0.0031),),
            1_308,
            ("gpt-3.5",),
        ),
        comparisons=(comparison(policies=(POLICY, "community@2")),),
        replacements={
            NEW: Replacement(NEW, 0.412, (EpsilonTest(0.0, 0.17, False), EpsilonTest(0.1, 0.67, True)), 6, None),
            OLD: Replacement(
                OLD,
                None,
                (EpsilonTest(0.0, None, None),),
                2,
                Reason.of("too_few_raters", raters=2, items=30, others=1, needed=3),
            ),
        },
        disagreements={NEW: disagreements(NEW)},
        confidences={OLD: confidence(calibrated=False), NEW: confidence()},
    )


def minimal() -> Evaluation:
    """One variant that agrees with everybody on one class, nothing else known."""
    name, n = "imported", 40
    coefficients = {
        "raw": Coefficient(1.0, 0.912, 1.0, n, n, method="korn_graubard"),
        "cohen_kappa": undefined(ONE, n),
        "gwet_ac1": undefined(ONE, n),
        "krippendorff_alpha": undefined(ONE, n),
    }
    row = PanelLabel("fine", 1.0, 1.0, figure(1.0, 0.088, n), figure(1.0, 0.088, n), undefined(ONE, n))
    shown = AgreementPanel(name, coefficients, None, n, n, ("fine",), np.array([[40.0]]), (row,), None, None)
    told = Subject("two files", "00ff", n, n, ("fine",), Scale.NOMINAL, 1, {name: VariantIdentity()}, {})
    return Evaluation(told, {name: shown})


def ranked(count: int = 33) -> Evaluation:
    """Many variants, every pair compared."""
    names = [f"model-{at:02d} · moderation@{1 + at % 4}" for at in range(count)]
    shares = {name: 0.86 - 0.011 * at for at, name in enumerate(names)}
    near = 4
    rows = tuple(
        Ranked(
            name,
            figure(shares[name], 0.03, 800),
            figure(shares[name] - 0.14, 0.05, 800),
            max(1, at - near),
            min(count, at + 2 + near),
        )
        for at, name in enumerate(names)
    )
    pairs = tuple(
        RankedPair(a, b, figure(shares[a] - shares[b], 0.04, 800), 0.2, 0.9)
        for a, b in itertools.combinations(names, 2)
    )
    panels = {name: panel(name, shares[name]) for name in names}
    return Evaluation(subject(*names), panels, Ranking(rows, pairs, 800, ()))


def weighted() -> Evaluation:
    """One variant, items weighing differently, blind and assisted answers."""
    return Evaluation(subject(OLD), {OLD: panel(OLD, 0.933, weighted=True)})
