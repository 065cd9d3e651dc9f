"""From an item and what was retrieved for it to the messages a model gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from assistant.domain.items import Item
from assistant.domain.policies import Clause, Policy
from assistant.domain.tokens import estimate_tokens
from assistant.errors import PromptError
from assistant.models.interface import Message
from assistant.policy.retrieve import Retrieved
from assistant.prompting.examples import choose_examples, nearest_answered
from assistant.prompting.output import output_schema
from assistant.prompting.template import ITEM_VARIABLES, STATIC_VARIABLES, Prompt

_HEAD_SHARE = 0.7  # of the room for content too long; the rest shows its end
_FENCE_DIGITS = 16  # of the content's own digest: no content can hold the fence that closes it


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """What a model is asked for one item.

    Args:
        messages: static part first, the item last.
        schema: JSON schema the reply must satisfy.
        shown_clauses: ids the reply may cite.
        truncated: whether only a part of the content is shown.
        estimated_tokens: of all messages, from `estimate_tokens`.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, object]
    shown_clauses: frozenset[str]
    truncated: bool
    estimated_tokens: int

    @property
    def asked(self) -> frozenset[str]:
        """Names of the fields the reply is asked for; no other is read."""
        properties = self.schema["properties"]
        return frozenset(properties) if isinstance(properties, Mapping) else frozenset()


class _MessageTemplate(Protocol):
    input_variables: list[str]

    def format(self, **kwargs: object) -> str: ...


class PromptRenderer:
    """Renders one prompt against one policy; the static system message is rendered once.

    Raises (when made):
        PromptError: the template can't be read, uses unknown variables, uses the item in its static section, or
            does not serve the policy's kind of label set.
    """

    def __init__(self, prompt: Prompt, policy: Policy, *, content_tokens: int) -> None:
        if policy.label_set.kind not in prompt.kinds:
            raise PromptError(
                "prompt_serves_other_label_sets",
                prompt=prompt.ref,
                kinds=", ".join(prompt.kinds),
                policy=policy.id,
                kind=policy.label_set.kind,
            )
        self.prompt = prompt
        self.policy = policy
        self._content_tokens = min(content_tokens, prompt.content_tokens or content_tokens)
        self._system, self._user = compile_sections(prompt)
        self._static = {
            "policy": policy,
            "labels": policy.label_set.labels,
            "kind": policy.label_set.kind.value,
            "output": [field.value for field in prompt.output],
        }
        self._system_messages: dict[bool, tuple[Message, int]] = {}
        self._schemas: dict[tuple[str, ...], Mapping[str, object]] = {}

    def render(self, item: Item, retrieved: Retrieved) -> RenderedPrompt:
        """The messages for one item."""
        clauses = self.policy.clauses if retrieved.whole_policy else tuple(hit.clause for hit in retrieved.clauses)
        text, truncated = self._shortened(item.content.text)
        system, system_tokens = self._system_message(retrieved.whole_policy)
        user = self._user.format(
            **self._static,
            whole_policy=retrieved.whole_policy,
            item={"text": text, "query": item.content.query, "language": item.language, "kind": item.content.kind},
            fence=item.content.digest[:_FENCE_DIGITS],
            clauses=clauses,
            nearest=[hit.clause for hit in retrieved.clauses],
            precedents=retrieved.precedents[: self.prompt.few_shot.precedents],
            examples=choose_examples(retrieved.clauses, item.language, self.prompt.few_shot.policy_examples),
            answered=nearest_answered(retrieved.clauses, retrieved.precedents, self.prompt.few_shot.nearest),
            truncated=truncated,
        )
        return RenderedPrompt(
            messages=(system, Message("user", user)),
            schema=self._schema(clauses),
            shown_clauses=frozenset(clause.id for clause in clauses),
            truncated=truncated,
            estimated_tokens=system_tokens + estimate_tokens(user),
        )

    def _system_message(self, whole_policy: bool) -> tuple[Message, int]:
        if whole_policy not in self._system_messages:
            text = self._system.format(**self._static, whole_policy=whole_policy)
            self._system_messages[whole_policy] = Message("system", text), estimate_tokens(text)
        return self._system_messages[whole_policy]

    def _schema(self, clauses: tuple[Clause, ...]) -> Mapping[str, object]:
        ids = tuple(clause.id for clause in clauses)
        if ids not in self._schemas:
            self._schemas[ids] = output_schema(self.prompt.output, self.policy.label_set, ids)
        return self._schemas[ids]

    def _shortened(self, text: str) -> tuple[str, bool]:
        """The text, or its beginning and end with a mark between when it is too long for the prompt."""
        tokens = estimate_tokens(text)
        if tokens <= self._content_tokens:
            return text, False
        room = int(len(text) * self._content_tokens / tokens)
        head = int(room * _HEAD_SHARE)
        tail = room - head
        return f"{text[:head]}\n[... {len(text) - room:,} characters left out ...]\n{text[-tail:]}", True


def compile_sections(prompt: Prompt) -> tuple[_MessageTemplate, _MessageTemplate]:
    """The system and the user template of a prompt, checked.

    Raises:
        PromptError: not valid Jinja, or a variable that is not there; all of them are named.
    """
    # LangChain's prompt templates cost 0.1 s to import; commands that render nothing don't need them.
    from assistant.prompting.compiled import CompiledPromptTemplate  # noqa: PLC0415

    system, user = (
        CompiledPromptTemplate.compile(
            text, where=f"{prompt.where or prompt.ref} [{name}]", above=_lines_above(prompt.source, name)
        )
        for name, text in (("system", prompt.system), ("user", prompt.user))
    )
    for section, template, allowed in (("system", system, STATIC_VARIABLES), ("user", user, ITEM_VARIABLES)):
        if unknown := sorted(set(template.input_variables) - allowed):
            code = "system_uses_unknown" if section == "system" else "user_uses_unknown"
            can = ", ".join(sorted(allowed))
            raise PromptError(code, where=prompt.ref, unknown=", ".join(unknown), allowed=can)
    if "item" not in user.input_variables:
        raise PromptError("item_never_shown", where=prompt.ref)
    return system, user


def _lines_above(source: str, section: str) -> int:
    """How many lines of a prompt's file stand above the first line of a section's text."""
    start = source.find(f"\n[{section}]")
    text = source[start + 1 :].partition("\n")[2]
    blank = len(text) - len(text.lstrip("\n"))
    return source.count("\n", 0, start + 1) + 1 + blank
