import pytest

from assistant.models.local.json_grammar import UnknownSchemaError, constrain


def answer(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


LABEL = {"type": "string", "enum": ["safe", "self_harm"]}


def test_only_the_label_is_left_to_the_model() -> None:
    found = constrain(answer(label=LABEL))
    assert found.prefix == '{"label": "'
    assert found.grammar == 'root ::= ("safe" | "self_harm")'
    assert found.suffix == '"}'


def test_what_stands_between_two_decisions_is_in_the_grammar() -> None:
    found = constrain(answer(label=LABEL, clauses={"type": "array", "items": {"enum": ["H1", "S1"]}, "maxItems": 2}))
    assert found.prefix == '{"label": "'
    assert found.grammar == (
        'root ::= ("safe" | "self_harm") "\\", \\"clauses\\": " '
        '"[" ("\\"" ("H1" | "S1") "\\"" (", " "\\"" ("H1" | "S1") "\\""){0,1})? "]"'
    )
    assert found.suffix == "}"


def test_the_closing_quote_is_the_models_where_one_label_begins_another() -> None:
    found = constrain(answer(label={"enum": ["hate", "hate_speech"]}))
    assert found.grammar == 'root ::= ("hate\\"" | "hate_speech\\"")'
    assert found.suffix == "}"


def test_properties_keep_the_order_of_the_schema() -> None:
    found = constrain(answer(rationale={"type": "string", "maxLength": 20}, label=LABEL))
    assert found.prefix == '{"rationale": "'
    assert found.grammar.index("{0,20}") < found.grammar.index("self_harm")


def test_labels_with_quotes_backslashes_and_other_scripts_are_written_as_json() -> None:
    found = constrain(answer(label={"enum": ['a"b', "c\\d", "安全"]}))
    # In JSON a\"b and c\\d; GBNF escapes both characters once more.
    assert found.grammar == r'root ::= ("a\\\"b" | "c\\\\d" | "安全")'


@pytest.mark.parametrize(
    ("schema", "grammar"),
    [
        ({"type": "boolean"}, '("true" | "false")'),
        ({"type": "integer", "minimum": 0, "maximum": 3}, '("0" | "1" | "2" | "3")'),
        ({"type": "number", "minimum": 0, "maximum": 1}, '("0" ("." [0-9]{1,2})? | "1")'),
        ({"type": "integer", "minimum": 0}, '("0" | [1-9] [0-9]{0,8})'),
        ({"type": "number"}, '"-"? ("0" | [1-9] [0-9]{0,8}) ("." [0-9]{1,6})?'),
        ({"enum": [1, None, True]}, '("1" | "null" | "true")'),
        ({"type": ["boolean", "null"]}, '(("true" | "false") | "null")'),
        ({"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]}, '("\\"" ("a" | "b") "\\"" | "null")'),
        ({"$ref": "#/$defs/yes"}, '("true" | "false")'),
    ],
)
def test_every_kind_of_value_has_a_grammar(schema: dict[str, object], grammar: str) -> None:
    found = constrain({**answer(value=schema), "$defs": {"yes": {"type": "boolean"}}})
    assert (found.prefix, found.grammar, found.suffix) == ('{"value": ', f"root ::= {grammar}", "}")


def test_an_answer_without_any_choice_is_still_a_grammar() -> None:
    found = constrain(answer(label={"enum": ["safe"]}))
    assert (found.prefix, found.grammar, found.suffix) == ("", r'root ::= "{\"label\": \"safe\"}"', "")


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"type": "string", "pattern": "a+"}, "pattern"),
        ({"type": "integer", "minimum": 5}, "5"),
        ({"$ref": "#/nowhere"}, "nowhere"),
        ({"$ref": "#"}, "#"),
        ({"type": "array", "items": {"type": "null"}, "uniqueItems": True}, "uniqueItems"),
        ({"enum": []}, "empty"),
        ({}, "None"),
        ({"properties": {}, "required": ["x"], "type": "object"}, "x"),
    ],
)
def test_what_cannot_be_expressed_is_an_error_that_names_it(schema: dict[str, object], named: str) -> None:
    with pytest.raises(UnknownSchemaError, match=named):
        constrain(answer(value=schema))


def test_a_schema_that_refers_to_itself_is_an_error() -> None:
    with pytest.raises(UnknownSchemaError, match="itself"):
        constrain(
            {"type": "object", "properties": {"next": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/a"}}}
        )
