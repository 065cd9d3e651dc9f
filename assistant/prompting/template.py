"""A prompt: front matter that says what it asks and for whom, and a Jinja body with a section per message."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from assistant.domain.items import ItemKind
from assistant.domain.policies import LabelKind
from assistant.errors import PromptError
from assistant.models.interface import Sampling
from assistant.prompting.output import OutputField

STATIC_VARIABLES = frozenset({"policy", "labels", "kind", "output", "whole_policy"})
"""What the system message may use: nothing of the item, so that it is one stable prefix for the whole run."""
ITEM_VARIABLES = STATIC_VARIABLES | {
    "item",
    "fence",
    "clauses",
    "nearest",
    "precedents",
    "examples",
    "answered",
    "truncated",
}

_DEEPEST = 20
_SECTION = re.compile(r"^\[(system|user)\][ \t]*$", re.MULTILINE)


class SamplingChoice(BaseModel):
    """The prompt's own sampling parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(default=0.0, ge=0, le=2)
    max_tokens: int = Field(default=256, ge=1, le=16384)
    top_p: float | None = Field(default=None, gt=0, le=1)
    top_logprobs: int = Field(default=5, ge=0, le=20)


class FewShotChoice(BaseModel):
    """How many texts with a known answer the prompt shows: settled items, policy examples, the nearest of either."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    precedents: int = Field(default=0, ge=0, le=50)
    policy_examples: int = Field(default=0, ge=0, le=50)
    nearest: int = Field(default=0, ge=0, le=50)


class _FrontMatter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    version: str = Field(min_length=1)
    description: str = ""
    kinds: tuple[LabelKind, ...] = Field(min_length=1)
    items: tuple[ItemKind, ...] = (ItemKind.TEXT,)
    output: tuple[OutputField, ...] = Field(min_length=1)
    few_shot: FewShotChoice = FewShotChoice()
    sampling: SamplingChoice = SamplingChoice()
    content_tokens: int | None = Field(default=None, ge=50)

    @field_validator("version", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> str:
        return str(value)

    @field_validator("output")
    @classmethod
    def _has_label(cls, value: tuple[OutputField, ...]) -> tuple[OutputField, ...]:
        if OutputField.LABEL not in value or len(set(value)) != len(value):
            raise ValueError("must hold `label`, and each field once")
        return value


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of a prompt; its identity is `digest`, the hash of its whole text."""

    name: str
    version: str
    description: str
    kinds: tuple[LabelKind, ...]
    items: tuple[ItemKind, ...]
    output: tuple[OutputField, ...]
    few_shot: FewShotChoice
    sampling: Sampling
    content_tokens: int | None  # longer content is cut for this prompt; None leaves it to the settings
    system: str
    user: str
    source: str
    digest: str
    where: str = field(default="", compare=False)  # its file, for errors

    @property
    def ref(self) -> str:
        """`name@version`."""
        return f"{self.name}@{self.version}"


def read_prompt(path: Path) -> Prompt:
    """The prompt in a file `<name>/<version>.md`.

    Raises:
        PromptError: not readable, or with mistakes; all mistakes of the front matter are reported together.
    """
    try:
        source = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError("prompt_unreadable", where=str(path), reason=str(error)) from None
    prompt = parse_prompt(source, where=str(path))
    if (path.parent.name, path.stem) != (prompt.name, prompt.version):
        raise PromptError(
            "prompt_misplaced", where=str(path), says=prompt.ref, stands=f"{path.parent.name}@{path.stem}"
        )
    return prompt


def parse_prompt(source: str, *, where: str) -> Prompt:
    """The prompt in a text; `where` names it in errors."""
    source = source.replace("\r\n", "\n").rstrip() + "\n"
    front, body = _split(source, where)
    sections = dict(_sections(body, where))
    return Prompt(
        name=front.name,
        version=front.version,
        description=front.description,
        kinds=front.kinds,
        items=front.items,
        output=front.output,
        few_shot=front.few_shot,
        sampling=Sampling(
            temperature=front.sampling.temperature,
            max_tokens=front.sampling.max_tokens,
            top_p=front.sampling.top_p,
            top_logprobs=front.sampling.top_logprobs,
        ),
        content_tokens=front.content_tokens,
        system=sections["system"],
        user=sections["user"],
        source=source,
        digest=blake2b(source.encode(), digest_size=16).hexdigest(),
        where=where,
    )


def _split(source: str, where: str) -> tuple[_FrontMatter, str]:
    found = re.match(r"---\n(.*?)\n---\n(.*)", source, re.DOTALL)
    if found is None:
        raise PromptError("front_matter_missing", where=f"{where}:1")
    try:
        return _FrontMatter.model_validate(yaml.load(found[1], Loader=_PlainLoader) or {}), found[2]  # noqa: S506 - a safe one
    except yaml.MarkedYAMLError as error:
        at = where if error.problem_mark is None else f"{where}:{error.problem_mark.line + 2}"
        raise PromptError("front_matter_not_yaml", where=at, why=str(error.problem or error)) from None
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        if isinstance(error, ValidationError):
            raise _mistakes(error, where) from None
        raise PromptError("front_matter_not_yaml", where=where, why=str(error)) from None


def _mistakes(error: ValidationError, where: str) -> PromptError:
    told = [
        f"\n  {'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}"
        for one in error.errors(include_url=False)
    ]
    return PromptError("front_matter_mistaken", where=where, count=len(told), mistakes="".join(told))


class _PlainLoader(yaml.SafeLoader):
    """YAML as front matter needs it: nested a little, and every value written where it stands."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """As the safe loader does it; refuses aliases, by which a few lines become millions of values, and depth."""
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]  # of a library without types
        problem = "aliases (*) are not read" if isinstance(event, yaml.AliasEvent) else None
        if self.depth >= _DEEPEST:
            problem = "nested too deeply"
        if problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=cast("yaml.Mark", event.start_mark))
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _sections(body: str, where: str) -> list[tuple[str, str]]:
    pieces = _SECTION.split(body)
    names = pieces[1::2]
    if sorted(names) != ["system", "user"] or pieces[0].strip():
        raise PromptError("prompt_sections_unfit", where=where, sections=str(names or "none"))
    return [(name, text.strip("\n")) for name, text in zip(names, pieces[2::2], strict=True)]
