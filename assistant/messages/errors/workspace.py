"""Errors about what a workspace holds: items, versions, suites, its log of changes."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "policy_version_not_found": marked("%(version)s is no file and no version of %(policy)s; versions: %(known)s"),
    "policy_version_unused": marked("there is no version %(version)s of the policy; versions: %(known)s"),
    "prompt_version_unknown": marked("there is no prompt version %(version)s"),
    "prompt_version_unusable": marked("there is no usable prompt version %(version)s: %(why)s"),
    "suite_not_found": marked("there is no suite of this name: %(suite)s"),
    "nothing_to_label": marked("there is nothing to label"),
    "workspace_exists": marked("there is a workspace here already"),
    "workspace_unwritable": marked("can't write here: %(why)s"),
    "backup_in_state": marked("a backup can't lie in %(folder)s"),
    "backup_damaged": marked("its manifest is damaged; nothing was restored"),
    "backup_without_settings": marked("there are no settings in it; nothing was restored"),
    "restore_folder_not_empty": marked("a backup is restored into a new folder, and this one is not empty"),
    "restore_folder_unwritable": marked("can't be written: %(why)s"),
    "model_unnamed": marked("%(spec)s names no model"),
    "model_key_unset": marked("neither OPENAI_API_KEY nor OPENAI_BASE_URL is set"),
    "header_variable_unset": marked("a header names the variable %(variable)s, which is not set"),
    "disk_almost_full": marked("%(free)s GB free"),
    "state_readable_by_others": marked("%(files)s of its files can be read by others, e.g. %(file)s"),
    "item_number_unknown": marked("there is no item of this number"),
    "project_not_found": marked("there is no project %(project)s; there are: %(known)s"),
    "project_exists": marked("there is a project %(project)s already"),
    "project_not_named": marked("the workspace has several projects: %(known)s"),
    "release_not_found": marked("there is no release %(release)s"),
    "item_not_found": marked("there is no item %(item)s"),
}
