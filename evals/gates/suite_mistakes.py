"""All mistakes of a suite's file at once, each with its place and what would be right."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

_ONE_EDIT = 0.6  # similarity from which a suggestion helps more than it confuses


def mistakes_of(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """A line for each mistake, with its place.

    Args:
        error: what pydantic found.
        model: of the whole file.
    """
    return [
        f"{_place(one['loc'])}: {_advice(one['type'], one['msg'], one['loc'], model)}"
        for one in error.errors(include_url=False, include_input=False)
    ]


def _place(location: Sequence[int | str]) -> str:
    """`variants[2].prompt`: lists are counted from 1, as people do."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "the file"


def _advice(kind: str, message: str, location: Sequence[int | str], model: type[BaseModel]) -> str:
    if kind != "extra_forbidden":
        return message.removeprefix("Value error, ")
    allowed = _keys_beside(location, model)
    near = get_close_matches(str(location[-1]), allowed, n=1, cutoff=_ONE_EDIT)
    return f"no such key; did you mean {near[0]}?" if near else f"no such key; there are: {', '.join(allowed)}"


def _keys_beside(location: Sequence[int | str], model: type[BaseModel]) -> list[str]:
    for part in location[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model an annotation is made of: itself, one of a union, or what a tuple holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Union, UnionType, tuple}:
        return next((found for one in get_args(annotation) if (found := _model_in(one))), None)
    return None
