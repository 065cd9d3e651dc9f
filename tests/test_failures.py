"""What is written down of an error: the program's own words, whatever raised it, and no value."""

from __future__ import annotations

import json
import logging
import sqlite3
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import orjson
import pytest
import sqlalchemy as sa
import yaml
from pydantic import BaseModel, TypeAdapter

from assistant.errors import StorageError
from assistant.failures import logged, trace_of, words_of
from assistant.web.server.log import JsonLines

SECRET = "she lives at 12 Elm Street"  # noqa: S105 - stands for content, also for one word of it
WORD = "idiot"


class Model(BaseModel):
    number: int
    words: dict[str, int] = {}


def statement(content: str) -> None:
    """An insert that breaks a rule, with content as its parameters."""
    engine = sa.create_engine("sqlite://", hide_parameters=True)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE posts (text TEXT PRIMARY KEY)"))
        for _ in range(2):
            connection.execute(sa.text("INSERT INTO posts VALUES (:text)"), {"text": content})


def raised(content: str) -> None:
    raise RuntimeError(f"{content}: can't be read")


def noted(content: str) -> None:
    error = ValueError("no")
    error.add_note(content)
    raise error


def group(content: str) -> None:
    raise ExceptionGroup(content, [ValueError(content)])


def because(content: str) -> None:
    try:
        int(content)
    except ValueError as error:
        raise LookupError(content) from error


QUOTE_CONTENT: list[Callable[[str], Any]] = [
    int,
    float,
    lambda content: {"a": 1}[content],
    lambda content: getattr(3, content),
    lambda content: (content + "é").encode("ascii"),
    lambda content: (content.encode() + b"\xff").decode(),
    lambda content: json.loads(f'{{"a": {content}}}'),
    lambda content: orjson.loads(f'{{"a": {content}}}'),
    lambda content: orjson.dumps({"a": {content}}),
    lambda content: Model.model_validate({"number": content, "words": {content: content}}),
    lambda content: Model.model_validate_json(f'{{"number": "{content}'),
    lambda content: TypeAdapter(list[int]).validate_python([content]),
    lambda content: yaml.safe_load(f"a: [{content}\nb: '{content}"),
    lambda content: jinja2.Environment(autoescape=True).from_string(f"{{% {content} %}}"),
    lambda content: sqlite3.connect(":memory:").execute(f"SELECT '{content}"),
    lambda content: Path(f"/nothing/{content}").read_text("utf-8"),
    unicodedata.lookup,
    [].index,  # type: ignore[arg-type]
    lambda content: exec(f"{content} (("),  # noqa: S102 - to see what a SyntaxError tells
    *(statement, raised, noted, group, because),
]


@pytest.mark.parametrize("fails", QUOTE_CONTENT, ids=range(len(QUOTE_CONTENT)))
@pytest.mark.parametrize("content", [SECRET, WORD])
def test_no_way_to_write_an_error_down_repeats_content(fails: Callable[[str], Any], content: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any
        fails(content)
    error = caught.value
    record = logging.LogRecord("uvicorn", logging.ERROR, "", 0, "failed", (), (type(error), error, error.__traceback__))
    for written in (words_of(error), trace_of(error), str(logged(error)), JsonLines().format(record)):
        assert content not in written
        assert "Elm" not in written
    assert type(error).__name__ in trace_of(error)


def of_a_module(source: str) -> str:
    """The words kept of an error that code in the standard library raised."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any
        exec(source)  # noqa: S102 - our own
    return words_of(caught.value)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import uuid; uuid.UUID('x')", "badly formed hexadecimal UUID string"),
        ("import ipaddress; ipaddress.ip_address('x')", "… does not appear to be an IPv4 or IPv6 address"),
        ("int('x')", "invalid literal for int() with base 10: …"),
        ("{}['known']", "'known'"),
        ("None.text", "'NoneType' object has no attribute 'text'"),
        ("1 + 'x'", "unsupported operand type(s) for +: 'int' and 'str'"),
        ("raise RuntimeError('the queue is closed')", "the queue is closed"),
        ("open('/nothing/here')", "No such file or directory"),
        ("import json; json.loads('[x')", "not JSON at line 1, column 2"),
        ("b'\\xff'.decode()", "utf-8: invalid start byte at 0"),
    ],
)
def test_what_the_program_itself_says_is_kept(source: str, words: str) -> None:
    assert of_a_module(source) == words


def test_an_undefined_name_of_a_page_is_named() -> None:
    page = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True).from_string("{{ states[row] }}")
    with pytest.raises(jinja2.UndefinedError) as caught:
        page.render()
    assert words_of(caught.value) == "'states' is undefined"


def test_what_a_database_says_is_kept_with_the_statement_and_without_its_parameters() -> None:
    with pytest.raises(sa.exc.IntegrityError) as caught:
        statement(SECRET)
    assert words_of(caught.value) == (
        "sqlite3.IntegrityError: SQLITE_CONSTRAINT_PRIMARYKEY UNIQUE constraint failed: posts.text "
        "[INSERT INTO posts VALUES (?)]"
    )
    assert words_of(StorageError("database_silent", said="it hung up")) == "database_silent: it hung up"


def test_causes_are_written_with_the_error() -> None:
    with pytest.raises(LookupError) as caught:
        because("x")
    assert logged(caught.value)["because"]["message"] == "invalid literal for int() with base 10: …"  # type: ignore[index]
    trace = trace_of(caught.value)
    assert trace.index("ValueError: invalid literal") < trace.index("LookupError: ")
    assert "in because" in trace
