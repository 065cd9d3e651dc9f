"""Options that several commands take, spelled once."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Collection, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.next_command import keep
from assistant.domain.populations import PopulationChoice
from assistant.errors import InvalidValueError
from assistant.ingest.reading.problems import ReadingOptions, Readings, delimiter_of, header_row_of

if TYPE_CHECKING:
    from assistant.wiring.workspace import Workspace

WorkspaceOption = Annotated[
    Path,
    typer.Option(
        "--workspace",
        "-w",
        envvar="ASSISTANT_WORKSPACE",
        show_default="this folder",
        help="The workspace's folder.",
        callback=keep,
    ),
]
ProjectOption = Annotated[
    str,
    typer.Option(
        "--project",
        envvar="ASSISTANT_PROJECT",
        metavar="KEY",
        show_default="the one in use here, or the only one",
        help="The project.",
        callback=keep,
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON on stdout; everything else goes to stderr.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask before spending.")]
RunOption = Annotated[
    str | None,
    typer.Option("--run", "-r", show_default="the newest with an answer", help="The run, e.g. r3.", callback=keep),
]

_BatchOption = Annotated[
    str | None, typer.Option("--batch", show_default=False, help="Only the items of this batch.", callback=keep)
]
_WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="FIELD=VALUE",
        show_default=False,
        help="Only items with language=, source= or meta.NAME=; repeat: all must hold.",
    ),
]
_IdsOption = Annotated[
    Path | None,
    typer.Option("--ids", metavar="FILE", show_default=False, help="Only the items a file names, an id a line."),
]
_POPULATION = {"batch": _BatchOption, "where": _WhereOption, "ids": _IdsOption}

HERE = Path()
_SPAN = re.compile(r"(\d{1,5})([hd])")

_PROJECT: ContextVar[str] = ContextVar("assistant_project", default="")

_READING = {
    "--format": "jsonl, csv, tsv, parquet or excel, if it can't be detected.",
    "--encoding": "Of JSON, CSV and TSV, e.g. gb18030.",
    "--sheet": "Of a workbook: its name or number.",
    "--delimiter": "Of CSV and TSV: one character, or tab, comma, semicolon, pipe.",
    "--header-row": "Line or row that holds the column names, from 1.",
}
READING_OPTIONS = tuple(_READING)
"""Options about files, of every command that reads tables."""


def read_moment(text: str | None) -> datetime | timedelta | None:
    """`48h`, `3d`, or a moment of ISO 8601; without a time zone it is this machine's.

    Raises:
        InvalidValueError: it is none of these.
    """
    if text is None:
        return None
    if span := _SPAN.fullmatch(text):
        return timedelta(hours=int(span[1]) * (24 if span[2] == "d" else 1))
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise InvalidValueError("due_not_a_time", field="due", text=text) from None


def read_due(text: str | None) -> datetime | None:
    """As `read_moment`, a span counted from now."""
    moment = read_moment(text)
    return datetime.now(UTC) + moment if isinstance(moment, timedelta) else moment


def give_project_option(app: typer.Typer, *, but: Collection[str], words: str = "") -> None:
    """Give every command that takes a workspace the option `--project`, whose value `open_workspace` takes.

    Args:
        app: the commands.
        but: those that concern all projects alike, by their words or those of their group.
        words: the group that `app` is.
    """
    for group in app.registered_groups:
        if group.typer_instance is not None and group.name not in but:
            give_project_option(group.typer_instance, but=but, words=f"{group.name} ")
    for one in app.registered_commands:
        if one.callback is not None and f"{words}{one.name}" not in but:
            one.callback = _of_project(one.callback)


def open_workspace(folder: Path, *, of_any: bool = False, serves: bool = False) -> Workspace:
    """The workspace in a folder, as the project that the command was given sees it; see `Workspace.open`."""
    from assistant.wiring.workspace import Workspace

    return Workspace.open(folder, project=_PROJECT.get(), of_any=of_any, serves=serves)


def named_project() -> str:
    """Key of the project that the command was given; empty for none."""
    return _PROJECT.get()


def _of_project(command: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(command, eval_str=True)
    if "workspace" not in signature.parameters or "project" in signature.parameters:
        return command
    added = inspect.Parameter("project", inspect.Parameter.KEYWORD_ONLY, default="", annotation=ProjectOption)
    taken = list(signature.parameters.values())
    taken.insert(list(signature.parameters).index("workspace") + 1, added)
    taken = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in taken]  # as the parser gives them

    @functools.wraps(command)
    def run(*, project: str, **given: Any) -> Any:
        before = _PROJECT.set(project)
        try:
            return command(**given)
        finally:
            _PROJECT.reset(before)

    run.__signature__ = signature.replace(parameters=taken)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in taken}
    del run.__wrapped__
    return run


def reads_tables(*roles: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the options of reading; its parameter `reading` gets what they say.

    Args:
        roles: what the command's files are called, where it reads several (`labels`, `machine`, `items`): an option's
            value then goes for all of them, or as `labels=VALUE` for one; `reading` is a `Readings`. Without roles it
            is a `ReadingOptions`.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)
        others = [one for name, one in signature.parameters.items() if name != "reading"]
        added = [_parameter(option, help_text, roles) for option, help_text in _READING.items()]

        @functools.wraps(command)
        def run(**given: Any) -> None:
            said = {option: given.pop(_name_of(option)) or () for option in _READING}
            command(**given, reading=_readings(said, roles) if roles else _reading(said, ""))

        run.__signature__ = signature.replace(parameters=[*others, *added])  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in (*others, *added)}
        del run.__wrapped__
        return run

    return decorate


def takes_population(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command `--batch`, `--where` and `--ids`; its parameter `population` gets what they say."""
    signature = inspect.signature(command, eval_str=True)
    others = [one for name, one in signature.parameters.items() if name != "population"]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in _POPULATION.items()
    ]

    @functools.wraps(command)
    def run(**given: Any) -> None:
        batch, where, ids = (given.pop(name) for name in _POPULATION)
        command(**given, population=PopulationChoice(batch, tuple(where or ()), ids))

    run.__signature__ = signature.replace(parameters=[*others, *added])  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in (*others, *added)}
    del run.__wrapped__
    return run


