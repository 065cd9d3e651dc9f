"""Messages of the data of an evaluation: why items are left out, what a reader must know, names of slices."""

from __future__ import annotations

from collections.abc import Mapping

LEFT_OUT: Mapping[str, str] = {
    "unlabelled": "labelled by nobody",
    "open": "known in part only: people left categories unknown",
    "tied": "people don't settle on one label",
    "only_baseline_answered": "only the baseline was asked",
    "only_candidate_answered": "only the candidate was asked",
    "neither_answered": "neither was asked",
    "not_selected": "left out by the filter",
    "only_assisted": "answered only in sight of the machine's answer",
    "off_label_set": "labels outside the label set",
    "more_than_max_items": "more than max_items",
    "too_few_reviewers": "fewer than {reviewers} reviewers",
    "precedent": "precedents",
    "near_precedent": "near-duplicates of precedents, or of their group",
    "policy_example": "examples of a policy, or near-duplicates of them",
    "quoted_in_prompt": "quoted in a prompt",
    "labelled_for_another_reason": "labelled for a reason that speaks for no other item",
    "labelled_and_not_asked": "labelled, and not asked in the run",
}
"""Why an item does not count."""

DATA_NOTES: Mapping[str, str] = {
    "items_stand_for_themselves": (
        "every item stands for itself alone: what people were given to label need not be like all items"
    ),
    "labels_speak_for_batch": (
        "labels of {run} speak for the whole batch: each label weighted by the chance it had to be asked for"
    ),
    "labels_speak_for_batch_all_labelled": "labels of {run} speak for the whole batch: people labeled every item",
    "labels_speak_for_batch_random": "labels of {run} speak for the whole batch: a random sample of it",
    "labels_speak_for_themselves": ("labels of {run} speak for the labeled items alone: they were not drawn at random"),
    "labels_weighted_by_routes": "labels are weighted by the chance that the routes of {run} gave them",
    "labelled_before_routed": "{items:,} items were labeled before {run} routed them: they stand for themselves alone",
    "items_with_stated_inclusion": "{items:,} items are weighted by the inclusion probability that came with them",
    "sight_not_known": "of {items:,} items nobody knows whether people saw the machine's answer; their labels count",
    "not_to_be_frozen_now": (
        "the suite {suite} could not be frozen now: {why}; the frozen labels count until it is frozen again"
    ),
    "changed_since_frozen": (
        "the data has changed since {suite} was frozen ({changes}): the frozen labels count until it is frozen again"
    ),
    "frozen_items_missing": "{count:,} frozen items are not in this workspace: {items}",
    "frozen_items_changed": "{count:,} frozen items have another content now: {items}",
    "repeats_at_temperature_0": "asked at temperature 0, where repeats mostly repeat themselves: {variants}",
    "same_on_all_items": "all items have the same {column}: it makes no slices",
    "clauses_as_cited": "clause: as {variant} cited them",
    "groups_taken_as_independent": (
        "Items of one group are taken as independent: intervals speak of these groups only."
    ),
    "human_answers_off_label_set": (
        "{answers:,} human answers hold labels that are not in the label set; they don't count."
    ),
    "machine_answers_off_label_set": "Model predictions outside the label set count as no usable answer: {labels}.",
    "not_ranked": "Not ranked with the others, since they answered fewer of the items: {variants}.",
}
"""What the reader must know of the data."""

PARTS: Mapping[str, str] = {
    "items_more": "{count:,} items more",
    "items_fewer": "{count:,} items fewer",
    "items_with_other_answers": "{count:,} items with other answers",
    "items_with_other_content": "{count:,} items with other content",
    "groups_or_fields": "groups or fields of items",
    "label_count": "{label} ({count:,})",
    "quoted_label_count": "'{label}' ({count:,})",
}
"""What such a note is filled with."""

SLICES: Mapping[str, str] = {
    "label": "label",
    "language": "language",
    "media": "media",
    "length": "length",
    "source": "source",
    "clause": "clause",
    "reviewer": "reviewer",
    "term": "term",
    "shorter_than": "under {most}",
    "from_to": "{low} to {high}",
    "at_least": "{least} and more",
    "other_values": "(others)",
    "no_clause_cited": "(none cited)",
}
"""Properties by which items are sliced, and values of these that are not the user's own."""
