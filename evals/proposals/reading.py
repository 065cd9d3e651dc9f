"""Reading a reply: strictly, or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.domain.policies import Policy
from assistant.models.interface import ModelAnswer
from assistant.prompting.template import Prompt
from evals.proposals.clarification import PolicyClarification
from evals.proposals.copies import LONGEST_PASSAGE, find_copy
from evals.proposals.draft import Draft, DraftFaultError, NoChangeError
from evals.proposals.request import DraftRequest
from evals.proposals.revision import PromptRevision

ReadDraft = Callable[[ModelAnswer], Draft]
"""Makes a checked draft of an answer; raises DraftFaultError or NoChangeError."""

_MOST_REASON = 500  # characters
_FENCE = re.compile(r"\A```(?:json)?\n(.*)\n```\Z", re.DOTALL)  # servers without JSON modes: some models write one


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    reasons: list[str]

    @property
    def why(self) -> tuple[str, ...]:
        return tuple(" ".join(one.split())[:_MOST_REASON] for one in self.reasons[:5] if one.strip())


class _PromptReply(_Reply):
    system: str
    user: str


class _Wording(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    clause: str
    language: str
    text: str


class _PolicyReply(_Reply):
    clauses: list[_Wording]


R = TypeVar("R", bound=_Reply)


def prompt_reader(prompt: Prompt, policy: Policy, texts: Sequence[str]) -> ReadDraft:
    """Reads revisions of a prompt.

    Args:
        prompt: the one in use.
        policy: what it labels by.
        texts: of all items that are evaluated; a draft must quote none of them.
    """

    def read(answer: ModelAnswer) -> Draft:
        fields = _read(_PromptReply, answer)
        draft = PromptRevision(prompt, _tidy(fields.system), _tidy(fields.user), fields.why)
        if not draft.changed:
            raise NoChangeError(" ".join(fields.why))
        draft.check(policy)
        _check_copies(f"{draft.system}\n{draft.user}", f"{prompt.source}\n{policy.source}", texts)
        return draft

    return read


def policy_reader(policy: Policy, request: DraftRequest, texts: Sequence[str]) -> ReadDraft:
    """Reads clarifications of a policy.

    Args:
        policy: the one in use.
        request: says which clauses were shown.
        texts: as for `prompt_reader`.
    """

    def read(answer: ModelAnswer) -> Draft:
        fields = _read(_PolicyReply, answer)
        wordings: dict[str, dict[str, str]] = {}
        for one in fields.clauses:
            if wordings.setdefault(one.clause, {}).setdefault(one.language, _tidy(one.text)) != _tidy(one.text):
                raise DraftFaultError(f"there are two wordings of {one.clause[:40]} in {one.language[:40]}")
        draft = PolicyClarification(policy, wordings, fields.why)
        if not wordings:
            raise NoChangeError(" ".join(fields.why))
        draft.check(request.clauses)
        if not draft.changed:
            raise NoChangeError(" ".join(fields.why))
        new = "\n".join(text for by_language in wordings.values() for text in by_language.values())
        _check_copies(new, policy.source, texts)
        return draft

    return read


def _read(kind: type[R], answer: ModelAnswer) -> R:
    if answer.refusal is not None:
        raise DraftFaultError("it declined")
    if answer.finish_reason == "length":
        raise DraftFaultError("it was cut at the token limit: change less, and keep the reasons short")
    try:
        return kind.model_validate_json(_FENCE.sub(r"\1", answer.text.strip()))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        told = f"{'.'.join(map(str, first['loc']))[:60]} {first['msg'][:120]}".strip()
        raise DraftFaultError(f"it is not the JSON object that was asked for: {told}") from None


def _tidy(text: str) -> str:
    """Without blanks at the end of lines, and blank lines at either end."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip("\n")


def _check_copies(new: str, known: str, texts: Sequence[str]) -> None:
    """The fault doesn't say which passage: it may be of an item that no model may see."""
    if find_copy(new, known, texts) is not None:
        raise DraftFaultError(
            f"it repeats {LONGEST_PASSAGE} characters or more of a content word for word: write general rules instead"
        )
