"""Errors about samples, audits, certificates and what they rest on."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "nothing_to_continue": marked("nothing has come into %(run)s since: it has %(items)s items"),
    "batches_too_many": marked("%(items)s items can't be cut into %(batches)s batches"),
    "run_without_labels": marked("run %(run)s has no model labels"),
    "metadata_not_found": marked("no item has the metadata '%(name)s'"),
    "campaign_seed_fixed": marked("the campaign of %(run)s learns with seed %(seed)s, not %(wished)s"),
    "campaign_target_fixed": marked(
        "the campaign of %(run)s audits for at most %(max_error)s errors at %(confidence)s confidence, and labels have"
        " been drawn for that"
    ),
    "campaign_of_another_run": marked("the newest run is %(newest)s, but people have been asked about %(other)s"),
    "batch_changed": marked(
        "%(items)s items had an answer in %(run)s when auditing began, %(now)s of those that had arrived by then have"
        " one now"
    ),
    "target_out_of_range": marked("%(value)s can't be: shares lie between 0 and 1, both left out"),
    "certificate_broken": marked(
        "fresh labels have broken certificate %(certificate)s of %(run)s: the audit behind it proves nothing more"
    ),
    "nothing_audited_yet": marked("nothing of %(run)s was audited yet; drawn so far: %(drawn)s"),
    "audit_of_another_run": marked(
        "nothing was drawn from %(run)s; people were asked about %(other)s, and an audit of those answers proves"
        " nothing about these"
    ),
    "labels_not_drawn": marked(
        "the labels there are were not drawn as an audit of %(run)s: they may have been chosen because they were easy"
    ),
    "nothing_labelled_yet": marked("people have labeled nothing of %(run)s"),
    "audit_labels_missing": marked("%(missing)s of %(drawn)s labels of audit sample %(sample)s are missing"),
    "audit_labels_unsettled": marked(
        "%(missing)s of %(drawn)s labels of audit sample %(sample)s are missing; on %(tied)s of these people are evenly"
        " split, and one more has to decide; %(in_part)s of these leave categories unknown, and a complete label is"
        " needed"
    ),
    "draws_used_before": marked(
        "audit sample %(sample)s was drawn from the same seed as an earlier run's audit of the same items: it looked at"
        " fewer items than it states, and proves nothing"
    ),
    "draws_changed": marked("audit sample %(sample)s is not what its nonce draws: it was changed"),
    "nothing_guaranteed": marked("at most %(max_error)s errors can't be guaranteed: %(reason)s"),
    "no_group_guaranteed": marked("for no %(by)s at most %(max_error)s errors can be guaranteed (%(reasons)s)"),
    "reason_of_group": marked("%(group)s: %(reason)s"),
    "group_too_small": marked("%(items)s items are too few for an audit of this size to prove anything about them"),
    "audit_met_its_errors": marked("the audit met its errors among the first items already"),
    "nothing_offered": marked("nothing was offered"),
    "no_audit_would_do": marked(
        "by what was learned so far no audit would do: better model labels are needed, or people label the rest"
    ),
    "audit_would_do": marked(
        "by what was learned so far an audit of %(labels)s labels would probably let about %(saved)s items be accepted"
    ),
    "declared_split_fixed": marked(
        "the labels of %(run)s were split with seed %(seed)s for at most %(max_error)s errors at %(confidence)s"
        " confidence: trying again until luck agrees proves nothing"
    ),
    "drawn_by_campaign": marked(
        "items of %(run)s were drawn by a campaign, the doubtful ones first: no simple random sample any more"
    ),
    "labels_all_the_same": marked("all labels are the same: nothing can be learned from them"),
    "labels_audited_a_run": marked(
        "the labels that were declared a random sample have audited %(audited)s already: of several runs tried on the"
        " same labels one passes by luck"
    ),
    "labels_not_blind": marked("%(labels)s labels were given with the model's answer in sight: they can't audit it"),
    "too_few_declared_labels": marked(
        "half of the labels teach and half audit, which takes at least %(each)s each: %(least)s labels of items of"
        " %(run)s, there are %(labels)s"
    ),
    "every_item_labelled": marked("people have labeled every item: nothing is left to guarantee"),
    "threshold_without_groups": marked("a threshold for later items is one for all, without groups"),
    "threshold_needs_random_sample": marked(
        "a threshold for items that come later needs a labeled random sample of what the source sends; a campaign"
        " audits the surest items of one batch"
    ),
    "no_threshold_certified": marked("no threshold can be certified: %(reason)s"),
    "nothing_scores_later": marked("nothing can score what comes later: %(why)s"),
    "no_classifier_kept": marked("these labels were split by a version that kept no classifier"),
    "labels_declared_random": marked(
        "the labels of %(run)s were declared to be a random sample: there is nothing to draw any more"
    ),
    "no_certificate_to_check": marked("there is no certificate of %(run)s to check"),
    "certificate_withdrawn": marked("certificate %(certificate)s of %(run)s was withdrawn"),
    "certificate_outdated": marked(
        "certificate %(certificate)s of %(run)s was issued before the policy changed: certify the labels that count now"
    ),
    "certificate_not_proved": marked("certificate %(certificate)s of %(run)s is not proved"),
    "nothing_drawn_to_check": marked(
        "nothing that is accepted under certificate %(certificate)s was drawn for monitoring"
    ),
    "no_blind_labels": marked("people labeled no item of %(run)s without seeing the model's answer"),
    "sheet_not_csv": marked("%(name)s can't be written"),
    "sheet_folder_not_found": marked("no such folder"),
    "sheet_not_writable": marked("can't be written: %(reason)s"),
    "another_file_there": marked("there is another file already"),
    "sheet_with_labels": marked("the file holds %(labels)s labels that were not imported"),
    "fields_not_found": marked("%(missing)s"),
    "field_not_found": marked("no item has a field '%(name)s'"),
    "field_not_found_near": marked("no item has a field '%(name)s', did you mean '%(near)s'?"),
    "max_error_out_of_range": marked("%(value)s does not lie between 0 and 1"),
    "confidence_out_of_range": marked("%(value)s does not lie between %(least)s and 1"),
    "certificate_not_found": marked("no certificate %(certificate)s"),
    "certificate_of_newer_version": marked("a newer version wrote certificate %(certificate)s: %(said)s"),
    "certificate_unreadable": marked("certificate %(certificate)s can't be read: %(said)s"),
    "nonce_not_sealed": marked(
        "the nonce of '%(scope)s' is not the one sealed when it was drawn: its draws prove nothing"
    ),
}
