"""Errors about prompt templates."""

from __future__ import annotations

from assistant.messages.language import marked, marked_plural

TEXTS = {
    "prompt_misspelled": marked("no prompt %(prompt)s"),
    "prompt_not_found": marked("no prompt %(prompt)s"),
    "prompt_unreadable": marked("can't be read: %(reason)s"),
    "prompt_misplaced": marked("the front matter says %(says)s, the file's place says %(stands)s"),
    "front_matter_missing": marked("no front matter"),
    "front_matter_not_yaml": marked("the front matter is not valid YAML: %(why)s"),
    "front_matter_mistaken": marked_plural(
        "%(count)s mistake in the front matter%(mistakes)s", "%(count)s mistakes in the front matter%(mistakes)s"
    ),
    "prompt_sections_unfit": marked("the body has the sections %(sections)s"),
    "template_not_jinja": marked("not valid Jinja: %(why)s"),
    "template_not_compiled": marked("can't be compiled: %(why)s"),
    "template_not_filled": marked("can't be filled in: %(why)s"),
    "system_uses_unknown": marked("[system] uses %(unknown)s"),
    "user_uses_unknown": marked("[user] uses %(unknown)s"),
    "item_never_shown": marked("[user] never shows the item"),
    "prompt_serves_other_label_sets": marked("%(prompt)s serves %(kinds)s label sets; %(policy)s is %(kind)s"),
}
