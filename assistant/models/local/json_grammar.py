"""A JSON schema as a grammar for constrained decoding, split so that nothing already certain is generated.

`{"type": "object", "properties": {"label": {"enum": ["safe", "spam"]}}}` becomes the prefix `{"label": "`, a grammar
for `safe` or `spam`, and the suffix `"}`: a small model on a CPU then spends tokens on the label alone. Objects are
written on one line with their properties in the schema's order, all of them, so that examples can be written alike.

The grammar is in GBNF, as llama.cpp documents it. Every answer it lets through satisfies the schema; it lets through
fewer (texts and lists are bounded), and keywords it doesn't know are an error, never ignored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_TEXT_CHARACTERS = 400  # of a text without `maxLength`
_LIST_ITEMS = 3  # of a list without `maxItems`
_RANGE = 200  # whole numbers between bounds are listed up to this many
_CHARACTER = r'([^"\\\x7F\x00-\x1F] | "\\" ["\\/bfnrt])'
_SAID_ELSEWHERE = frozenset(
    {
        "title",
        "description",
        "default",
        "examples",
        "$defs",
        "definitions",
        "$schema",
        "additionalProperties",
        "required",
    }
)


class UnknownSchemaError(ValueError):
    """The schema says something that can't be put into a grammar here."""


@dataclass(frozen=True, slots=True)
class _Literal:
    text: str


@dataclass(frozen=True, slots=True)
class _Choice:
    """Alternatives, as a GBNF expression."""

    expression: str


_Part = _Literal | _Choice


@dataclass(frozen=True, slots=True)
class ConstrainedJson:
    """What is certain before the first token, what the model decides, what is certain after it.

    Args:
        prefix: JSON text every answer begins with.
        grammar: GBNF with the rule `root` for what is in between.
        suffix: JSON text every answer ends with.
    """

    prefix: str
    grammar: str
    suffix: str


def constrain(schema: Mapping[str, object]) -> ConstrainedJson:
    """The grammar of a JSON schema.

    Raises:
        UnknownSchemaError: it uses keywords that are not supported; the message names them.
    """
    try:
        parts = _merged(_parts(schema, schema))
    except RecursionError:
        raise UnknownSchemaError("a schema that refers to itself") from None
    prefix = suffix = ""
    if len(parts) > 1 and isinstance(parts[0], _Literal):
        prefix, parts = parts[0].text, parts[1:]
    if len(parts) > 1 and isinstance(parts[-1], _Literal):
        suffix, parts = parts[-1].text, parts[:-1]
    return ConstrainedJson(prefix, f"root ::= {_expression(parts)}", suffix)


def _parts(schema: object, root: Mapping[str, object]) -> list[_Part]:
    if not isinstance(schema, Mapping):
        raise UnknownSchemaError(f"not a schema: {schema!r}")
    keywords = set(schema) - _SAID_ELSEWHERE
    if "$ref" in keywords:
        return _parts(_referenced(schema["$ref"], root), root)
    if "const" in keywords:
        return [_Literal(_dumped(schema["const"]))]
    if "enum" in keywords:
        return _enumerated(schema["enum"])
    for several in ("anyOf", "oneOf"):
        if several in keywords:
            return [_alternatives([_parts(one, root) for one in _listed(schema[several])])]
    return _typed(schema, keywords, root)


def _typed(schema: Mapping[str, object], keywords: set[str], root: Mapping[str, object]) -> list[_Part]:
    kind = schema.get("type")
    if isinstance(kind, list):
        return [_alternatives([_parts({**schema, "type": one}, root) for one in kind])]
    if not isinstance(kind, str) or kind not in _KEYWORDS:
        raise UnknownSchemaError(f"type {kind!r}")
    if unknown := keywords - _KEYWORDS[kind]:
        raise UnknownSchemaError(", ".join(sorted(unknown)))
    if kind == "object":
        return _object(schema, root)
    if kind == "string":
        return [_Literal('"'), _text(schema), _Literal('"')]
    return [_array(schema, root) if kind == "array" else _scalar(kind, schema)]


def _scalar(kind: str, schema: Mapping[str, object]) -> _Part:
    if kind == "null":
        return _Literal("null")
    return _Choice('("true" | "false")') if kind == "boolean" else _number(schema, whole=kind == "integer")


def _text(schema: Mapping[str, object]) -> _Choice:
    least, most = _bound(schema, "minLength", 0), _bound(schema, "maxLength", _TEXT_CHARACTERS)
    return _Choice(f"{_CHARACTER}{{{least},{max(least, most)}}}")


