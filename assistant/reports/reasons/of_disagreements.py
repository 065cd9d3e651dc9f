"""Messages of an analysis of disagreements: what a reader must know, and the evidence for a side."""

from __future__ import annotations

from collections.abc import Mapping

DISAGREEMENT_NOTES: Mapping[str, str] = {
    "nothing_compared": "No item has both a human label and an answer of the variant.",
    "no_disagreement": "The variant gives people's label to all {items:,} items.",
    "examples_by_id": "Examples are shown in the order of their ids.",
    "examples_surest_first": "Examples are the items with the model's highest confidence.",
    "asked_several_times": (
        "The variant was asked {repeats} times: an item counts as disagreed if one answer differs, and weighs as much "
        "as the share of answers that do."
    ),
    "between_neighbouring_grades": "{share} of the disagreements are between neighbouring grades.",
    "rarer_pairs_not_shown": "{pairs:,} rarer confusion pairs are not shown.",
    "label_never_answered": "The variant never answers {label}, the human label of {items:,} items.",
    "no_slices_searched": "No slices were searched: it takes {items} items, and slices that hold enough of them.",
    "slices_searched": (
        "{slices:,} slices were looked at; p-values are corrected for that by {how} at random, so that without any "
        "true difference a slice stands in at most {level} of such searches."
    ),
    "exchanging_misjudged": "exchanging who is misjudged",
    "flipping_signs": "flipping the signs of groups or weighted items",
    "slices_picked_for_being_bad": (
        "Slices were picked for being bad: on new items expect them somewhat less bad than shown."
    ),
    "slices_by_label": (
        "Slices by `label` use the human label: they show what is missed, but aren't known beforehand."
    ),
    "slices_repeated": "{slices:,} more slices stand, but only repeat those shown.",
    "slices_too_small": "{slices:,} slices were not tested: they hold or leave out too few items.",
    "no_texts_to_cluster": "Texts are not known, so nothing is clustered.",
    "too_few_to_cluster": (
        "Misjudged items are not clustered: there are {items}; below {least} reading them is quicker."
    ),
    "sample_clustered": "Of {items:,} misjudged items {drawn:,} drawn at random were clustered.",
    "subjects_of_clusters": (
        "Clusters show what the errors are about. Of {subjects} subjects {worse} have a higher "
        "error rate than the rest; the others are only frequent."
    ),
    "items_in_no_cluster": "{items:,} misjudged items are in no cluster that terms mark.",
    "items_with_one_reviewer": (
        "{single:,} of {items:,} items have one reviewer: where they and the model differ, either may be wrong."
    ),
    "imported_variants": (
        "Imported variants are taken for different models; those whose mistakes nearly all coincide count once. Models "
        "of one family share mistakes."
    ),
    "tied_items_not_compared": (
        "{items:,} items on which reviewers are tied are not compared, but count where reviewers are looked at."
    ),
}
"""What the reader must know of an analysis of disagreements."""

EVIDENCE: Mapping[str, str] = {
    "under_1_percent": "under 1 %",
    "over_99_percent": "over 99 %",
    "whole_percent": "{percent:.0f} %",
    "all_of_these_items": "All {n:,} of these items",
    "some_of_these_items": "{hits:,} of these {n:,} items ({share})",
    "start_with_clause": "{items} cite {clause}: how it reads that clause is where to start.",
    "one_reviewer_an_item": "With one reviewer an item, a slip of theirs can't be ruled out.",
    "no_usable_answer_to_most": "To most of these items it gave no usable answer, whatever the right one is.",
    "shared_mistake": (
        "{models} of {of} other models make the same mistake on half of these items or more ({share} on average), so "
        "it is no slip of one model: the policy's words lead models elsewhere than people."
    ),
    "shared_mistake_on_pair": (
        "{models} of {of} other models make the same mistake on half of these items or more "
        "({share} on average), so it is not specific to one model: models read the policy's "
        "words on {people} against {machine} differently than people."
    ),
    "right_under_other_policy": (
        "The same model, asked under policy {policy}, gets {share} of these right ({variant})."
    ),
    "another_variant_is_right": "Another variant, {variant}, gives people's label to {share} of these items.",
    "other_variants_are_right": "{variants} other variants give people's label to {share} of these items on average.",
    "one_clause": (
        "{items} cite {clause}; where people agree with the same answer, {elsewhere} do. Check "
        "its wording, or how the model reads it."
    ),
    "rests_on_deviating": ("{items} have a label that would not stand without {names}; elsewhere {elsewhere} have."),
    "peers_differ": ("Peers differ from {name} on {share} of {n:,} items they share, and from each other on {others}."),
    "line_drawn_differently": (
        "Reviewers draw the line between {first} and {second} differently themselves: of the {split:,} items they "
        "differ on, {share} are between these two; by how often the labels are used it would be {expected}."
    ),
    "read_differently": (
        "Reviewers disagree on {share} of the {n:,} such items that two or more answered, and on "
        "{elsewhere} of the others: these are ambiguous."
    ),
    "people_agree_on_all": (
        "On all {n:,} of these items that two or more reviewers answered, they agree with each other; any two "
        "reviewers agree on {overall} of all items."
    ),
    "people_agree_on_most": (
        "On {share} of the {n:,} of these items that two or more reviewers answered, they agree with each other; any "
        "two reviewers agree on {overall} of all items."
    ),
    "only_one_item": "There is only one such item: read it.",
    "only_few_items": "There are only {n} such items: read them.",
    "not_enough": "{people}; {machines}.",
    "get_this": "To decide, get {what}.",
    "get_either": "To decide, get {first} or {second}.",
    "reviewers_differ_on_such": "Reviewers differ on {share} of {n:,} such items and {elsewhere} of others",
    "few_second_reviewers": "Only {several:,} of these {n:,} items have a second reviewer",
    "no_second_reviewer": "None of these items has a second reviewer",
    "second_answers": "a second, blind answer to {n} of them",
    "no_other_variant": "no other variant about as good was asked",
    "answers_of_other_models": "the answers of other models",
    "other_variant_gives": (
        "the other variant gives people's label to {right} of them and the same wrong one to {same}"
    ),
    "other_variants_give": (
        "{variants} other variants give people's label to {right} of them and the same wrong one to {same}"
    ),
    "rest_on_one": "{items} rest on {name} alone, elsewhere {elsewhere} do: start with these.",
}
"""Evidence for who is probably at the root of some disagreements."""
