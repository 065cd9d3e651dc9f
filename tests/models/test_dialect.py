from assistant.models.dialect import Dialect, is_strict, response_format, with_schema_note
from assistant.models.interface import Message
from tests.models.serving import SCHEMA, question


def test_a_closed_schema_is_asked_for_strictly() -> None:
    assert response_format(SCHEMA) == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA},
    }


def test_open_objects_and_optional_properties_are_not_strict() -> None:
    part = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
    assert is_strict(part)
    assert not is_strict(part | {"additionalProperties": True})
    assert not is_strict(part | {"required": []})
    nested = {"type": "array", "items": part | {"required": []}}
    assert not is_strict(part | {"properties": {"a": nested}})
    assert not is_strict({"anyOf": [part, part | {"required": []}]})


def test_poorer_dialects_ask_for_json_or_for_nothing() -> None:
    assert response_format(SCHEMA, Dialect("json_object")) == {"type": "json_object"}
    assert response_format(SCHEMA, Dialect("text")) is None
    assert response_format(None) is None


def test_features_are_those_a_request_uses() -> None:
    used = Dialect().features(question("x", top_logprobs=10, seed=1))
    plain = {"max_tokens", "temperature", "system", "whole_reply"}
    assert used == plain | {"json_schema", "logprobs", "top_logprobs", "seed"}
    assert Dialect().features(question("x", schema=None, top_logprobs=0)) == plain


def test_dropping_features_leads_from_schema_to_json_to_text() -> None:
    dialect = Dialect().without("json_schema")
    assert dialect.structured == "json_object"
    assert dialect.without("json_object").structured == "text"


def test_alternatives_are_first_cut_to_five_and_then_dropped() -> None:
    dialect = Dialect().without("top_logprobs")
    assert dialect.top_logprobs == 5
    assert "top_logprobs" not in dialect.features(question("x", top_logprobs=10))
    assert dialect.without("logprobs").top_logprobs == 0


def test_a_schema_note_goes_to_the_last_system_message_or_makes_one() -> None:
    system, user = Message("system", "one"), Message("user", "post")
    noted = with_schema_note((system, user), {"type": "object"})
    assert noted[0].content.startswith("one\n\nAnswer with one JSON object")
    assert noted[1] == user
    assert [message.role for message in with_schema_note((user,), {})] == ["system", "user"]
