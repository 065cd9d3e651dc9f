"""Prompt templates."""

from __future__ import annotations

ADVICE = {
    "prompt_not_found": "assistant prompts list  shows them",
    "prompt_misplaced": "make them agree: prompts/<name>/<version>.md",
    "front_matter_missing": "begin with --- and end it with ---",
    "prompt_sections_unfit": "it needs exactly one line [system] and one line [user], each followed by its text",
    "template_not_jinja": "correct the template",
    "template_not_compiled": "simplify the template",
    "template_not_filled": "correct the template",
    "system_uses_unknown": "it can use %(allowed)s; the system message must not depend on the item",
    "user_uses_unknown": "it can use %(allowed)s",
    "item_never_shown": "put {{ item.text }} in it",
    "prompt_serves_other_label_sets": "assistant prompts list  shows which prompts serve it",
}
