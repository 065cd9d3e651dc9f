"""A revision of a prompt: other words around the same Jinja tags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from jinja2 import TemplateError

from assistant.domain.items import Content, Item, ItemKind
from assistant.domain.policies import Policy
from assistant.errors import PromptError
from assistant.messages.wording import what
from assistant.policy.retrieve import Retrieved
from assistant.prompting.render import PromptRenderer
from assistant.prompting.template import Prompt, parse_prompt
from evals.proposals.draft import DraftFaultError, DraftKind, unseen_characters

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_QUOTED = re.compile(r"""["'`]([^"'`\n]{1,80})["'`]""")
_LITERAL_ANSWER = re.compile(r"""["']labels?["']\s*:\s*\[?\s*["']([^"'{}]+)["']""")
_FRONT = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)
_VERSION = re.compile(r"^version\s*:.*$", re.MULTILINE)
_SAMPLE = "a sample text without any meaning"
_ROOM = 4_000  # characters by which a prompt may grow, if it doesn't double


@dataclass(frozen=True, slots=True)
class PromptRevision:
    """Another text for a prompt, its front matter kept.

    Args:
        prompt: the one in use.
        system, user: the new texts.
        reasons: the model's.
    """

    prompt: Prompt
    system: str
    user: str
    reasons: tuple[str, ...]
    kind: DraftKind = DraftKind.PROMPT

    @property
    def present(self) -> str:
        """The prompt in use."""
        return self.prompt.source

    def source(self, version: str) -> str:
        """The file `<name>/<version>.md`."""
        front = _FRONT.match(self.prompt.source)
        assert front is not None  # noqa: S101 - the prompt was read from it
        head = _VERSION.sub(lambda _: f'version: "{version}"', front[1], count=1)
        return f"---\n{head}\n---\n[system]\n{self.system}\n[user]\n{self.user}\n"

    @property
    def changed(self) -> bool:
        """Whether any word is another one."""
        return any(new.split() != old.split() for _, new, old in self._texts())

    def check(self, policy: Policy) -> None:
        """Refuse what would not do its prompt's work. Raises DraftFaultError."""
        for section, new, old in self._texts():
            _check_tags(section, new, old)
            _check_labels(section, new, old, policy.label_set.names)
        if unseen := unseen_characters(self.system + self.user, self.prompt.source):
            raise DraftFaultError(f"the text holds characters that can't be seen: {', '.join(unseen[:5])}")
        size, room = len(self.system + self.user), len(self.prompt.system + self.prompt.user)
        if size > max(2 * room, room + _ROOM):
            raise DraftFaultError(f"the text is too long: {size:,} characters where the prompt has {room:,}")
        _check_rendered(self.prompt, self._parsed(), policy)

    def _texts(self) -> tuple[tuple[str, str, str], ...]:
        return ("system", self.system, self.prompt.system), ("user", self.user, self.prompt.user)

    def _parsed(self) -> Prompt:
        try:
            made = parse_prompt(self.source(self.prompt.version), where="the draft")
        except PromptError as error:
            raise DraftFaultError(f"it is no prompt: {what(error)}") from None
        same = replace(made, system="", user="", source="", digest="")
        if same != replace(self.prompt, system="", user="", source="", digest=""):
            raise DraftFaultError("the front matter has changed")
        return made


def _check_tags(section: str, new: str, old: str) -> None:
    """Only words may change: with the tags stay the loops, the filters, and all that is shown of the item."""
    wanted, found = _tags(old), _tags(new)
    if lost := list((wanted - found).elements()):
        raise DraftFaultError(f'"{section}" has lost {", ".join(lost[:5])}: keep every Jinja tag, each as often as now')
    if added := list((found - wanted).elements()):
        raise DraftFaultError(f'"{section}" has a Jinja tag that wasn\'t there, or once too often: {added[0][:60]}')


def _tags(text: str) -> Counter[str]:
    return Counter(" ".join(tag.split()) for tag in _TAG.findall(text))


def _check_labels(section: str, new: str, old: str, names: Sequence[str]) -> None:
    """Labels that are named between quotes stay, and nothing else is called a label."""
    before, after = (set(_QUOTED.findall(_TAG.sub("", text))) for text in (old, new))
    if lost := sorted((before - after) & set(names)):
        raise DraftFaultError(f'"{section}" no longer names the label "{lost[0]}"')
    folded = {name.casefold(): name for name in names}
    for word in sorted(after - before):
        if word not in names and (name := folded.get(word.strip().casefold())):
            raise DraftFaultError(f'"{section}" writes the label "{name}" in another way')
    for word in _LITERAL_ANSWER.findall(_TAG.sub("", new)):
        if word not in names:
            raise DraftFaultError(f'"{section}" names an answer that is no label: "{word[:60]}"')


def _check_rendered(present: Prompt, draft: Prompt, policy: Policy) -> None:
    """The draft can be rendered, and the item stands between the fences where it stood between them."""
    before, after = (_rendered(prompt, policy) for prompt in (present, draft))
    for old, new in zip(before, after, strict=True):
        if _is_fenced(old) and not _is_fenced(new):
            raise DraftFaultError("the item no longer stands between its tags")


def _rendered(prompt: Prompt, policy: Policy) -> list[str]:
    query = "a sample query" if ItemKind.PAIR in prompt.items else None
    item = Item("sample", _sample(query), language=policy.languages[0])
    try:
        renderer = PromptRenderer(prompt, policy, content_tokens=1_000)
        looked_up = (Retrieved(whole_policy=whole) for whole in (True, False))
        return [renderer.render(item, one).messages[-1].content for one in looked_up]
    except (PromptError, TemplateError) as error:
        why = f"{error.where}: {what(error)}" if isinstance(error, PromptError) else str(error)
        raise DraftFaultError(f"it can't be rendered: {why[:200]}") from None


def _sample(query: str | None) -> Content:
    return Content(_SAMPLE, ItemKind.TEXT if query is None else ItemKind.PAIR, query)


def _is_fenced(text: str) -> bool:
    fences = (_sample("a sample query").digest[:16], _sample(None).digest[:16])
    before, _, after = text.partition(_SAMPLE)
    return any(fence in before and fence in after for fence in fences)
