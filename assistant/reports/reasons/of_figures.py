"""Messages of figures: why one is undefined, how its interval was made, what a panel's reader must know."""

from __future__ import annotations

from collections.abc import Mapping

WHY_UNDEFINED: Mapping[str, str] = {
    "no_items": "no items",
    "no_such_answers": "no such answers",
    "empty_arm": "one of the two arms has no answers",
    "no_paired_answers": "no items with both answers",
    "one_label_by_both": (
        "both raters gave one and the same label to every item, so agreement beyond chance is undefined"
    ),
    "one_label_in_set": "the label set has one label only",
    "all_in_one_cluster": "all items are of one cluster, so the variation between clusters is unknown",
    "no_item_rated_twice": "no item has two ratings",
    "no_item_with_two_reviewers": "no item was answered by two reviewers",
    "one_label_in_all_ratings": "all ratings are one and the same label, so agreement beyond chance is undefined",
    "one_cluster": "there is only one cluster: the variation between clusters is unknown",
    "clusters_alike": "the clusters don't differ at all: the error of the mean is unknown",
    "label_never_by_machine": "the model never gave this label",
    "label_never_by_people": "people never gave this label",
    "no_spread_in_resamples": "every resample gives the same value, so its error is unknown",
    "undefined_statistic": "the statistic is undefined on these items",
    "one_grade": "people or the model gave every item the same grade",
    "no_relevant_result": "no query has a relevant result",
    "too_few_raters": (
        "{raters} raters have {items} items or more that the model and {others} or more others labelled too; the "
        "test takes {needed}"
    ),
    "no_item_of_label": "people gave some label to no item: how often the model errs on its items is unknown",
    "no_better_than_chance": "the model's answers do not depend on the label: they can't be corrected",
    "errors_differ": "the errors on labeled items don't explain these counts: the model errs differently on the others",
    "too_few_labelled_to_correct": "too few labeled items to correct the model's counts",
    "signal_of_no_item": "no labeled item has it",
    "signal_with_all_right": "all {answers} answers that have it are right",
    "signal_with_all_wrong": "all {answers} answers that have it are wrong",
    "constant_signal": "constant: {value:g} on all {items} items",
    "right_and_wrong_apart": "right and wrong answers lie wholly apart: no interval can be estimated",
    "signal_with_one_right": "only one right answer has it: no interval can be estimated",
    "signal_with_one_wrong": "only one wrong answer has it: no interval can be estimated",
}
"""Why a figure has no value, or no interval."""

METHODS: Mapping[str, str] = {
    "binomial_mid_p": "binomial, mid-p",
    "binomial_mid_p_unweighted": "binomial, mid-p, unweighted",
    "korn_graubard": "Korn and Graubard, effective n, mid-p",
    "census": "every item is known",
    "cluster_robust_t": "cluster-robust t",
    "carried_share": "the share's interval carried through the coefficient",
    "hull_with_items_added": "hull of Wilson's carried interval and the normal one with two items added",
    "prediction_powered": "prediction-powered (PPI++)",
    "rogan_gladen": "Rogan and Gladen, Lang and Reiczigel's interval",
    "confusion_inverse": "inverse of the confusion matrix, linearised",
    "goodness_of_fit": "goodness of fit (Donner and Eliasziw)",
    "linearised_bootstrap": "linearised (jackknife)",
    "percentile_bootstrap": "percentile bootstrap",
    "bca_bootstrap": "bca bootstrap",
    "tango": "Tango's interval, McNemar's mid-p test",
    "paired_t": "paired t interval and test",
    "cluster_robust": "cluster-robust paired t interval and test",
}
"""How an interval was made."""

PANEL_NOTES: Mapping[str, str] = {
    "known_in_part": (
        "{items:,} items are known in part only, people left categories unknown: whole answers are compared on the "
        "{others:,} others, each category on the items where it is known."
    ),
    "answers_never_settled_on": "Answers that are no item's human label count as not agreeing: {labels}.",
    "items_without_usable_answer": "{items:,} items got no usable answer; they count as not agreeing.",
    "intervals_count_groups": "The {items:,} items form {groups:,} groups; intervals count groups, not items.",
    "interval_counts_groups": "The {items:,} items form {groups:,} groups; the interval counts groups, not items.",
    "few_groups": (
        "The {groups:,} groups are few or unequal: their effective number is {alike:,}, and intervals may be too short."
    ),
    "few_groups_with_rarer_outcome": (
        "Only {holding:,} of the {groups:,} groups hold the rarer outcome: intervals may be too short."
    ),
    "for_this_batch_alone": (
        "Figures are valid for this batch only: items labeled for certain add nothing to the intervals."
    ),
    "figures_weighted": "Every figure is weighted by 1 / inclusion probability; the naive one is not.",
    "items_weighted": "Items are weighted by 1 / inclusion probability.",
    "first_repeat_judged": "Of the repeats only the first is evaluated.",
    "score_of_repeats": "An item's score is the share of its repeats that agree with people.",
    "answers_outside_set": (
        "{answers:,} answers of {variant} are outside the reference set, {labels}: they never agree."
    ),
}
"""What the reader must know of a panel or a comparison."""
