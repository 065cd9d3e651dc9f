"""A clarification of a policy: other wordings for clauses it has, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.domain.policies import Policy
from assistant.errors import PolicyError
from assistant.policy.documents.difference import PolicyDifference, compare_policies
from assistant.policy.documents.documents import parse_policy
from assistant.policy.documents.rewording import reword
from evals.proposals.draft import DraftFaultError, DraftKind, unseen_characters

_ROOM = 1_000  # characters by which a clause may grow, if it doesn't double


@dataclass(frozen=True, slots=True)
class PolicyClarification:
    """Other wordings for clauses.

    Args:
        policy: the one in use.
        wordings: by clause id and language.
        reasons: the model's.
    """

    policy: Policy
    wordings: Mapping[str, Mapping[str, str]]
    reasons: tuple[str, ...]
    kind: DraftKind = DraftKind.POLICY

    @property
    def present(self) -> str:
        """The policy in use."""
        return self.policy.source

    def source(self, version: str) -> str:
        """The document of that version."""
        return reword(self.policy.source, self.wordings, version)

    @property
    def changed(self) -> bool:
        """Whether any word is another one."""
        return bool(compare_policies(self.policy, self._parsed()).clauses_changed)

    def check(self, shown: Sequence[str]) -> None:
        """Refuse what is no mere clarification. Raises DraftFaultError.

        Args:
            shown: ids of the clauses whose wording may change.
        """
        for clause_id, texts in self.wordings.items():
            self._check_clause(clause_id, texts, shown)
        every = "".join(text for texts in self.wordings.values() for text in texts.values())
        if unseen := unseen_characters(every, self.policy.source):
            raise DraftFaultError(f"the wording holds characters that can't be seen: {', '.join(unseen[:5])}")
        made = self._parsed()
        if not _only_wordings(compare_policies(self.policy, made), self.wordings):
            raise DraftFaultError("more than the wording of these clauses would change: write plain text only")

    def _check_clause(self, clause_id: str, texts: Mapping[str, str], shown: Sequence[str]) -> None:
        clause = self.policy.clause(clause_id)
        if clause is None or clause_id not in shown:
            raise DraftFaultError(f'there is no clause "{clause_id[:40]}"; there are: {", ".join(shown)}')
        if set(texts) != set(clause.texts):
            raise DraftFaultError(f"{clause_id} has a wording in {', '.join(clause.texts)}: give each of them")
        for language, text in texts.items():
            if not text.strip():
                raise DraftFaultError(f"the wording of {clause_id} in {language} is empty")
            size = len(clause.texts[language])
            if len(text) > max(2 * size, size + _ROOM):
                raise DraftFaultError(f"the wording of {clause_id} in {language} is more than twice as long")

    def _parsed(self) -> Policy:
        try:
            made = parse_policy(self.source(self.policy.version), "the draft")
        except PolicyError:
            raise DraftFaultError("with it the policy can't be read: write plain text only") from None
        for clause_id, texts in self.wordings.items():
            clause = made.clause(clause_id)
            if clause is None or any(clause.texts.get(name) != text.strip() for name, text in texts.items()):
                raise DraftFaultError(f"the wording of {clause_id} would be cut: write plain text only")
        return made


def _only_wordings(difference: PolicyDifference, wordings: Mapping[str, object]) -> bool:
    others = (
        difference.front_matter,
        difference.labels_added,
        difference.labels_removed,
        difference.labels_changed,
        difference.clauses_added,
        difference.clauses_removed,
        difference.clauses_reordered,
    )
    return not any(others) and all(
        change.id in wordings
        and not (change.title_words or change.labels_added or change.labels_removed)
        and not (change.examples_added or change.examples_removed)
        for change in difference.clauses_changed
    )
