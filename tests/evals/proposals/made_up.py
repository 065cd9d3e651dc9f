"""A policy, a prompt and disagreements for the tests of drafts."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from assistant.models.interface import ModelAnswer
from assistant.policy.documents.documents import parse_policy
from assistant.prompting.template import parse_prompt
from evals.disagreements.analysis import (
    Conclusion,
    ConfusionPair,
    DisagreementAnalysis,
    DisagreementExample,
    ProbableSide,
)

POLICY = parse_policy(
    """\
---
policy: posts
version: "4"
title: Posts
languages: [en, zh]
label_set:
  kind: single
  labels:
    - {name: safe, definition: Breaks no clause., severity: 0}
    - {name: spam, definition: Unasked advertising., severity: 1}
    - {name: hate, definition: Demeans a group., severity: 3}
---
Text above the clauses stays.

## S1 Advertising
labels: spam

Do not advertise.
Not even a little.

### zh
不要打广告。

### Violates
- en: "Cheap watches here, dear friends" -> spam

## H1 Groups
labels: hate

Do not demean a group.
""",
    "posts.md",
)

PROMPT = parse_prompt(
    """\
---
name: judge
version: "2"
kinds: [single]
items: [text]
output: [label]
---
[system]
Label by "{{ policy.title }}".
{% for label in labels %}
- {{ label.name }}: {{ label.definition }}
{% endfor %}
Say "safe" when in doubt.
[user]
<content id="{{ fence }}">
{{ item.text }}
</content id="{{ fence }}">
""",
    where="judge/2.md",
)


def answer(finish_reason: str = "stop", refusal: str | None = None, **fields: object) -> ModelAnswer:
    """A reply that holds these fields as JSON."""
    return ModelAnswer(orjson.dumps(fields).decode(), finish_reason, refusal)


def pair(
    people: str, machine: str, share: float, side: ProbableSide, texts: Sequence[str] = ("a text",)
) -> ConfusionPair:
    examples = tuple(DisagreementExample(f"i{at}", text, people, machine) for at, text in enumerate(texts))
    return ConfusionPair(people, machine, round(100 * share), share, Conclusion(side, "it is so"), examples)


def disagreements(*pairs: ConfusionPair) -> DisagreementAnalysis:
    return DisagreementAnalysis("present", 200, 100, pairs, (), (), 0, ())
