"""Samples, audits and certificates."""

from __future__ import annotations

_REST = "people label the rest, or a model labels again in another run with an audit of its own"
_DRAWS = "assistant sample --run %(name)s"

ADVICE = {
    "run_without_labels": "assistant prelabel  makes them",
    "metadata_not_found": "there are: %(known)s",
    "campaign_seed_fixed": "leave --seed out",
    "campaign_target_fixed": "leave --max-error and --confidence out; another target needs a run of its own",
    "campaign_of_another_run": "--run %(busy)s resumes that, --run %(run)s starts again",
    "nothing_to_continue": "assistant prelabel labels what has been imported since; then it belongs to the run",
    "batch_changed": "assistant sample --continue  includes what has come since; or label it in a run of its own",
    "target_out_of_range": "e.g. --max-error 0.05 --confidence 0.95",
    "certificate_broken": _REST,
    "nothing_audited_yet": _DRAWS,
    "audit_of_another_run": f"assistant certify --run %(busy)s, or {_DRAWS}  starts with the labels there are",
    "labels_not_drawn": (f"{_DRAWS}  draws one; or --declared-random, if the labeled items are a simple random sample"),
    "nothing_labelled_yet": f"{_DRAWS}  draws what they label first",
    "audit_labels_missing": "assistant sample  writes the file to label them in",
    "audit_labels_unsettled": "assistant sample  writes the file to label them in",
    "draws_used_before": _REST,
    "draws_changed": _REST,
    "nothing_guaranteed": "%(outlook)s",
    "no_group_guaranteed": "%(outlook)s",
    "declared_split_fixed": "leave --max-error, --confidence and --seed out",
    "drawn_by_campaign": "assistant certify  without --declared-random",
    "labels_all_the_same": "label more items",
    "labels_audited_a_run": ("assistant certify --run %(other)s --declared-random, or  assistant sample --run %(run)s"),
    "labels_not_blind": "assistant sample  draws items to label blind",
    "too_few_declared_labels": "label more items drawn at random, or  assistant sample",
    "threshold_without_groups": "--by goes with --method pac",
    "threshold_needs_random_sample": (
        "label a random sample and give --declared-random, or certify this batch: --method pac"
    ),
    "no_threshold_certified": "let people label them meanwhile",
    "nothing_scores_later": (
        "certify this batch: --method pac; or take the items into a new workspace and certify there"
    ),
    "labels_declared_random": "assistant certify --declared-random  states what they prove",
    "no_certificate_to_check": "assistant certify",
    "certificate_withdrawn": "assistant certify",
    "certificate_outdated": "assistant certify",
    "certificate_not_proved": "assistant certify",
    "nothing_drawn_to_check": "assistant route  draws some of what it accepts: [routing] monitor_share",
    "no_blind_labels": "assistant sample  draws items to label; assistant labels import  imports labels",
    "sheet_not_csv": "end the name in .csv",
    "sheet_folder_not_found": "make it first",
    "sheet_not_writable": "--out FILE.csv",
    "another_file_there": "--out FILE.csv",
    "sheet_with_labels": ("assistant labels import %(path)s --rater-name NAME  imports them; or --out another file"),
    "fields_not_found": "the fields are: %(known)s",
    "max_error_out_of_range": "%(percent)s is %(meant)s",
    "confidence_out_of_range": "0.95 breaks the guarantee in one batch of twenty at most",
    "certificate_not_found": "assistant certify  issues one",
    "certificate_of_newer_version": "use the version that issued it",
    "certificate_unreadable": "the database was changed by hand, or is damaged: go back to a backup",
    "nonce_not_sealed": "restore the workspace from a copy; assistant audit verify  shows whether the log holds",
}
