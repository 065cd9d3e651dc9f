"""Every command of the program with its options, as the parser knows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from assistant.cli.main import app

READING = frozenset({"--format", "--encoding", "--sheet", "--delimiter", "--header-row"})


def commands() -> dict[str, Any]:
    """By its words (`labels import`), each command."""
    return dict(_below(typer.main.get_command(app), ()))


def options(command: Any) -> frozenset[str]:
    """Every spelling of a command's options."""
    return frozenset(
        name for one in command.params for name in (*one.opts, *one.secondary_opts) if name.startswith("-")
    ) | {"--help"}


def paths(command: Any) -> frozenset[str]:
    """The names of a command's parameters that are paths, its workspace left out."""
    found = (one for one in command.params if "Path" in repr(one.type_descriptor.annotation))
    return frozenset(one.name for one in found) - {"workspace"}


def _below(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield " ".join(words), command
        return
    for name, one in below.items():
        yield from _below(one, (*words, name))
