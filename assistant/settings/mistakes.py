"""What is wrong in settings: each mistake with its place and what to write instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from assistant.settings.sections import Price, ProjectSettings, Settings

Key = tuple[str, ...]
_ONE_EDIT = 0.6  # difflib similarity from which a suggestion helps more than it confuses


def find_mistakes(
    values: Mapping[str, object], model: type[BaseModel], places: Mapping[Key, str], file: str
) -> list[str]:
    """A line for each wrong key: its place, its name and what is wrong.

    Args:
        values: what was given.
        model: what may be given: `Settings`, or `ProjectSettings` for a project's own file.
        places: where each key stands, as file:line or as the variable's name.
        file: what is named for a key that stands nowhere.
    """
    try:
        model.model_validate(values)
    except ValidationError as error:
        found = []
        for problem in error.errors(include_url=False, include_input=False):
            key = tuple(str(part) for part in problem["loc"])
            place = next((places[key[:n]] for n in range(len(key), 0, -1) if key[:n] in places), file)
            found.append(f"\n  {place}: {'.'.join(key)}: {_advice(problem['type'], problem['msg'], key, model)}")
        return found
    return []


def key_lines(source: str) -> dict[Key, int]:
    """Line of every table and key; the TOML reader itself gives no positions."""
    lines: dict[Key, int] = {}
    table: Key = ()
    for number, line in enumerate(source.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = _split_key(header[1])
            lines.setdefault(table, number)
        elif pair := re.match(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"))*)\s*=""", line):
            lines.setdefault(table + _split_key(pair[1]), number)
    return lines


def _split_key(text: str) -> Key:
    return tuple(part.strip("\"'") for part in re.findall(r"""[\w-]+|"[^"]*"|'[^']*'""", text))


def _advice(kind: str, message: str, key: Key, model: type[BaseModel]) -> str:
    if kind != "extra_forbidden":
        return message.removeprefix("Value error, ")
    if model is ProjectSettings and key[-1] in _keys_beside(key, Settings):
        return "belongs to the deployment, for all projects: it goes into assistant.toml"
    allowed = _keys_beside(key, model)
    near = difflib.get_close_matches(key[-1], allowed, n=1, cutoff=_ONE_EDIT)
    return f"no such key; did you mean {near[0]}?" if near else f"no such key; there are: {', '.join(allowed)}"


def _keys_beside(key: Key, model: type[BaseModel]) -> list[str]:
    for part in key[:-1]:
        field = model.model_fields.get(part)
        section = Price if part == "prices" else (field.annotation if field else None)
        if isinstance(section, type) and issubclass(section, BaseModel):
            model = section
    return list(model.model_fields)
