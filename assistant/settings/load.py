"""Settings read: `assistant.toml`, over it a project's `project.toml`, over both the environment; all checked."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from assistant.errors import SettingsError
from assistant.settings.mistakes import Key, find_mistakes, key_lines
from assistant.settings.sections import ProjectSettings, Settings

SETTINGS_FILE = "assistant.toml"
PROJECTS_FOLDER = "projects"
PROJECT_FILE = "project.toml"
STATE = ".assistant"  # the folder in a workspace that holds what belongs to no file of the user's
_USED = "project"
ENVIRONMENT_PREFIX = "ASSISTANT__"  # ASSISTANT__MODEL__CONCURRENCY=64 overrides [model] concurrency
_LISTS = {"languages", "metadata"}  # keys whose variable holds names parted by commas


@dataclass(frozen=True, slots=True)
class _Source:
    """One place settings come from: a file, or the environment."""

    name: str
    model: type[BaseModel]
    values: dict[str, Any]
    places: Mapping[Key, str]

    def mistakes(self) -> list[str]:
        return find_mistakes(self.values, self.model, self.places, self.name)


def load_settings(workspace: Path, environ: Mapping[str, str] | None = None, *, project: str = "") -> Settings:
    """Settings of a workspace folder as one project has them.

    Args:
        workspace: the folder.
        environ: the environment, which goes before both files; None for this process's.
        project: key of the project, whose own file goes before `assistant.toml`, key by key; empty leaves it out.

    Raises:
        SettingsError: no file, no TOML, or wrong keys; all wrong keys of both files are reported at once, each with
            file:line (or the variable's name) and the nearest right key.
    """
    path = workspace / SETTINGS_FILE
    if not path.is_file():
        raise SettingsError("no_workspace", where=str(workspace), folder=str(workspace))
    sources = [_read(path, SETTINGS_FILE, Settings)]
    own = project_file(workspace, project)
    if project and own.is_file():
        sources.append(_read(own, f"{PROJECTS_FOLDER}/{project}/{PROJECT_FILE}", ProjectSettings))
    sources.append(_environment(os.environ if environ is None else environ))
    if wrong := [line for source in sources for line in source.mistakes()]:
        raise SettingsError("settings_wrong", where=str(path), count=len(wrong), settings="".join(wrong))
    merged: dict[str, Any] = {}
    for source in sources:
        _lay_over(merged, source.values)
    return Settings.model_validate(merged)


def project_file(workspace: Path, project: str) -> Path:
    """Where the settings of a project are, if it has any of its own."""
    return workspace / PROJECTS_FOLDER / project / PROJECT_FILE


def project_folders(workspace: Path) -> list[str]:
    """Keys of the projects that have settings of their own in this folder, in order."""
    return sorted(path.parent.name for path in (workspace / PROJECTS_FOLDER).glob(f"*/{PROJECT_FILE}"))


def used_project(workspace: Path) -> str:
    """Key of the project that commands in this folder take where none is named; empty where none was chosen."""
    try:
        return (workspace / STATE / _USED).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def use_project(workspace: Path, project: str) -> None:
    """Choose the project that commands in this folder take where none is named; empty for none."""
    file = workspace / STATE / _USED
    if project:
        file.write_text(f"{project}\n", encoding="utf-8")
    else:
        file.unlink(missing_ok=True)


def _read(path: Path, name: str, model: type[BaseModel]) -> _Source:
    try:
        source = path.read_text(encoding="utf-8-sig")
        values = tomllib.loads(source)
    except OSError as error:
        raise SettingsError("settings_unreadable", where=str(path), why=error.strerror) from None
    except (ValueError, RecursionError) as error:  # of Python itself: numbers of thousands of digits, deep nesting
        raise SettingsError("settings_not_toml", where=str(path), why=str(error)) from None
    return _Source(name, model, values, {key: f"{name}:{line}" for key, line in key_lines(source).items()})


def _environment(environ: Mapping[str, str]) -> _Source:
    values: dict[str, Any] = {}
    places = {}
    for key, name, value in _environment_values(environ):
        _put(values, key, value)
        places[key] = name
    return _Source("the environment", Settings, values, places)


def _environment_values(environ: Mapping[str, str]) -> Iterator[tuple[Key, str, object]]:
    for name in sorted(environ):
        if name.startswith(ENVIRONMENT_PREFIX):
            key = tuple(part.lower() for part in name.removeprefix(ENVIRONMENT_PREFIX).split("__"))
            yield key, name, _environment_value(key, environ[name])


def _environment_value(key: Key, text: str) -> object:
    """The value of a variable; below `[model.extra]`, where no type is known, it is JSON or else text."""
    if key[:2] == ("model", "extra") and "headers" not in key[2:-1]:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return [part.strip() for part in text.split(",")] if key[-1] in _LISTS else text


def _put(values: dict[str, Any], key: Key, value: object) -> None:
    for part in key[:-1]:
        below = values.setdefault(part, {})
        if not isinstance(below, dict):
            return
        values = below
    values[key[-1]] = value


def _lay_over(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    """Write values over others, key by key."""
    for key, value in above.items():
        there = below.get(key)
        if isinstance(there, dict) and isinstance(value, dict):
            _lay_over(there, value)
        else:
            below[key] = value
