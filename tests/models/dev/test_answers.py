import math
from typing import Any

import orjson
import pytest

from assistant.models.dev.answers import AnswerMaker, Question, read_question


def ask(schema: dict[str, Any], text: str = "post", top: int | None = None) -> dict[str, Any]:
    """The choice object made for a schema."""
    raw, _ = AnswerMaker({}).choice(Question("0" * 32, text, schema, top, 10, 5), None)
    choice: dict[str, Any] = orjson.loads(raw)
    return choice


def value(schema: dict[str, Any], text: str = "post") -> Any:
    """The value it answers with."""
    return orjson.loads(ask(schema, text)["message"]["content"])


def test_it_fills_any_schema() -> None:
    schema = {
        "$defs": {"Clause": {"type": "string", "enum": ["H1"]}},
        "type": "object",
        "properties": {
            "labels": {"type": "array", "items": {"type": "string", "enum": ["a"]}},
            "clause": {"$ref": "#/$defs/Clause"},
            "confidence": {"type": "number", "minimum": 0, "maximum": 100},
            "grade": {"type": "integer", "minimum": 3, "maximum": 3},
            "kind": {"const": "post"},
            "note": {"anyOf": [{"type": "string", "maxLength": 7}, {"type": "null"}]},
            "sure": {"type": ["boolean", "null"]},
        },
    }
    filled = value(schema)
    assert filled["labels"] == ["a"]
    assert (filled["clause"], filled["grade"], filled["kind"], filled["note"]) == ("H1", 3, "post", "Written")
    assert 50 <= filled["confidence"] <= 99
    assert isinstance(filled["sure"], bool)


def test_numbers_can_be_labels() -> None:
    schema = {"type": "object", "properties": {"grade": {"enum": [0, 1, 2, 3]}}}
    assert {value(schema, f"post {n}")["grade"] for n in range(40)} == {0, 1, 2, 3}


def test_probabilities_of_the_labels_add_up_to_one_at_the_labels_token() -> None:
    schema = {"type": "object", "properties": {"label": {"enum": ["safe", "hate", "spam"]}}}
    choice = ask(schema, top=5)
    label = orjson.loads(choice["message"]["content"])["label"]
    token = next(part for part in choice["logprobs"]["content"] if part["token"] == label)
    tops = {top["token"]: math.exp(top["logprob"]) for top in token["top_logprobs"]}
    assert set(tops) == {"safe", "hate", "spam"}
    assert sum(tops.values()) == pytest.approx(1.0, abs=1e-4)
    assert max(tops, key=lambda name: tops[name]) == label


def test_the_schema_is_found_in_the_system_message_where_it_is_no_parameter() -> None:
    note = (
        'Judge.\n\nAnswer with one JSON object and nothing else. It must satisfy this JSON schema:\n{"type": "object"}'
    )
    asked = read_question({"messages": [{"role": "system", "content": note}, {"role": "user", "content": "x"}]})
    assert asked.schema == {"type": "object"}
    assert asked.top_logprobs is None
