"""How well a variant's confidence tells right from wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from assistant.reports.blocks import Block, Chart, Facts, Fold, Paragraph, ReportPart, Section, Table
from assistant.reports.charts.confidence import reliability, risk_and_coverage
from assistant.reports.figures import number, percent
from assistant.reports.words import Words
from assistant.stats.scores.calibration import Bin
from assistant.stats.scores.selective import RiskCoverage
from evals.evaluation import ConfidenceQuality

_OPEN = 3  # variants that stand open
_TOLD = (0.25, 0.5, 0.75, 1.0)  # coverages at which the risk is given


def confidence_section(confidences: Mapping[str, ConfidenceQuality], words: Words) -> Section:
    """A part for each variant."""
    folded = len(confidences) > _OPEN
    parts = [ReportPart(name, _blocks(name, one, words), folded) for name, one in confidences.items()]
    return Section("confidence", words.say("Confidence"), (), parts)


def _blocks(name: str, one: ConfidenceQuality, words: Words) -> list[Block]:
    if one.calibrated:
        said = words.say(
            "The confidence of {variant} is a calibrated probability that a reviewer agrees.", variant=name
        )
    else:
        said = words.say(
            "What {variant} states is its own score, not a calibrated probability that a reviewer agrees.",
            variant=name,
        )
    return [
        Paragraph(said, "lead"),
        Facts(_facts(one, words)),
        *_reliability(name, one.bins, words),
        *_risk(name, one.curve, words),
    ]


def _facts(one: ConfidenceQuality, words: Words) -> list[tuple[str, str]]:
    missing = words.say("not defined: these are no probabilities")
    error = missing if one.error is None else words.say("{number} points", number=number(100 * one.error))
    auroc = words.say("not defined: all items agree, or none does") if one.auroc is None else number(one.auroc, 3)
    return [
        (words.say("Expected calibration error"), error),
        (words.say("AUROC of agreed vs. not agreed"), auroc),
    ]


def _reliability(name: str, bins: Sequence[Bin] | None, words: Words) -> list[Block]:
    if not bins:
        return []
    told = [words.say("stated {stated}: {share} ({range}, n = {n})", **_bin(one, words)) for one in bins]
    description = words.punctuation.semicolon.join(told) + words.punctuation.full_stop
    draw = partial(reliability, bins, words.say("Stated"), words.say("Agrees with people"))
    columns = [words.say("Stated"), words.figures("Agreement"), words.figures("Interval"), words.figures("n")]
    rows = [tuple(_bin(one, words).values()) for one in bins]
    table = Table(words.say("The same in figures"), columns, rows, names=0)
    return [
        Chart(draw, words.say("Reliability: how often {variant} agrees, by what it states", variant=name), description),
        Fold(words.say("The same in figures"), [table]),
    ]


def _bin(one: Bin, words: Words) -> dict[str, str]:
    low = number(100 * one.interval_low) + ("" if words.language == "en" else "%")
    return {
        "stated": percent(one.mean_probability, words),
        "share": percent(one.share, words),
        "range": words.say("{low} to {high}", low=low, high=percent(one.interval_high, words)),
        "n": f"{one.n:,}",
    }


def _risk(name: str, curve: RiskCoverage, words: Words) -> list[Block]:
    if not len(curve.coverage):
        return []
    draw = partial(
        risk_and_coverage, curve, words.say("Share of items answered, the surest first"), words.say("Disagreement")
    )
    at = [min(int((curve.coverage < share - 1e-9).sum()), len(curve.coverage) - 1) for share in _TOLD]
    told = [
        words.say(
            "{coverage} answered: {risk}",
            coverage=percent(float(curve.coverage[i]), words),
            risk=percent(float(curve.risk[i]), words),
        )
        for i in dict.fromkeys(at)
    ]
    return [
        Chart(
            draw,
            words.say("Risk and coverage of {variant}: disagreement when only the surest are answered", variant=name),
            words.punctuation.semicolon.join(told) + words.punctuation.full_stop,
        )
    ]
