"""Another wording for clauses of a policy document; everything else in it stays as it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.policy.documents.front_matter import read_front_matter
from assistant.policy.documents.mistakes import MistakeList
from assistant.policy.documents.places import source_lines
from assistant.policy.documents.sections import PolicySection, read_sections

_ID = re.compile(r"[A-Z][A-Z0-9]*[0-9](?![A-Za-z0-9])")
_VERSION = re.compile(r"version\s*:")


def reword(source: str, wordings: Mapping[str, Mapping[str, str]], version: str) -> str:
    """The document with other wordings, under another version.

    Nothing is checked: read the result with `parse_policy` and hold it against the old one.

    Args:
        source: a document without errors.
        wordings: by clause id and language; a clause or language that isn't there is passed over.
        version: of the new document.
    """
    lines = source_lines(source)
    mistakes = MistakeList()
    front = read_front_matter(lines, mistakes)
    main = front.language_tags[0]
    made = [_versioned(line, version) for line in lines[: front.body]]
    clause = ""
    for section in read_sections(lines, front.body, mistakes):
        if section.level in {1, 2}:
            found = _ID.match(section.heading.text) if section.level == 2 else None
            clause = found[0] if found else ""
        made += lines[section.first - 2 : section.first - 1] if section.level else []
        made += _reworded(section, wordings.get(clause, {}), main)
    return "\n".join(made)


def _versioned(line: str, version: str) -> str:
    return f'version: "{version}"' if _VERSION.match(line) else line


def _reworded(section: PolicySection, wordings: Mapping[str, str], main: str) -> list[str]:
    """The lines under a heading, with the new wording where they hold the old one."""
    lines = list(section.lines)
    if section.level == 2 and main in wordings:
        labels = next((number for number, _ in section.numbered()), section.first) - section.first
        return [*lines[: labels + 1], "", *wordings[main].strip().split("\n"), ""]
    if section.level == 3 and section.heading.text in wordings:
        return [*wordings[section.heading.text].strip().split("\n"), ""]
    return lines