def _parameter(option: str, help_text: str, roles: Sequence[str]) -> inspect.Parameter:
    if roles:
        help_text += " Of one file: labels=VALUE; repeat."
    kind = Annotated[list[str] | None, typer.Option(option, help=help_text, show_default=False, metavar="VALUE")]
    return inspect.Parameter(_name_of(option), inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)


def _name_of(option: str) -> str:
    return {"--format": "form"}.get(option, option.removeprefix("--").replace("-", "_"))


def _readings(said: dict[str, Sequence[str]], roles: Sequence[str]) -> Readings:
    for option, values in said.items():
        unknown = [role for value in values if (role := _role_in(value)) and role not in roles]
        if unknown:
            raise InvalidValueError("no_file_of_role", field=_name_of(option), role=unknown[0], known=list(roles))
    return Readings(**{role: _reading(said, role) for role in Readings.__slots__})


def _role_in(value: str) -> str | None:
    """The file a value is for; None where it is for all."""
    role, sign, _ = value.partition("=")
    return role if sign and role in Readings.__slots__ else None


def _reading(said: dict[str, Sequence[str]], role: str) -> ReadingOptions:
    one = {option: _value(option, values, role) for option, values in said.items()}
    delimiter, row = one["--delimiter"], one["--header-row"]
    return ReadingOptions(
        one["--format"],
        one["--encoding"],
        one["--sheet"],
        None if delimiter is None else delimiter_of(delimiter, "--delimiter"),
        None if row is None else header_row_of(row, "--header-row"),
        role=role,
    )


def _value(option: str, values: Sequence[str], role: str) -> str | None:
    """What is said for this file alone, else for all."""
    own = [value.partition("=")[2] for value in values if role and _role_in(value) == role]
    of_all = [value for value in values if not role or _role_in(value) is None]
    found = own or of_all
    if len(found) > 1:
        raise InvalidValueError("given_several_times", field=_name_of(option), times=len(found))
    return found[0] if found else None
