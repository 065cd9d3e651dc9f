"""Errors as the command line words them: what was wrong, which file, item or option, and what to type next."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from assistant.cli import advice
from assistant.cli.reading_words import choice_words, remedy_words
from assistant.errors import AssistantError
from assistant.ingest.reading.problems import ReadingChoice

_LISTED = 5  # errors within one that are shown; the rest is counted

Command = Any
"""A command of typer's, which brings its own click and gives it no public name."""


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """An error in its three parts.

    Args:
        what: what was wrong.
        where: file:line, item, table or option; empty where there is none.
        hint: what to do next; empty where there is nothing to say.
        values: what `what` names, for machines: numbers as they are, everything else in words.
    """

    what: str
    where: str
    hint: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f"\n  {self.hint}" if self.hint else "")


def error_words(error: AssistantError, command: Command | None = None) -> ErrorWords:
    """An error worded for the terminal.

    Args:
        error: any of ours.
        command: the program's command, to name the option of a wrong value; the field's name is taken without it.
    """
    from assistant.messages.language import language  # the catalogue is read where something goes wrong, and only there
    from assistant.messages.wording import phrase, shown, texts_of_errors, what

    hint = error.hint
    spelled = {name: text for name, one in error.values.items() if (text := _spelled(one, command)) is not None}
    if found := advices().get(error.code):
        hint = phrase(found, {**error.values, **spelled}, language("en"))
    elif not hint and isinstance(said := error.values.get("said"), AssistantError):
        hint = error_words(said).hint  # of the error it passes on
    if isinstance(remedy := error.values.get("remedy"), ReadingChoice):
        hint = "; ".join(part for part in (remedy_words(remedy), hint) if part)
    option = option_name(error.field, command, sys.argv[1:]) if error.field else spelled.get("given", "")
    where = f"{error.where}: {option}" if error.where and option else error.where or option
    english = language("en")
    values = {
        name: value if isinstance(value, int | float) else spelled.get(name) or shown(value, english)
        for name, value in error.values.items()
    }
    if not spelled:
        return ErrorWords(what(error), where, hint, values)
    said = texts_of_errors().get(error.code, error.code)
    return ErrorWords(phrase(said, {**error.values, **spelled}, english), where, hint, values)


def _spelled(value: object, command: Command | None) -> str | None:
    """A value that only a terminal words in this way: how a file is read, or several errors with their options."""
    if isinstance(value, ReadingChoice):
        return choice_words(value)
    if not isinstance(value, tuple) or not value or not all(isinstance(one, AssistantError) for one in value):
        return None
    found = [error_words(one, command) for one in value[:_LISTED]]
    more = f"; and {len(value) - _LISTED:,} more" if len(value) > _LISTED else ""
    return "; ".join(f"{one.where}: {one.what}" if one.where else one.what for one in found) + more


@cache
def advices() -> Mapping[str, str]:
    """What to do next, by code."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(advice.__path__):
        found |= import_module(f"{advice.__name__}.{module.name}").ADVICE
    return found


def option_name(field: str, command: Command | None, arguments: Sequence[str]) -> str:
    """How the command in `arguments` spells a parameter: `--max-error`, or `FILE` for an argument."""
    while command is not None:
        for parameter in command.params:
            if parameter.name == field:
                options = [name for name in parameter.opts if name.startswith("--")]
                return options[0] if options else str(parameter.metavar or parameter.name.upper())
        commands = getattr(command, "commands", {})
        command = next((commands[word] for word in arguments if word in commands), None)
    return field
