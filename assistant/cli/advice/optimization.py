"""Drafts of prompts and policies."""

from __future__ import annotations

ADVICE = {
    "draft_file_taken": "give another file with --out, or none",
    "draft_in_use_at_once": "let its name end in -proposal1, or name a version in [prompt] of assistant.toml",
    "draft_not_asked": "the same command resumes",
    "drafter_too_small": "--drafter openai:NAME with OPENAI_API_KEY, or with OPENAI_BASE_URL for a server of your own",
    "items_inseparable": "have more items labeled, and freeze the suite again",
    "no_change_proposed": "have more items labeled, or try another model with --drafter",
    "no_usable_draft": "try another model with --drafter, or the other --kind",
    "nothing_to_learn_from": "have more items labeled",
    "reply_not_kept": "free some space",
    "variant_unanswered": "assistant eval run %(chosen)s  asks its model about them",
}
