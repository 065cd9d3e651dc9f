"""What the test server answers: a value for any JSON schema, with logprobs and usage that look real.

The labels come out of the request itself, so the server needs no knowledge of policies or prompts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from assistant.models.dev.faults import Fault
from assistant.models.dialect import SCHEMA_NOTE

OFF_LABEL = "no_such_label"
_LEVELS = 20  # steps of confidence between 0.50 and 0.99
_TOKEN = re.compile(r"\w{1,6}|[^\w\s]+|\s+")
_LABEL_KEYS = ("label", "labels", "grade")
_MOST_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Question:
    """A chat-completions request as the server sees it.

    Args:
        digest: names the messages, 32 hex digits.
        last_user: the last user message.
        schema: the JSON schema asked for, None when none was found.
        top_logprobs: alternatives asked for, None when no logprobs were.
        prompt_tokens: estimated.
        prefix_tokens: of those, before the last message: what a prefix cache would hold.
    """

    digest: str
    last_user: str
    schema: Mapping[str, Any] | None
    top_logprobs: int | None
    prompt_tokens: int
    prefix_tokens: int


def read_question(payload: Mapping[str, Any]) -> Question:
    """Take a request apart.

    Raises:
        KeyError, TypeError, AttributeError: it is no chat-completions request.
    """
    digest = blake2b(digest_size=16)
    last_user, size = "", 0
    for message in payload["messages"]:
        content = message["content"]
        digest.update(f"{message['role']}\x1f{content}\x1e".encode())
        size += len(content) if content.isascii() else len(content.encode()) * 4 // 3
        if message["role"] == "user":
            last_user = content
    top = payload.get("top_logprobs", 0) if payload.get("logprobs") else None
    prefix = (size - len(last_user)) // 4
    return Question(digest.hexdigest(), last_user, _schema_of(payload), top, size // 4 + 4, prefix)


def _schema_of(payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
    asked = payload.get("response_format")
    if asked and asked["type"] == "json_schema":
        schema: Mapping[str, Any] = asked["json_schema"]["schema"]
        return schema
    for message in payload["messages"]:
        _, found, after = message["content"].rpartition(SCHEMA_NOTE)
        if found:
            noted: Mapping[str, Any] = orjson.loads(after.partition("\n")[0])
            return noted
    return None


@dataclass(frozen=True, slots=True)
class Wording:
    """One reply: what is said, and how sure.

    Args:
        content: the message content; None when the model declines.
        label: the label in it, "" when the schema has none.
        others: the labels it could have been.
        probability: of the label, 0.5 to 0.99.
        finish_reason: as the API names it.
    """

    content: str | None
    label: str
    others: Sequence[str]
    probability: float
    finish_reason: str = "stop"


class AnswerMaker:
    """Makes replies; the same question gets the same reply.

    Args:
        keywords: label by keyword. The keyword that stands last in the user's message decides (the item comes
            last); without one, the message's hash does.
    """

    def __init__(self, keywords: Mapping[str, str]) -> None:
        self._keywords = dict(keywords)
        self._kept: dict[tuple[object, ...], tuple[bytes, int]] = {}

    def choice(self, question: Question, fault: Fault | None) -> tuple[bytes, int]:
        """(the choice object as JSON, completion tokens)."""
        number = int.from_bytes(blake2b(question.last_user.encode(), digest_size=8).digest())
        keyword = self._keyword_in(question.last_user)
        schema = b"" if question.schema is None else orjson.dumps(question.schema)
        pick = number % 5040  # all enums up to ten values share it evenly
        level = (number >> 20) % _LEVELS
        key = (schema, keyword, pick, level, question.top_logprobs, fault)
        made = self._kept.get(key)
        if made is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            picker = _Picker(question.schema or {}, self._keywords.get(keyword, ""), pick, 0.5 + level * 0.49 / 19)
            made = self._kept[key] = _encode_choice(_with_fault(picker.wording(), fault), question.top_logprobs)
        return made

    def _keyword_in(self, text: str) -> str:
        found = [(text.rfind(keyword), keyword) for keyword in self._keywords]
        place, keyword = max(found, default=(-1, ""))
        return keyword if place >= 0 else ""


class _Picker:
    """Fills one schema in one way."""

    def __init__(self, schema: Mapping[str, Any], wanted: str, pick: int, probability: float) -> None:
        self._schema = schema
        self._wanted = wanted
        self._pick = pick
        self._probability = round(probability, 4)
        self._labels: tuple[str, ...] = ()
        self._label = ""

    def wording(self) -> Wording:
        value = self._value(self._schema, "") if self._schema else "No schema was given; this is the test server."
        content = value if isinstance(value, str) else orjson.dumps(value).decode()
        others = [label for label in self._labels if label != self._label]
        return Wording(content, self._label, others, self._probability)

    def _value(self, schema: Mapping[str, Any], name: str) -> object:
        schema = self._resolved(schema)
        if "enum" in schema:
            return self._choose(schema["enum"], name)
        kind = schema.get("type", "object" if "properties" in schema else "string")
        match kind[0] if isinstance(kind, list) else kind:
            case "object":
                return {key: self._value(part, key) for key, part in schema.get("properties", {}).items()}
            case "array":
                return [self._value(schema.get("items", {}), name)]
            case "number" | "integer":
                return self._number(schema, kind == "integer")
            case "boolean":
                return self._pick % 2 == 0
            case _:
                return "Written by the test server."[: schema.get("maxLength", 100)]

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema behind a local reference, or the first of several alternatives; a constant as an enum of one."""
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                return self._resolved(schema[choice][0])
        if "const" in schema:
            return {"enum": [schema["const"]]}
        if "$ref" in schema:
            found: Mapping[str, Any] = self._schema.get("$defs", {}).get(schema["$ref"].rpartition("/")[2], {})
            return found
        return schema

    def _choose(self, values: Sequence[Any], name: str) -> object:
        chosen = self._wanted if self._wanted in values else values[self._pick % len(values)]
        if name in _LABEL_KEYS or not self._label:
            self._label = str(chosen)
            self._labels = tuple(str(value) for value in values)
        return chosen

    def _number(self, schema: Mapping[str, Any], whole: bool) -> float:
        low, high = schema.get("minimum", 0), schema.get("maximum", 1)
        if whole:
            return int(low) + self._pick % (int(high) - int(low) + 1)
        return round(float(low) + self._probability * float(high - low), 4)


