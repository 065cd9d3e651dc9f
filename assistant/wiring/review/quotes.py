"""The words of the content that the machine quotes in its reasons."""

from __future__ import annotations

import re

_QUOTED = re.compile(
    r"“([^”]{2,400})”|\"([^\"]{2,400})\"|「([^」]{2,400})」|‘([^’]{2,400})’|'([^']{2,400})'|«([^»]{2,400})»"
)
_LONGEST_RATIONALE = 20_000


def quoted_words(rationale: str | None, text: str) -> str | None:
    """The longest quote in the reasons that stands in the text, as the text has it; None where there is none.

    Case and spacing of the quote don't matter: models change them when they copy.
    """
    found = [_find(words, text) for words in _quotes(rationale or "")]
    return max((one for one in found if one), key=len, default=None)


def _quotes(rationale: str) -> list[str]:
    matches = _QUOTED.finditer(rationale[:_LONGEST_RATIONALE])
    return [next(words for words in match.groups() if words) for match in matches]


def _find(words: str, text: str) -> str | None:
    parts = words.strip(" .,;!?…。，！？").split()
    if not parts:
        return None
    match = re.search(r"\s+".join(map(re.escape, parts)), text, re.IGNORECASE)
    return match[0] if match else None
