"""Pages, errors and commands use the glossary's words, in both languages, and none that it replaces."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import assistant.cli
import assistant.messages
from assistant.cli.main import app
from tests.messages.catalogue import collected, translations

GLOSSARY: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(assistant.messages.__file__).parent / "glossary.toml").read_text(encoding="utf-8")
)
ALLOWED = tuple(str(one["text"]) for one in GLOSSARY["allowed"])
FORBIDDEN_ENGLISH = {word: one["en"] for one in GLOSSARY["terms"] for word in one.get("not_en", ())}
FORBIDDEN_CHINESE = {word: one["zh"] for one in GLOSSARY["terms"] for word in one.get("not_zh", ())}
# A word is no part of another, of an option (`--machine`), of a file's name (`machine.jsonl`) or of an identifier.
_ENGLISH = re.compile(
    r"(?<![\w/.-])(" + "|".join(sorted(map(re.escape, FORBIDDEN_ENGLISH), key=len, reverse=True)) + r")(?![\w/-]|\.\w)",
    re.IGNORECASE,
)
_CODE = re.compile(r"`[^`]*`|%\(\w+\)s|\{[^{}]*\}")  # identifiers and commands in a sentence, and its values


def forbidden_english(text: str) -> list[str]:
    """Which words of an English text the glossary replaces, each with the word to use."""
    for allowed in ALLOWED:
        text = text.replace(allowed, "")
    found = _ENGLISH.findall(_CODE.sub("", text))
    return [f"{word} -> {FORBIDDEN_ENGLISH[word.lower()]}" for word in found]


def forbidden_chinese(text: str) -> list[str]:
    """The same of a Chinese text."""
    for allowed in ALLOWED:
        text = text.replace(allowed, "")
    return [f"{word} -> {better}" for word, better in FORBIDDEN_CHINESE.items() if word in text]


def _commands(command: Any, name: str = "assistant") -> Iterator[tuple[str, str]]:
    """What `--help` says: of each command, and of each of its options."""
    yield name, command.help or ""
    for parameter in command.params:
        yield f"{name} {parameter.opts[0]}", getattr(parameter, "help", None) or ""
    for word, one in getattr(command, "commands", {}).items():
        yield from _commands(one, f"{name} {word}")


def _printed() -> Iterator[tuple[str, str]]:
    """Sentences in the command line's code: all texts with a blank in them that are no docstrings."""
    folder = Path(assistant.cli.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        texts = [
            "{}".join(part.value for part in node.values if isinstance(part, ast.Constant))
            if isinstance(node, ast.JoinedStr)
            else node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.JoinedStr)
            or (isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings)
        ]
        yield from ((path.relative_to(folder).as_posix(), text) for text in texts if " " in text.strip())


def test_pages_and_errors_use_no_english_word_that_the_glossary_replaces() -> None:
    texts = [(one.place, text) for one in collected().values() for text in (one.singular, one.plural or "")]
    assert not [(place, text, bad) for place, text in texts if (bad := forbidden_english(text))]


def test_pages_and_errors_use_no_chinese_word_that_the_glossary_replaces() -> None:
    texts = [(one.file, text) for one in translations() for text in one.forms]
    assert not [(file, text, bad) for file, text in texts if (bad := forbidden_chinese(text))]


def test_help_of_commands_uses_no_word_that_the_glossary_replaces() -> None:
    texts = list(_commands(typer.main.get_command(app)))
    assert len(texts) > 200  # the walk reaches the commands and their options
    assert not [(name, bad) for name, text in texts if (bad := forbidden_english(text))]


def test_what_commands_print_uses_no_word_that_the_glossary_replaces() -> None:
    assert not [(file, text, bad) for file, text in _printed() if (bad := forbidden_english(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The machine's label", 1),
        ("Read machine.jsonl with --machine", 0),
        ("Machine translation", 0),
        ("Run `assistant settle`", 0),
        ("run assistant settle", 0),
        ("Items are settled", 1),
        ("A labelled item, told anew", 3),
        ("unsettled", 0),
    ],
)
def test_a_forbidden_word_is_found_as_a_whole_word_only(text: str, found: int) -> None:
    assert len(forbidden_english(text)) == found


def test_no_word_is_wanted_in_one_place_and_forbidden_in_another() -> None:
    for term in GLOSSARY["terms"]:
        assert not forbidden_english(term["en"])
        assert not forbidden_chinese(term["zh"])


def test_an_allowed_text_is_still_in_use_and_says_why() -> None:
    texts = [text for one in collected().values() for text in (one.singular, one.plural or "")]
    texts += [text for one in translations() for text in one.forms] + [text for _, text in _printed()]
    for one in GLOSSARY["allowed"]:
        assert one["reason"]
        assert any(one["text"] in text for text in texts), one["text"]
