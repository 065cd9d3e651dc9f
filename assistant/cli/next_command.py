"""Commands to type next, which take over the options that this one was given."""

from __future__ import annotations

import shlex
import sys
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import typer

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Given:
    """An option as it was typed: which commands there are, to see whether another one takes it, too."""

    commands: Any
    flag: str
    value: str


_GIVEN: ContextVar[dict[str, _Given]] = ContextVar("assistant_given")


def keep(context: typer.Context, parameter: typer.CallbackParam, value: Value) -> Value:
    """An option's callback: remembers the value where it was typed, and returns it."""
    given = dict(_GIVEN.get({}))
    given.pop(str(parameter.name), None)
    source = context.get_parameter_source(str(parameter.name))
    if value is not None and source is not None and source.name == "COMMANDLINE":
        given[str(parameter.name)] = _Given(context.find_root().command, parameter.opts[0], str(value))
    _GIVEN.set(given)
    return value


def about_the_same(command: str) -> str:
    """A command to type next, about the workspace and the run that this one was given, where it takes them.

    Args:
        command: `assistant WORDS`; anything else stays as it is.
    """
    words = command.split()
    if words[:1] != ["assistant"]:
        return command
    for name, given in _GIVEN.get({}).items():
        found = given.commands
        for word in words[1:]:
            found = getattr(found, "commands", {}).get(word, found)
        spelled = {flag for one in found.params if one.name == name for flag in one.opts}
        if spelled and not spelled & {word.partition("=")[0] for word in words}:
            command += f" {given.flag} {shlex.quote(given.value)}"
    return command


def this_command(without: dict[str, int]) -> str:
    """The command that was typed, less some of its options.

    Args:
        without: options and how many words follow each.
    """
    words, kept = iter(sys.argv[1:]), ["assistant"]
    for word in words:
        name, equals, _ = word.partition("=")
        if name not in without:
            kept.append(shlex.quote(word))
        elif not equals:
            for _ in range(without[name]):
                next(words, None)
    return " ".join(kept)
