"""What may be written down of an error: where it happened and the program's own words, never the values in them.

Messages of errors quote what they stumbled over, and here that is content: the text of an item, a password in a URL, a
reviewer's note. A crash file or a log outlives it, is mailed and pasted. So of a message only what stands in the code
itself is kept; each value is a `…`.
"""

from __future__ import annotations

import dis
import re
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Set
from pathlib import Path
from types import CodeType, TracebackType

from assistant.errors import StorageError, VectorIndexError

LEFT_OUT = "…"
_LONGEST = 500  # characters of a message
_SHORTEST = 4  # of a text in the code that counts as one of its words
_FRAMES = 12  # of a log line
_QUOTED = re.compile(r"""["'`«“‘].*["'`»”’]""", re.DOTALL)  # from the first quotation mark to the last
_RAISE = dis.opmap["RAISE_VARARGS"]
# What the interpreter itself says with these names types and attributes only.
_OF_TYPES = (
    AttributeError,
    NameError,
    TypeError,
    ImportError,
    ArithmeticError,
    IndexError,
    MemoryError,
    RecursionError,
)
_PROGRAM = tuple(
    {str(Path(__file__).parent), *(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib"))}
)


def words_of(error: BaseException, *, only_ours: bool = False) -> str:
    """The message of an error without the values in it; empty where nothing of it is known to be no value.

    Args:
        error: raised by whatever code.
        only_ours: whether a text counts as code only where it stands in this program or its libraries, not in a script.
    """
    for kind, words in _KINDS.items():
        if _is_a(error, kind):
            return words(error)[:_LONGEST]
    if isinstance(error, StorageError | VectorIndexError):  # our own, about disks and servers
        values = (str(value) for value in error.values.values())
        return ": ".join((error.what, *values))[:_LONGEST]
    if isinstance(error, OSError):
        return error.strerror or ""
    last = _last(error.__traceback__)
    if last is None:  # never raised: no telling who worded it
        return ""
    code = last.tb_frame.f_code
    in_python = code.co_code[last.tb_lasti] == _RAISE  # else the interpreter, or a library in C
    return (_as_in_code(error, only_ours) if in_python else _as_interpreter(error, code))[:_LONGEST]


def logged(error: BaseException) -> dict[str, object]:
    """An error for a log line: `error` (its type), `message`, `lines` of code it came through, and `because`."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    told: dict[str, object] = {
        "error": type(error).__name__,
        "message": words_of(error),
        "lines": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    cause = _cause(error)
    return told | ({"because": logged(cause)} if cause else {})


def trace_of(error: BaseException) -> str:
    """The trace as Python prints it, causes first, with `words_of` instead of each message."""
    parts = []
    for one in _chain(error):
        lines = "".join(_line(frame) for frame in traceback.extract_tb(one.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{lines}{_name(one)}: {words_of(one, only_ours=True)}\n")
        if isinstance(one, BaseExceptionGroup):
            parts.append("".join(f"  of it:\n{trace_of(inner)}" for inner in one.exceptions[:3]))
    return "\nThen, or because of it:\n\n".join(parts) + f"\nValues in messages may be content: each is a {LEFT_OUT}\n"


def _line(frame: traceback.FrameSummary) -> str:
    """A frame as Python prints it; the line itself only of our own code."""
    text = f"    {frame.line}\n" if frame.line and _is_ours(frame.filename) else ""
    return f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}\n{text}'


def _is_ours(filename: str) -> bool:
    return filename.startswith(_PROGRAM)


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.insert(0, one)
        one = _cause(one)
    return found


def _cause(error: BaseException) -> BaseException | None:
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _is_a(error: BaseException, name: str) -> bool:
    """Whether a type of that module and name is among the error's own; nothing has to be imported for it."""
    return any(f"{kind.__module__.partition('.')[0]}.{kind.__name__}" == name for kind in type(error).__mro__)


def _decoding(error: BaseException) -> str:
    return f"{getattr(error, 'encoding', '')}: {getattr(error, 'reason', '')} at {getattr(error, 'start', '')}"


def _json(error: BaseException) -> str:
    return f"not JSON at line {getattr(error, 'lineno', '')}, column {getattr(error, 'colno', '')}"


def _validation(error: BaseException) -> str:
    """Which model and which kinds of mistakes; places may be keys of the data."""
    kinds = sorted({str(one["type"]) for one in error.errors(include_input=False, include_url=False)})  # type: ignore[attr-defined]
    return f"{error.title}: {error.error_count()} mistakes ({', '.join(kinds)})"  # type: ignore[attr-defined]


def _driver(error: BaseException) -> str:
    """What a database said, its first line; a second one quotes the row."""
    first = next(iter(str(error).splitlines()), "")
    named = [getattr(getattr(error, "diag", None), name, None) for name in ("table_name", "constraint_name")]
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    return " ".join(str(word) for word in (code, _unquoted(first), *named) if word)


def _statement(error: BaseException) -> str:
    """The driver's words and the statement, which holds names of parameters, not their values."""
    cause = getattr(error, "orig", None)
    said = f"{_name(cause)}: {_driver(cause)}" if isinstance(cause, BaseException) else ""
    return f"{said} [{' '.join(str(getattr(error, 'statement', '') or '').split())}]"


def _undefined(error: BaseException) -> str:
    return str(error)  # names of the template and of types


_KINDS: dict[str, Callable[[BaseException], str]] = {
    "builtins.UnicodeError": _decoding,
    "json.JSONDecodeError": _json,
    "pydantic_core.ValidationError": _validation,
    "sqlalchemy.StatementError": _statement,
    "sqlite3.Error": _driver,
    "psycopg.Error": _driver,
    "jinja2.UndefinedError": _undefined,
}


def _last(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace


def _as_interpreter(error: BaseException, code: CodeType) -> str:
    if isinstance(error, _OF_TYPES):
        name = getattr(error, "name", None)  # of an attribute, variable or module; computed ones may be anything
        written = name is None or name in {*code.co_names, *code.co_varnames, *_texts(code)}
        return str(error) if written else str(error).replace(str(name), LEFT_OUT)
    if isinstance(error, KeyError):
        key = error.args[0] if error.args else None
        return repr(key) if key in set(_texts(code)) else LEFT_OUT
    return _unquoted(str(error)) if isinstance(error, ValueError | LookupError | RuntimeError) else ""


def _unquoted(text: str) -> str:
    return _QUOTED.sub(LEFT_OUT, text)


def _as_in_code(error: BaseException, only_ours: bool) -> str:
    """What of the message stands word for word in the code that raised it."""
    message = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    if not only_ours and message in set(_texts(frames[-1].f_code)):
        return message
    ours = {text for frame in frames if _is_ours(frame.f_code.co_filename) for text in _texts(frame.f_code)}
    return _kept(message, ours)


def _texts(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple | frozenset):
            yield from (one for one in constant if isinstance(one, str))


def _kept(message: str, texts: Set[str]) -> str:
    """The message with everything but those texts left out, the longest first."""
    known = bytearray(len(message))
    for text in sorted(texts, key=len, reverse=True):
        if len(text.strip()) < _SHORTEST:
            continue
        start = message.find(text)
        while start >= 0:
            known[start : start + len(text)] = b"\1" * len(text)
            start = message.find(text, start + len(text))
    if not any(known):
        return ""
    shown = "".join(char if flag else "\0" for char, flag in zip(message, known, strict=True))
    return re.sub("\0+", LEFT_OUT, shown)
