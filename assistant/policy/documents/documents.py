"""Reads a policy document: one Markdown file with front matter, one version, several languages.

```markdown
---
policy: community
version: "3"
title: Community guidelines
languages: [en, zh]            # main language first
label_set:
  kind: single                 # single | multi | ordinal
  labels:
    - {name: safe, definition: Breaks no clause., severity: 0}
    - {name: harassment, definition: Insults or hounds a person., severity: 2}
---
## H1 Insults aimed at a person
labels: harassment

The rule in the main language.

### zh
规则的中文措辞。

### Violates
- en: "You are a worthless idiot." -> harassment

### Does not violate
- en: "That argument is weak." -> safe
```
"""

from __future__ import annotations

import re
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from assistant.domain.policies import Label, LabelKind, LabelSet, Policy
from assistant.domain.projects import FIRST_KEY
from assistant.errors import PolicyError, SettingsError
from assistant.policy.documents.clauses import DraftClause, read_clauses
from assistant.policy.documents.consistency import check_consistency
from assistant.policy.documents.front_matter import FrontMatter, read_front_matter
from assistant.policy.documents.mistakes import Mistake, MistakeList, render_mistakes
from assistant.policy.documents.places import Place, source_lines
from assistant.policy.documents.sections import read_sections
from assistant.settings import PROJECTS_FOLDER, Settings, load_settings, project_folders

MAX_BYTES = 1 << 20

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def read_policy(path: Path) -> Policy:
    """The policy in a file.

    Raises:
        PolicyError: the file can't be read, isn't UTF-8, is larger than 1 MiB, or has mistakes (all of them listed).
    """
    return parse_policy(read_source(path), str(path))


def policy_file(workspace: Path, project: str, settings: Settings) -> Path:
    """Where a project's policy is: in the project's folder, else in the workspace's."""
    own = workspace / PROJECTS_FOLDER / project / settings.policy.file
    return own if own.is_file() else workspace / settings.policy.file


def policies_in(workspace: Path) -> list[Policy]:
    """The policies of all projects in a workspace folder; those that can't be read are left out."""
    found = []
    for path in policy_files(workspace):
        with suppress(PolicyError):  # said where it is used
            found.append(read_policy(path))
    return found


def policy_files(workspace: Path) -> list[Path]:
    """The files of these, each once; projects whose settings are wrong are left out."""
    found: dict[Path, None] = {}
    for project in dict.fromkeys([FIRST_KEY, *project_folders(workspace)]):
        with suppress(SettingsError):  # as above
            found[policy_file(workspace, project, load_settings(workspace, project=project))] = None
    return list(found)


def read_source(path: Path) -> str:
    """The text of a policy file, without a byte order mark, for `find_mistakes` and `render_mistakes`.

    Raises:
        PolicyError: the file can't be read, isn't UTF-8, or is larger than 1 MiB.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError("policy_unreadable", where=str(path), why=error.strerror) from error
    if len(data) > MAX_BYTES:
        raise PolicyError("policy_too_large", where=str(path), most=MAX_BYTES)
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        utf16 = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        code = "policy_in_utf16" if utf16 else "policy_not_utf8"
        byte = f"0x{data[error.start]:02x}"
        raise PolicyError(code, where=f"{path}:{line}", byte=byte, offset=error.start) from error


def parse_policy(source: str, name: str) -> Policy:
    """The policy in a text; `name` is what the text is called in messages.

    Raises:
        PolicyError: there are errors; its `report` names all, warnings included. Warnings alone don't raise.
    """
    front, clauses, mistakes = _examine(source)
    if any(mistake.severity == "error" for mistake in mistakes) or front is None or front.kind is None:
        raise PolicyError("policy_mistaken", report=render_mistakes(mistakes, source, name))
    return Policy(
        id=front.policy,
        version=front.version,
        title=front.title,
        languages=tuple(front.language_tags),
        label_set=_label_set(front, front.kind),
        clauses=tuple(clause.finished() for clause in clauses),
        source=source,
        digest=policy_digest(source),
    )


def find_mistakes(source: str, name: str) -> list[Mistake]:  # noqa: ARG001 - called like parse_policy
    """All mistakes in a policy text, errors and warnings, in document order; never raises."""
    return _examine(source)[2]


def policy_digest(source: str) -> str:
    """BLAKE2b-128 of a policy text, 32 hex digits: the identity of this very wording.

    Line ends (CRLF or LF), a byte order mark and line ends after the last line don't count; everything else does.
    """
    text = "\n".join(source_lines(source)).rstrip("\n") + "\n"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


_TOO_LARGE = f"the document is larger than {MAX_BYTES:,} bytes"
_TOO_LARGE_HINT = "a policy is text for people and prompts: split it into several policies"


def _examine(source: str) -> tuple[FrontMatter | None, list[DraftClause], list[Mistake]]:
    mistakes = MistakeList()
    if len(source) > MAX_BYTES or len(source.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        mistakes.error(Place(1, 1, 0), _TOO_LARGE, _TOO_LARGE_HINT)
        return None, [], mistakes.in_order()
    lines = source_lines(source)
    front = read_front_matter(lines, mistakes)
    for number in range(front.body, len(lines)):
        match = _UNPRINTABLE.search(lines[number])
        if match:
            place = Place(number + 1, match.start() + 1, 1)
            mistakes.error(place, "this line holds a control character", "remove it")
    clauses = read_clauses(read_sections(lines, front.body, mistakes), front, mistakes)
    check_consistency(front, clauses, mistakes)
    return front, clauses, mistakes.in_order()


def _label_set(front: FrontMatter, kind: LabelKind) -> LabelSet:
    labels = [
        Label(
            name=draft.name.text,
            definition=draft.definition,
            severity=draft.severity or 0,
            always_human=draft.always_human,
            needs_clause=draft.needs_clause,
            titles=draft.titles,
        )
        for draft in front.labels
    ]
    return LabelSet(kind, tuple(labels))
