"""Results as sentences that can be repeated aloud, in English and Simplified Chinese.

Everywhere `language` is one of `words.LANGUAGES`, else InputError. Names come from the data and are left as they are:
the caller makes it safe for the place.
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
    return words.punctuation.space.join(parts)


def _policies(comparison: Comparison, words: Words) -> str:
    baseline, candidate = comparison.baseline, comparison.candidate
    return words.say(
        "Different policy versions: {baseline} was asked under {baseline_policy}, {candidate} "
        "under {candidate_policy}, so what follows is not the prompt's or the model's doing "
        "alone.",
        baseline=baseline.name,
        candidate=candidate.name,
        baseline_policy=baseline.identity.policy or words.say("unknown"),
        candidate_policy=candidate.identity.policy or words.say("unknown"),
    )


def _sides(comparison: Comparison, words: Words) -> str:
    baseline, candidate, difference = comparison.baseline, comparison.candidate, comparison.difference
    names = {"baseline": baseline.name, "candidate": candidate.name}
    if difference.value is None or baseline.agreement.value is None or candidate.agreement.value is None:
        return words.say(
            "The difference between {candidate} and {baseline} is not defined: {reason}.",
            reason=words.reason(difference.reason),
            **names,
        )
    return words.say(
        "{candidate} agrees with people on {candidate_share} of items, {baseline} on "
        "{baseline_share}: {difference} ({inside}).",
        **names,
        baseline_share=percent(baseline.agreement.value, words),
        candidate_share=percent(candidate.agreement.value, words),
        difference=words.say("{number} percentage points", number=signed(100 * difference.value)),
        inside=words.punctuation.semicolon.join(_evidence(comparison, words)),
    )


def _evidence(comparison: Comparison, words: Words) -> list[str]:
    difference = comparison.difference
    if difference.low is None or difference.high is None:
        parts = [words.say("no interval: {reason}", reason=words.reason(difference.reason))]
    else:
        ends = {"low": signed(100 * difference.low), "high": signed(100 * difference.high)}
        parts = [
            words.say(
                "{level} interval {low} to {high}",
                level=words.say("{number} %", number=f"{100 * comparison.confidence:.0f}"),
                **ends,
            )
        ]
    parts.append(size(difference, words))
    if comparison.adjusted_p is not None and comparison.comparisons > 1:
        parts.append(
            words.say(
                "{p} after Holm's correction for {count} comparisons",
                p=p_value(comparison.adjusted_p),
                count=comparison.comparisons,
            )
        )
    elif comparison.p_value is not None:
        parts.append(p_value(comparison.p_value))
    return parts


def _verdict(comparison: Comparison, words: Words) -> str:
    names = {"baseline": comparison.baseline.name, "candidate": comparison.candidate.name}
    margin = (
        ""
        if comparison.margin is None
        else words.say("{number} percentage points", number=number(100 * comparison.margin))
    )
    if comparison.verdict is Verdict.CANNOT_TELL:
        more = comparison.more_items
        need = (
            words.say("how many more items that needs can't be said from these")
            if more is None
            else words.say("that needs about {count} more items", count=f"{more:,}")
        )
        nor = words.say(", nor whether it is no worse than the margin of {margin}", margin=margin) if margin else ""
        return words.say(
            "Inconclusive whether {candidate} is better or worse than {baseline}{margin}: {need}.",
            margin=nor,
            need=need,
            **names,
        )
    if comparison.verdict is Verdict.NO_WORSE:
        if comparison.difference.high is not None and comparison.difference.high < 0:
            return words.say(
                "{candidate} is worse than {baseline}, but no worse than the margin of {margin}.",
                margin=margin,
                **names,
            )
        return words.say(
            "{candidate} is no worse than {baseline} within the margin of {margin}.", margin=margin, **names
        )
    if comparison.verdict is Verdict.BETTER:
        return words.say("{candidate} is better than {baseline}.", **names)
    return words.say("{candidate} is worse than {baseline}.", **names)


def panel_sentence(panel: AgreementPanel, language: str = "en") -> str:
    """How far a variant agrees with reviewers, and how that compares with two reviewers."""
    words = Words(language)
    raw = panel.coefficients["raw"]
    if raw.value is None:
        said = [
            words.say(
                "How far {variant} agrees with reviewers is not defined: {reason}",
                variant=panel.variant,
                reason=words.reason(raw.reason),
            )
        ]
    else:
        inside = words.punctuation.comma.join((interval(raw, words), size(raw, words)))
        said = [
            words.say(
                "{variant} agrees with reviewers on {share} of items ({inside})",
                variant=panel.variant,
                share=percent(raw.value, words),
                inside=inside,
            )
        ]
    said += (
        [words.say("how far two reviewers agree is not known: no item has two answers")]
        if panel.ceiling is None
        else _beside_people(panel, panel.ceiling, words)
    )
    sentences = [words.punctuation.semicolon.join(said) + words.punctuation.full_stop]
    if panel.naive is not None and panel.naive.value is not None:
        sentences.append(
            words.say(
                "A plain average over the reviewed items would have said {share}: it doesn't speak for all items.",
                share=percent(panel.naive.value, words),
            )
        )
    return words.punctuation.space.join(sentences)


def invalid_sentence(panel: AgreementPanel, language: str = "en") -> str:
    """Which answers are none, since they hold what the label set does not have; empty where there are none.

    It stands before every figure: where these are labels all the same, they have to be declared.
    """
    words, invalid = Words(language), panel.invalid
    if invalid is None:
        return ""
    count, names = sum(invalid.labels.values()), words.punctuation.list.join(invalid.reference_set[:_SHOWN_LABELS])
    parts = {
        "answers": f"{invalid.answers:,}",
        "variant": panel.variant,
        "labels": _invalid_labels(invalid, words, alone=count == 1),
        "kind": words.say("grade") if invalid.grades else words.say("label"),
        "names": names + (words.say(", ...") if len(invalid.reference_set) > _SHOWN_LABELS else ""),
    }
    if count == 1:
        return words.say(
            "1 of {answers} answers of {variant} is {labels}, which is no {kind} of the reference set ({names}): "
            "counted as no valid answer.",
            **parts,
        )
    return words.say(
        "{count} of {answers} answers of {variant} are {labels}, which are no {kind}s of the reference set ({names}): "
        "counted as no valid answers.",
        count=f"{count:,}",
        **parts,
    )


def _invalid_labels(invalid: Invalid, words: Words, *, alone: bool) -> str:
    shown = [
        f"'{label}'" if alone else words.say("{label} ({count})", label=f"'{label}'", count=f"{count:,}")
        for label, count in list(invalid.labels.items())[:_SHOWN_LABELS]
    ]
    if len(invalid.labels) > _SHOWN_LABELS:
        shown.append(words.say("{count} others", count=f"{len(invalid.labels) - _SHOWN_LABELS:,}"))
    return words.punctuation.list.join(shown)


def _beside_people(panel: AgreementPanel, ceiling: Ceiling, words: Words) -> list[str]:
    people, machine, raw = ceiling.human_human, ceiling.machine_human, panel.coefficients["raw"]
    if people.value is None:
        return [words.say("how far two reviewers agree is not defined: {reason}", reason=words.reason(people.reason))]
    parts = {"share": percent(people.value, words), "count": f"{people.n:,}"}
    alike = (
        raw.value is not None and machine.value is not None and number(100 * raw.value) == number(100 * machine.value)
    )
    if machine.value is None or alike:
        said = words.say("two reviewers agree on {share}", **parts)
    else:
        said = words.say(
            "of the {count} items with several reviewers, two agree on {share} and the model with "
            "one of them on {machine}",
            machine=percent(machine.value, words),
            **parts,
        )
    return [said, _gap(ceiling, words)]


def _gap(ceiling: Ceiling, words: Words) -> str:
    gap = ceiling.gap
    if gap.value is None:
        return words.say("the gap to people is not defined: {reason}", reason=words.reason(gap.reason))
    if gap.low is None or gap.high is None:
        return words.say(
            "the model is {gap} points from the human baseline, with unknown certainty: {reason}",
            gap=signed(100 * gap.value),
            reason=words.reason(gap.reason),
        )
    if gap.low <= 0 <= gap.high:
        ends = words.say("{low} to {high}", low=signed(100 * gap.low), high=signed(100 * gap.high))
        return words.say(
            "inconclusive whether the model is below or above the human baseline (gap {gap} pp, {interval})",
            gap=signed(100 * gap.value),
            interval=ends,
        )
    low, high = sorted((abs(100 * gap.low), abs(100 * gap.high)))
    inside = words.say(" ({inside})", inside=words.say("{low} to {high}", low=number(low), high=number(high)))
    parts = {"gap": number(abs(100 * gap.value)), "inside": inside}
    if gap.high < 0:
        return words.say("so the model is {gap} points{inside} below the human baseline", **parts)
    return words.say("so the model is {gap} points{inside} above the human baseline", **parts)


def people_sentence(people: PeoplePanel, language: str = "en") -> str:
    """What two reviewers of an item reach."""
    words = Words(language)
    raw, alpha = people.coefficients["raw"], people.coefficients["krippendorff_alpha"]
    if raw.value is None:
        return words.say(
            "How far reviewers agree with each other is not defined: {reason}.", reason=words.reason(raw.reason)
        )
    told = [words.say("Two reviewers of an item agree on {share}.", share=share(raw, words))]
    if alpha.value is not None:
        told.append(
            words.say(
                "Beyond what chance would give that is a Krippendorff's alpha of {alpha}.", alpha=number(alpha.value, 2)
            )
        )
    return words.punctuation.space.join(told)


def replacement_sentence(replacement: Replacement, language: str = "en") -> str:
    """Whether a variant may stand in for a reviewer, at the smallest allowance under which it may."""
    words = Words(language)
    tested = [one for one in replacement.allowances if one.passed is not None and one.winning_rate is not None]
    if not tested:
        return words.say(
            "Inconclusive whether {variant} may stand in for a reviewer: {reason}.",
            variant=replacement.variant,
            reason=words.reason(replacement.reason),
        )
    passed = next((one for one in tested if one.passed), None)
    shown = passed or tested[-1]
    rate = percent(shown.winning_rate or 0.0, words, 0)
    parts = {"variant": replacement.variant, "rate": rate, "raters": replacement.raters}
    epsilon = number(100 * shown.epsilon, 0)
    if passed is None:
        return words.say(
            "{variant} may not stand in for a reviewer: even if it may be up to {epsilon} points "
            "worse, it holds its own against only {rate} of {raters} reviewers, and half is needed.",
            epsilon=epsilon,
            **parts,
        )
    allowance = (
        words.say("it may be up to {epsilon} points worse, since it costs less", epsilon=epsilon)
        if passed.epsilon > 0
        else words.say("no allowance is made for its lower cost")
    )
    return words.say(
        "{variant} may stand in for a reviewer if {allowance}: there it holds its own against "
        "{rate} of {raters} reviewers, and half is enough.",
        allowance=allowance,
        **parts,
    )


def ranking_sentence(ranking: Ranking, language: str = "en") -> str:
    """Which variant agrees most with people, and which others may be as good."""
    words = Words(language)
    said = [_first(ranking, words)] if ranking.ranked else []
    if ranking.left_out:
        said.append(
            words.say(
                "Not ranked, since they answered too few of the items: {names}.", names=words.names(ranking.left_out)
            )
        )
    return words.punctuation.space.join(said)


def _first(ranking: Ranking, words: Words) -> str:
    best, count = ranking.ranked[0], len(ranking.ranked)
    parts = {"count": count, "n": f"{ranking.n:,}"}
    agreement = best.agreement
    if agreement.value is None:
        return words.say(
            "{count} variants on the same {n} items can't be ranked: {reason}.",
            reason=words.reason(agreement.reason),
            **parts,
        )
    share = percent(agreement.value, words)
    first = words.say(
        "Of {count} variants on the same {n} items, {best} agrees most with people: {share} ({interval}).",
        best=best.variant,
        share=share,
        interval=interval(agreement, words),
        **parts,
    )
    rivals = tuple(one.variant for one in ranking.ranked[1:] if one.first_rank == 1)
    if rivals:
        end = words.say(
            "These items are inconclusive on whether it is better than {others}.", others=words.names(rivals)
        )
    else:
        end = (
            words.say("It is better than {other}.", other=ranking.ranked[1].variant)
            if count == 2
            else words.say("It is better than each of the others.")
        )
    return words.punctuation.space.join((first, end))


def spent_sentence(side: Side, language: str = "en") -> str:
    """What one side of a comparison took: money, time and tokens, as far as known."""
    words = Words(language)
    parts = _spent(side, words)
    all_parts = words.punctuation.comma.join(parts)
    said = [
        words.say("{variant} took {parts}.", variant=side.name, parts=all_parts)
        if parts
        else words.say("What {variant} took is not known.", variant=side.name)
    ]
    if side.failed:
        said.append(
            words.say("{count} items have no usable answer and count as not agreeing.", count=f"{side.failed:,}")
        )
    return words.punctuation.space.join(said)


def _spent(side: Side, words: Words) -> list[str]:
    parts = []
    if side.cost_usd is not None:
        parts.append(words.say("US$ {cost} for these items", cost=dollars(side.cost_usd)))
    if side.cost_per_agreed_usd is not None:
        parts.append(words.say("US$ {cost} for each label that agrees", cost=dollars(side.cost_per_agreed_usd)))
    if side.latency_ms is not None:
        parts.append(words.say("{time} for the median call", time=duration(side.latency_ms)))
    if side.tokens is not None:
        parts.append(words.say("{tokens} tokens for the mean item", tokens=f"{side.tokens:,.0f}"))
    return parts
