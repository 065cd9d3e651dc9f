"""Errors about evaluations: their files, suites, variants and figures."""

from __future__ import annotations

from assistant.messages.language import marked, marked_plural

TEXTS = {
    "items_file_needed": marked("needs to know the items"),
    "labels_file_needed": marked("goes with a file of human labels"),
    "labels_file_needed_to_read": marked("how files are read goes with a file of human labels"),
    "machine_answers_needed": marked("there are no model predictions to compare"),
    "margin_out_of_range": marked(
        "the margin is %(margin)s; it is a share between 0 and 1, such as 0.02 for two points"
    ),
    "nothing_to_report_on": marked("no suite and no files to report on"),
    "pilot_needs_both_files": marked("a pilot needs both human labels and model predictions"),
    "runs_to_compare_needed": marked("two runs are compared, the one in use first"),
    "two_variants_needed": marked("two variants are compared, the one in use first; there are %(variants)s"),
    "variants_not_two": marked("names %(count)s variants, not two"),
    "condition_malformed": marked(
        '%(condition)s is no condition; write "language = zh", "media = no" or "meta.topic != x"'
    ),
    "condition_not_of_items": marked("items can't be chosen by their %(name)s; conditions are about %(known)s"),
    "detect_above_discordant": marked("a difference of %(detect)s can't come from %(discordant)s of the items"),
    "detect_out_of_range": marked(
        "the difference is %(value)s; give a share between 0 and 1, such as 0.03 for three points"
    ),
    "discordant_out_of_range": marked("the share is %(value)s; give one between 0 and 1, such as 0.1"),
    "files_share_no_item": marked(
        "no item of %(models)s has a human label here; ids there look like %(theirs)s, here like %(ours)s"
    ),
    "inclusion_given_twice": marked("item %(item)s has two inclusion probabilities; an item has one"),
    "inclusion_out_of_range": marked(
        "item %(item)s has the inclusion probability %(value)s; it is a number above 0, up to 1"
    ),
    "item_field_unknown": marked("no item has a field %(name)s in its meta; there are: %(known)s"),
    "item_property_unknown": marked("of no item is its %(name)s known; fields of the meta are: %(known)s"),
    "label_off_set": marked(
        "%(rater)s gives item %(item)s the label %(label)s, which is not in the label set: %(label_set)s"
    ),
    "no_item_fits": marked("no labeled item fits all conditions; %(name)s is %(there)s"),
    "no_item_in_common": marked("no labeled item was answered by both %(baseline)s and %(candidate)s"),
    "no_labels_to_measure": marked("there are no human labels to measure"),
    "no_variants_to_rank": marked("no two variants answered the same labeled items"),
    "not_a_report": marked("this file is no report, so it is left alone; name another folder"),
    "not_a_snapshot": marked("this is no snapshot: %(reason_given)s"),
    "nothing_to_compare": marked("there is nothing to compare: one label an item, and no model's"),
    "people_cite_no_clauses": marked("human labels alone cite no clauses"),
    "prelabels_misspelled": marked("no prelabels of %(model)s were imported; did you mean %(near)s?"),
    "prelabels_not_imported": marked("no prelabels of %(model)s were imported; there are: %(known)s"),
    "report_unwritable": marked("the report can't be written: %(reason_given)s"),
    "run_without_human_labels": marked("no item that %(run)s answered has a human label"),
    "snapshot_edited": marked("the snapshot was edited since it was frozen: it is %(found)s, not %(wanted)s"),
    "snapshot_format": marked("the snapshot has format %(found)s, not %(wanted)s"),
    "snapshot_record_unreadable": marked("the record of the snapshot can't be read: %(reason_given)s"),
    "snapshot_unreadable": marked("the snapshot can't be read: %(reason_given)s"),
    "snapshot_unwritable": marked("the snapshot can't be written: %(reason_given)s"),
    "suite_asks_for_none": marked("no labeled item is what the suite asks for"),
    "suite_clauses_unknown": marked("names clauses that %(policy)s doesn't have: %(clauses)s"),
    "suite_empty": marked(
        "the suite is empty: of %(items)s labeled items it asks for none can be evaluated on (%(why)s)"
    ),
    "suite_file_missing": marked("there is no such suite"),
    "suite_frozen_already": marked("%(suite)s is frozen already, and its data is another now"),
    "suite_items_absent": marked("none of the %(items)s items of %(suite)s is in this workspace"),
    "suite_mistakes": marked_plural(
        "%(count)s mistake in the suite:%(mistakes)s", "%(count)s mistakes in the suite:%(mistakes)s"
    ),
    "suite_names_other_data": marked("the suite names the snapshot %(wanted)s, but its data is %(found)s now"),
    "suite_not_frozen": marked("%(suite)s is not frozen yet"),
    "suite_of_other_policy": marked("written for policy %(theirs)s, not %(ours)s"),
    "suite_unreadable": marked("the suite can't be read: %(reason_given)s"),
    "suite_without_candidate": marked("the suite has no other variant to compare"),
    "variant_cites_no_clause": marked("no answer of %(variant)s cites a clause"),
    "variant_misspelled": marked("there is no variant %(variant)s; did you mean %(near)s?"),
    "variant_not_found": marked("there is no variant %(variant)s; there are: %(known)s"),
    "variant_with_itself": marked("%(variant)s would be compared with itself"),
    "variant_without_consensus": marked("on no item that %(variant)s answered do human labels come to a consensus"),
    "variants_without_consensus": marked("on no item that a variant answered do human labels come to a consensus"),
}
