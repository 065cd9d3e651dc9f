"""Results as sentences that can be repeated aloud, in English and Simplified Chinese.

Everywhere `language` is one of `words.LANGUAGES`, else InputError. Names come from the data and are left as they are:
whoever shows a sentence makes it safe for the place.
"""

from __future__ import annotations

from assistant.reports.figures import dollars, duration, interval, number, p_value, percent, share, signed, size
from assistant.reports.words import Words
from evals.agreement.panel import AgreementPanel, Ceiling, Invalid, PeoplePanel
from evals.agreement.replacement import Replacement
from evals.comparison.comparison import Comparison, Side, Verdict
from evals.comparison.ranking import Ranking

_SHOWN_LABELS = 12


def verdict_sentence(comparison: Comparison, language: str = "en") -> str:
    """Which of two variants agrees more with people, how sure that is, and the verdict last.

    Where the policy versions differ, that comes first.
    """
    words = Words(language)
    parts = [_sides(comparison, words), _verdict(comparison, words)]
    if not comparison.same_policy:
        parts.insert(0, _policies(comparison, words))
    return words["space"].join(parts)


def _policies(comparison: Comparison, words: Words) -> str:
    baseline, candidate = comparison.baseline, comparison.candidate
    return words.say(
        "policies_differ",
        baseline=baseline.name,
        candidate=candidate.name,
        baseline_policy=baseline.identity.policy or words["not_known"],
        candidate_policy=candidate.identity.policy or words["not_known"],
    )


def _sides(comparison: Comparison, words: Words) -> str:
    baseline, candidate, difference = comparison.baseline, comparison.candidate, comparison.difference
    names = {"baseline": baseline.name, "candidate": candidate.name}
    if difference.value is None or baseline.agreement.value is None or candidate.agreement.value is None:
        return words.say("difference_undefined", reason=words.reason(difference.reason), **names)
    return words.say(
        "sides",
        **names,
        baseline_share=percent(baseline.agreement.value, words),
        candidate_share=percent(candidate.agreement.value, words),
        difference=words.say("points", number=signed(100 * difference.value)),
        inside=words["join"].join(_evidence(comparison, words)),
    )


def _evidence(comparison: Comparison, words: Words) -> list[str]:
    difference = comparison.difference
    if difference.low is None or difference.high is None:
        parts = [words.say("no_interval", reason=words.reason(difference.reason))]
    else:
        ends = {"low": signed(100 * difference.low), "high": signed(100 * difference.high)}
        parts = [
            words.say("interval_at", level=f"{comparison.confidence:.0%}".replace("%", words["percent"][8:]), **ends)
        ]
    parts.append(size(difference, words))
    if comparison.adjusted_p is not None and comparison.comparisons > 1:
        parts.append(words.say("corrected", p=p_value(comparison.adjusted_p), count=comparison.comparisons))
    elif comparison.p_value is not None:
        parts.append(p_value(comparison.p_value))
    return parts


def _level(confidence: float, words: Words) -> str:
    return words.say("percent", number=f"{100 * confidence:g}")


def _verdict(comparison: Comparison, words: Words) -> str:
    names = {"baseline": comparison.baseline.name, "candidate": comparison.candidate.name}
    margin = "" if comparison.margin is None else words.say("points", number=number(100 * comparison.margin))
    if comparison.verdict is Verdict.CANNOT_TELL:
        more = comparison.more_items
        need = words["need_unknown"] if more is None else words.say("need_more", count=f"{more:,}")
        nor = words.say("nor_margin", margin=margin) if margin else ""
        return words.say("cannot_tell", margin=nor, need=need, **names)
    if comparison.verdict is Verdict.NO_WORSE:
        surely_below = comparison.difference.high is not None and comparison.difference.high < 0
        return words.say("little_worse" if surely_below else "no_worse", margin=margin, **names)
    return words.say("better" if comparison.verdict is Verdict.BETTER else "worse", **names)


def panel_sentence(panel: AgreementPanel, language: str = "en") -> str:
    """How far a variant agrees with reviewers, and how that compares with two reviewers."""
    words = Words(language)
    raw = panel.coefficients["raw"]
    if raw.value is None:
        said = [words.say("agreement_undefined", variant=panel.variant, reason=words.reason(raw.reason))]
    else:
        inside = words["comma"].join((interval(raw, words), size(raw, words)))
        said = [words.say("agrees", variant=panel.variant, share=percent(raw.value, words), inside=inside)]
    said += [words["people_unknown"]] if panel.ceiling is None else _beside_people(panel, panel.ceiling, words)
    sentences = [words["join"].join(said) + words["full_stop"]]
    if panel.naive is not None and panel.naive.value is not None:
        sentences.append(words.say("naive", share=percent(panel.naive.value, words)))
    return words["space"].join(sentences)


def invalid_sentence(panel: AgreementPanel, language: str = "en") -> str:
    """Which answers are none, since they hold what the label set does not have; empty where there are none.

    It stands before every figure: where these are labels all the same, they have to be declared.
    """
    words, invalid = Words(language), panel.invalid
    if invalid is None:
        return ""
    names = words["list"].join(invalid.reference_set[:_SHOWN_LABELS])
    count = sum(invalid.labels.values())
    return words.say(
        "invalid_one" if count == 1 else "invalid_some",
        count=f"{count:,}",
        answers=f"{invalid.answers:,}",
        variant=panel.variant,
        labels=_invalid_labels(invalid, words, alone=count == 1),
        kind=words["grade_kind" if invalid.grades else "label_kind"],
        names=names + (words["and_others"] if len(invalid.reference_set) > _SHOWN_LABELS else ""),
    )


