"""Errors about prompt templates."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "prompt_misspelled": marked("no prompt %(prompt)s"),
    "prompt_not_found": marked("no prompt %(prompt)s"),
    "prompt_serves_other_label_sets": marked("%(prompt)s serves %(kinds)s label sets; %(policy)s is %(kind)s"),
}
