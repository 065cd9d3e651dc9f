"""Prompt templates."""

from __future__ import annotations

ADVICE = {
    "prompt_not_found": "assistant prompts list  shows them",
    "prompt_serves_other_label_sets": "assistant prompts list  shows which prompts serve it",
}