def _object(schema: Mapping[str, object], root: Mapping[str, object]) -> list[_Part]:
    properties = schema.get("properties", {})
    if not isinstance(properties, Mapping):
        raise UnknownSchemaError("properties that are no object")
    if missing := set(_listed(schema.get("required", []))) - set(properties):
        raise UnknownSchemaError(f"required but not described: {', '.join(sorted(map(str, missing)))}")
    parts: list[_Part] = [_Literal("{")]
    for index, (name, value) in enumerate(properties.items()):
        parts += [_Literal(f"{', ' if index else ''}{_dumped(name)}: "), *_parts(value, root)]
    return [*parts, _Literal("}")]


def _array(schema: Mapping[str, object], root: Mapping[str, object]) -> _Choice:
    least, most = _bound(schema, "minItems", 0), _bound(schema, "maxItems", _LIST_ITEMS)
    most = max(least, most)
    if most == 0:
        return _Choice(_quoted("[]"))
    item = _expression(_merged(_parts(schema.get("items", {"type": "string"}), root)))
    some = f"{item} ({_quoted(', ')} {item}){{{max(least, 1) - 1},{most - 1}}}"
    return _Choice(f'"[" ({some}){"?" if least == 0 else ""} "]"')


def _number(schema: Mapping[str, object], *, whole: bool) -> _Choice:
    low, high = schema.get("minimum"), schema.get("maximum")
    if whole and isinstance(low, int) and isinstance(high, int) and high - low <= _RANGE:
        return _Choice(_one_of([str(number) for number in range(low, high + 1)]))
    if (low, high) == (0, 1):
        return _Choice('("0" ("." [0-9]{1,2})? | "1")')
    if low not in (None, 0) or high is not None:
        raise UnknownSchemaError(f"numbers from {low} to {high}")
    sign = '"-"? ' if low is None else ""
    fraction = "" if whole else ' ("." [0-9]{1,6})?'
    return _Choice(f'{sign}("0" | [1-9] [0-9]{{0,8}}){fraction}')


def _enumerated(values: object) -> list[_Part]:
    """The alternatives; the quotes of texts stand outside, where they are certain.

    Where one text begins another, the closing quote is left to the model: it says which of them was meant.
    """
    listed = _listed(values)
    if not listed:
        raise UnknownSchemaError("an empty enum")
    if not all(isinstance(value, str) for value in listed):
        return [_Choice(_one_of([_dumped(value) for value in listed]))]
    inner = [_dumped(value)[1:-1] for value in listed]
    if len(inner) == 1:
        return [_Literal(f'"{inner[0]}"')]
    if any(one != other and other.startswith(one) for one in inner for other in inner):
        return [_Literal('"'), _Choice(_one_of([f'{text}"' for text in inner]))]
    return [_Literal('"'), _Choice(_one_of(inner)), _Literal('"')]


def _alternatives(each: Sequence[list[_Part]]) -> _Choice:
    return _Choice("(" + " | ".join(_expression(_merged(parts)) for parts in each) + ")")


def _merged(parts: Sequence[_Part]) -> list[_Part]:
    """Neighbouring literals as one."""
    merged: list[_Part] = []
    for part in parts:
        if isinstance(part, _Literal) and merged and isinstance(merged[-1], _Literal):
            merged[-1] = _Literal(merged[-1].text + part.text)
        else:
            merged.append(part)
    return merged


def _expression(parts: Sequence[_Part]) -> str:
    return " ".join(_quoted(part.text) if isinstance(part, _Literal) else part.expression for part in parts)


def _one_of(texts: Sequence[str]) -> str:
    return "(" + " | ".join(_quoted(text) for text in texts) + ")"


def _quoted(text: str) -> str:
    """A GBNF literal."""
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{escaped}"'


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _listed(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise UnknownSchemaError(f"not a list: {value!r}")
    return list(value)


def _bound(schema: Mapping[str, object], keyword: str, default: int) -> int:
    value = schema.get(keyword, default)
    if not isinstance(value, int) or value < 0:
        raise UnknownSchemaError(f"{keyword} {value!r}")
    return value


def _referenced(reference: object, root: Mapping[str, object]) -> object:
    if not isinstance(reference, str) or not reference.startswith("#/"):
        raise UnknownSchemaError(f"$ref {reference!r}")
    found: object = root
    for step in reference[2:].split("/"):
        if not isinstance(found, Mapping) or step not in found:
            raise UnknownSchemaError(f"$ref {reference!r}")
        found = found[step]
    return found


_KEYWORDS: Mapping[str, frozenset[str]] = {
    "object": frozenset({"type", "properties"}),
    "array": frozenset({"type", "items", "minItems", "maxItems"}),
    "string": frozenset({"type", "minLength", "maxLength"}),
    "boolean": frozenset({"type"}),
    "null": frozenset({"type"}),
    "integer": frozenset({"type", "minimum", "maximum"}),
    "number": frozenset({"type", "minimum", "maximum"}),
}
