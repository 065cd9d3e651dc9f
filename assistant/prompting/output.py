"""What a reply must hold: the output fields a prompt asks for, as a JSON schema."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from assistant.domain.policies import LabelKind, LabelSet


class OutputField(StrEnum):
    """A field of the reply. The order in the prompt's front matter is the order of writing."""

    LABEL = "label"  # `labels`, a list, where the label set is `multi`
    CLAUSES = "clauses"  # ids of the clauses that decide
    CONFIDENCE = "confidence"  # stated, 0 to 1: a signal like others
    RATIONALE = "rationale"
    QUOTE = "quote"  # the words of the content that decide, verbatim


def output_schema(fields: Sequence[OutputField], label_set: LabelSet, clause_ids: Sequence[str]) -> dict[str, object]:
    """JSON schema of the reply: closed, every field required, labels and clause ids enumerated.

    Args:
        fields: what to ask for, in the order of writing.
        label_set: the closed set of answers.
        clause_ids: the clauses shown; only these can be cited.
    """
    properties = dict(_property(field, label_set, clause_ids) for field in fields)
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _property(field: OutputField, label_set: LabelSet, clause_ids: Sequence[str]) -> tuple[str, dict[str, object]]:
    names: dict[str, object] = {"type": "string", "enum": list(label_set.names)}
    match field:
        case OutputField.LABEL if label_set.kind is LabelKind.MULTI:
            return "labels", {"type": "array", "items": names}
        case OutputField.LABEL:
            return "label", names
        case OutputField.CLAUSES:
            return "clauses", {"type": "array", "items": {"type": "string", "enum": list(clause_ids)}}
        case OutputField.CONFIDENCE:
            return "confidence", {"type": "number"}
        case _:
            return field.value, {"type": "string"}
