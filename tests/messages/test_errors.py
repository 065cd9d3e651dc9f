"""Errors are codes with values: each is worded in both languages; nothing below the command line names a command."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import typer

import assistant
from assistant import errors
from assistant.cli.error_words import advices, error_words
from assistant.cli.main import app
from assistant.errors import AssistantError, ConflictError, InvalidValueError, NotFoundError
from assistant.messages.language import language
from assistant.messages.wording import texts_of_errors, what
from assistant.web.presentation.advice import ADVICE
from assistant.web.presentation.problem_codes import PUBLISHED

ROOT = Path(assistant.__file__).parents[1]
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, AssistantError)}
KINDS |= {"UnfitPasswordError", "UnfitError", "PracticeError", "NoDraftError"}
NOT_IN_THE_WORDING = {"where", "hint", "field", "gone", "reason", "retry_after"}


@dataclass(frozen=True)
class Raised:
    """A place that makes an error: its code and the names of its values, None where they are unpacked."""

    code: str
    values: frozenset[str] | None
    place: str


@cache
def product() -> tuple[tuple[str, ast.AST], ...]:
    return tuple(
        (str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8")))
        for package in ("assistant", "evals")
        for path in sorted((ROOT / package).rglob("*.py"))
    )


def raised() -> Iterator[Raised]:
    for name, tree in product():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in KINDS or not node.args:
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and CODE.fullmatch(first.value):
                keys = [word.arg for word in node.keywords]
                values = None if None in keys else frozenset(key for key in keys if key) - NOT_IN_THE_WORDING
                yield Raised(first.value, values, f"{name}:{node.lineno}")


def placeholders(text: str | tuple[str, str]) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text if isinstance(text, str) else " ".join(text)))


def test_every_code_that_is_raised_is_worded() -> None:
    assert [f"{one.place}: {one.code}" for one in raised() if one.code not in texts_of_errors()] == []


def test_every_wording_and_every_advice_belongs_to_a_code_in_use() -> None:
    named = Counter(
        node.value
        for _, tree in product()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    in_tables = {*texts_of_errors(), *advices(), *ADVICE}
    used = {one.code for one in raised()} | {code for code in in_tables if named[code] > _tables_with(code)}
    assert sorted(in_tables - used) == []
    assert in_tables <= set(named)


def _tables_with(code: str) -> int:
    return (code in texts_of_errors()) + (code in advices()) + (code in ADVICE) + (code in PUBLISHED)


def test_a_place_that_raises_gives_the_values_that_the_wording_names() -> None:
    wrong = [
        f"{one.place}: {one.code} lacks {sorted(missing)}"
        for one in raised()
        if one.values is not None and one.code in texts_of_errors()
        if (missing := placeholders(texts_of_errors()[one.code]) - one.values - NOT_IN_THE_WORDING)
    ]
    assert wrong == []


def test_advice_uses_values_that_the_error_has() -> None:
    given: dict[str, set[str]] = {}
    for one in raised():
        if one.values is not None:
            given[one.code] = given.get(one.code, set(one.values)) & one.values
    assert [code for code, text in advices().items() if code in given and placeholders(text) - given[code]] == []


def test_no_two_features_word_the_same_code() -> None:
    files = (ROOT / "assistant/messages/errors").glob("*.py")
    keys = [
        key.value
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    ]
    assert len(keys) == len(set(keys))


def test_an_error_is_worded_in_the_readers_language_with_its_values() -> None:
    error = InvalidValueError("token_lifetime_out_of_range", field="days", days=4000, most=365)
    assert what(error) == "a token can't last 4,000 days; choose 1 to 365"
    assert what(error, language("zh")) == "令牌有效期不能为 4,000 天，请在 1 到 365 天之间选择"


def test_the_command_line_names_the_option_and_the_command_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["assistant", "tokens", "add", "--days", "4000"])
    command = typer.main.get_command(app)
    words = error_words(InvalidValueError("token_lifetime_out_of_range", field="days", days=4000, most=365), command)
    assert words.where == "--days"
    words = error_words(NotFoundError("user_not_found", where="kim"), command)
    assert str(words) == "kim: there is no user of this name\n  assistant users list  shows them all"


def test_an_error_without_a_wording_shows_its_code_never_a_trace() -> None:
    assert what(ConflictError("not_worded_yet")) == "not_worded_yet"


COMMANDS = "|".join(sorted(name for name in typer.main.get_command(app).commands))  # type: ignore[attr-defined]
NAMES_A_COMMAND = re.compile(rf"(?<![\w-])assistant ({COMMANDS})\b|(?<![\w-])--[a-z][a-z-]+")
FACES = ("assistant/cli/", "assistant/web/server/", "assistant/web/serve.py", "assistant/__main__.py")
# Parts of the product whose messages still name commands: only ever made shorter.
PENDING = (
    "assistant/application/labeling/prelabel_jobs.py",  # starts the command in a process of its own
    "assistant/models/local/engine.py",  # what pip takes
)


def docstrings(tree: ast.AST) -> set[int]:
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if node.body and isinstance(node.body[0], ast.Expr)
    } | {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def test_no_message_below_the_command_line_names_a_command_or_an_option() -> None:
    found = [
        f"{name}:{node.lineno}: {node.value[:80]}"
        for name, tree in product()
        if not name.startswith(FACES) and not name.startswith(PENDING)
        for documented in [docstrings(tree)]
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented
        if NAMES_A_COMMAND.search(node.value)
    ]
    assert found == []
