"""Errors about what a workspace holds: items, versions, suites, its log of changes."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "policy_version_not_found": marked("%(version)s is no file and no version of %(policy)s; versions: %(known)s"),
    "policy_version_unknown": marked("there is no version %(version)s of the policy; versions: %(known)s"),
    "prompt_version_unknown": marked("there is no prompt version %(version)s"),
    "suite_not_found": marked("there is no suite of this name: %(suite)s"),
    "item_number_unknown": marked("there is no item of this number"),
}
