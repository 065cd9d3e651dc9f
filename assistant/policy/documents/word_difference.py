"""The difference of two wordings, word by word; Chinese, Japanese and Korean character by character."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003fffd"
_TOKEN = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])\w)+|\s+|[^\w\s]")
_CONTEXT = 8  # words shown on either side of a change; a blank between two counts as one


@dataclass(frozen=True, slots=True)
class WordRun:
    """A stretch of text that is in both wordings, only in the old one, or only in the new one."""

    change: Literal["same", "removed", "added"]
    text: str


def compare_words(old: str, new: str) -> tuple[WordRun, ...]:
    """The runs that make up both texts in order; empty when they differ in nothing but blanks and line ends.

    Joining the `same` and `removed` runs gives the old text, `same` and `added` the new one, each with its
    blanks folded to one.
    """
    before, after = _tokens(old), _tokens(new)
    if before == after:
        return ()
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    runs = [WordRun("same", "".join(before[:head]))]
    middle_before, middle_after = before[head : len(before) - tail], after[head : len(after) - tail]
    matcher = SequenceMatcher(None, middle_before, middle_after, autojunk=False)
    for operation, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if operation == "equal":
            runs.append(WordRun("same", "".join(middle_before[old_start:old_end])))
        else:
            runs.append(WordRun("removed", "".join(middle_before[old_start:old_end])))
            runs.append(WordRun("added", "".join(middle_after[new_start:new_end])))
    runs.append(WordRun("same", "".join(before[len(before) - tail :])))
    return tuple(run for run in runs if run.text)


def render_words(runs: Sequence[WordRun]) -> str:
    """One line with `[-removed-]` and `{+added+}`, as `git diff --word-diff` has it; long equal parts are cut."""
    shown = []
    for number, run in enumerate(runs):
        if run.change == "same":
            shown.append(_shortened(run.text, first=number == 0, last=number == len(runs) - 1))
        else:
            shown.append(f"[-{run.text}-]" if run.change == "removed" else f"{{+{run.text}+}}")
    return "".join(shown)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(" ".join(text.split()))


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """How many tokens two texts have in common at their beginning."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _shortened(text: str, *, first: bool, last: bool) -> str:
    tokens = _TOKEN.findall(text)
    before = [] if first else tokens[: 2 * _CONTEXT]
    after = [] if last else tokens[-2 * _CONTEXT :]
    if len(tokens) <= len(before) + len(after):
        return text
    return f"{''.join(before)}…{''.join(after)}"