def _invalid_labels(invalid: Invalid, words: Words, *, alone: bool) -> str:
    shown = [
        f"'{label}'" if alone else words.say("invalid_label", label=f"'{label}'", count=f"{count:,}")
        for label, count in list(invalid.labels.items())[:_SHOWN_LABELS]
    ]
    if len(invalid.labels) > _SHOWN_LABELS:
        shown.append(words.say("more_labels", count=f"{len(invalid.labels) - _SHOWN_LABELS:,}"))
    return words["list"].join(shown)


def _beside_people(panel: AgreementPanel, ceiling: Ceiling, words: Words) -> list[str]:
    people, machine, raw = ceiling.human_human, ceiling.machine_human, panel.coefficients["raw"]
    if people.value is None:
        return [words.say("people_undefined", reason=words.reason(people.reason))]
    parts = {"share": percent(people.value, words), "count": f"{people.n:,}"}
    alike = (
        raw.value is not None and machine.value is not None and number(100 * raw.value) == number(100 * machine.value)
    )
    if machine.value is None or alike:
        said = words.say("people_agree", **parts)
    else:
        said = words.say("people_agree_on_shared", machine=percent(machine.value, words), **parts)
    return [said, _gap(ceiling, words)]


def _gap(ceiling: Ceiling, words: Words) -> str:
    gap = ceiling.gap
    if gap.value is None:
        return words.say("gap_undefined", reason=words.reason(gap.reason))
    if gap.low is None or gap.high is None:
        return words.say("gap_without_interval", gap=signed(100 * gap.value), reason=words.reason(gap.reason))
    if gap.low <= 0 <= gap.high:
        ends = words.say("interval", low=signed(100 * gap.low), high=signed(100 * gap.high))
        return words.say("like_people", gap=signed(100 * gap.value), interval=ends)
    low, high = sorted((abs(100 * gap.low), abs(100 * gap.high)))
    inside = words.say("brackets", inside=words.say("interval", low=number(low), high=number(high)))
    key = "below_people" if gap.high < 0 else "above_people"
    return words.say(key, gap=number(abs(100 * gap.value)), inside=inside)


def people_sentence(people: PeoplePanel, language: str = "en") -> str:
    """What two reviewers of an item reach."""
    words = Words(language)
    raw, alpha = people.coefficients["raw"], people.coefficients["krippendorff_alpha"]
    if raw.value is None:
        return words.say("reviewers_undefined", reason=words.reason(raw.reason))
    told = [words.say("reviewers_agree", share=share(raw, words))]
    if alpha.value is not None:
        told.append(words.say("reviewers_alpha", alpha=number(alpha.value, 2)))
    return words["space"].join(told)


def replacement_sentence(replacement: Replacement, language: str = "en") -> str:
    """Whether a variant may stand in for a reviewer, at the smallest allowance under which it may."""
    words = Words(language)
    tested = [one for one in replacement.allowances if one.passed is not None and one.winning_rate is not None]
    if not tested:
        return words.say("replace_undefined", variant=replacement.variant, reason=words.reason(replacement.reason))
    passed = next((one for one in tested if one.passed), None)
    shown = passed or tested[-1]
    rate = percent(shown.winning_rate or 0.0, words, 0)
    parts = {"variant": replacement.variant, "rate": rate, "raters": replacement.raters}
    epsilon = number(100 * shown.epsilon, 0)
    if passed is None:
        return words.say("may_not_replace", epsilon=epsilon, **parts)
    allowance = words.say("some_allowance", epsilon=epsilon) if passed.epsilon > 0 else words["no_allowance"]
    return words.say("may_replace", allowance=allowance, **parts)


def ranking_sentence(ranking: Ranking, language: str = "en") -> str:
    """Which variant agrees most with people, and which others may be as good."""
    words = Words(language)
    said = [_first(ranking, words)] if ranking.ranked else []
    if ranking.left_out:
        said.append(words.say("not_ranked", names=words.names(ranking.left_out)))
    return words["space"].join(said)


def _first(ranking: Ranking, words: Words) -> str:
    best, count = ranking.ranked[0], len(ranking.ranked)
    parts = {"count": count, "n": f"{ranking.n:,}"}
    agreement = best.agreement
    if agreement.value is None:
        return words.say("ranked_undefined", reason=words.reason(agreement.reason), **parts)
    share = percent(agreement.value, words)
    first = words.say("ranked_first", best=best.variant, share=share, interval=interval(agreement, words), **parts)
    rivals = tuple(one.variant for one in ranking.ranked[1:] if one.first_rank == 1)
    if rivals:
        end = words.say("maybe_best", others=words.names(rivals))
    else:
        end = words.say("better_of_two", other=ranking.ranked[1].variant) if count == 2 else words["surely_best"]
    return words["space"].join((first, end))


def spent_sentence(side: Side, language: str = "en") -> str:
    """What one side of a comparison took: money, time and tokens, as far as known."""
    words = Words(language)
    parts = [words.say(key, **{name: shown}) for key, name, shown in _spent(side) if shown is not None]
    all_parts = words["comma"].join(parts)
    said = [
        words.say("spent", variant=side.name, parts=all_parts)
        if parts
        else words.say("spent_unknown", variant=side.name)
    ]
    if side.failed:
        said.append(words.say("failed_items", count=f"{side.failed:,}"))
    return words["space"].join(said)


def _spent(side: Side) -> list[tuple[str, str, str | None]]:
    return [
        ("cost_of_all", "cost", None if side.cost_usd is None else dollars(side.cost_usd)),
        ("cost_of_agreed", "cost", None if side.cost_per_agreed_usd is None else dollars(side.cost_per_agreed_usd)),
        ("median_time", "time", None if side.latency_ms is None else duration(side.latency_ms)),
        ("mean_tokens", "tokens", None if side.tokens is None else f"{side.tokens:,.0f}"),
    ]
