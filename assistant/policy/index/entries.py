"""What of a policy is indexed: each clause's wording in each language, and each of its examples."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from assistant.domain.policies import Clause, Policy, PolicyExample


class EntryKind(StrEnum):
    """What part of a clause an entry is."""

    WORDING = "wording"
    VIOLATES = "violates"
    COMPLIES = "complies"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One text of a clause, embedded and found on its own.

    Args:
        id: derived from the other fields, 32 hex digits: the same text under the same clause keeps its id from
            version to version.
        clause_id: the clause it belongs to.
        language: BCP 47 tag.
        kind: what part of the clause it is.
        text: what is embedded; a pair's query and document, one under the other, as items of that kind are.
    """

    id: str
    clause_id: str
    language: str
    kind: EntryKind
    text: str


def clause_entries(policy: Policy) -> tuple[IndexEntry, ...]:
    """The entries of all clauses in document order, each text once a clause; ids are unique."""
    entries = (entry for clause in policy.clauses for entry in _entries(clause))
    return tuple({entry.id: entry for entry in entries}.values())


def _entries(clause: Clause) -> list[IndexEntry]:
    wordings = [
        _entry(clause.id, language, EntryKind.WORDING, f"{clause.title}\n{text}" if not index else text)
        for index, (language, text) in enumerate(clause.texts.items())
    ]
    return wordings + [_example_entry(clause.id, example) for example in clause.examples]


def _example_entry(clause_id: str, example: PolicyExample) -> IndexEntry:
    kind = EntryKind.VIOLATES if example.violates else EntryKind.COMPLIES
    text = example.text if example.query is None else f"{example.query}\n{example.text}"
    return _entry(clause_id, example.language, kind, text)


def _entry(clause_id: str, language: str, kind: EntryKind, text: str) -> IndexEntry:
    state = blake2b(digest_size=16)
    for part in (clause_id, language, kind.value, text):
        data = part.encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return IndexEntry(state.hexdigest(), clause_id, language, kind, text)