def _with_fault(wording: Wording, fault: Fault | None) -> Wording:
    content = wording.content or ""
    match fault:
        case "malformed":
            content = content.replace('":', '" ', 1) if '":' in content else "{" + content
            return Wording(content, "", (), wording.probability)
        case "truncated":
            return Wording(content[: len(content) // 2], "", (), wording.probability, "length")
        case "off_label":
            for found, other in ((f'"{wording.label}"', f'"{OFF_LABEL}"'), (f":{wording.label}", f':"{OFF_LABEL}"')):
                content = content.replace(found, other)
            return Wording(content, OFF_LABEL, wording.others, wording.probability)
        case "refusal":
            return Wording(None, "", (), wording.probability)
        case _:
            return wording


def _encode_choice(wording: Wording, top: int | None) -> tuple[bytes, int]:
    refusal = None if wording.content is not None else "I can't help with that."
    tokens = _TOKEN.findall(wording.content or refusal or "")
    choice: dict[str, object] = {
        "index": 0,
        "finish_reason": wording.finish_reason,
        "message": {"role": "assistant", "content": wording.content, "refusal": refusal},
        "logprobs": None,
    }
    if top is not None and refusal is None:
        choice["logprobs"] = {"content": _logprobs(tokens, wording, top), "refusal": None}
    return orjson.dumps(choice), len(tokens)


def _logprobs(tokens: Sequence[str], wording: Wording, top: int) -> list[dict[str, object]]:
    """Sure of everything but the first token of the label; there the other labels share what is left."""
    start = _TOKEN.findall(wording.label)[:1]
    rivals = {found[0]: None for label in wording.others if (found := _TOKEN.findall(label)) and found[:1] != start}
    unsure = tokens.index(start[0]) if start and start[0] in tokens else -1
    content = []
    for index, token in enumerate(tokens):
        chosen = wording.probability if index == unsure else 0.9999
        names = list(rivals) if index == unsure else ["\n", " ", "}", ",", '"', "the", "a"]
        weights = [0.5**rank for rank in range(1, len(names) + 1)]
        scale = (1.0 - chosen) / (sum(weights) or 1.0)
        tops = [_entry(token, chosen)]
        tops += [_entry(name, weight * scale) for name, weight in zip(names, weights, strict=True) if name != token]
        content.append(_entry(token, chosen) | {"top_logprobs": tops[:top]})
    return content


def _entry(token: str, probability: float) -> dict[str, object]:
    return {"token": token, "logprob": round(math.log(probability), 6), "bytes": list(token.encode())}
