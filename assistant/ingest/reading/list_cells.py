"""Lists in a cell of text, in the ways JSON, Python, pandas and NumPy write them."""

from __future__ import annotations

import ast
import re

import orjson

_WRAPPED = re.compile(
    r"(?:np\.|numpy\.)?(?:array|Index|list|set|frozenset|tuple|StringArray|Series)\((.*)\)", re.DOTALL | re.IGNORECASE
)
_KEYWORD = re.compile(r",\s*(?:dtype|name|length)\s*=\s*[^,\]})]+\s*$")
_SCALAR = re.compile(r"(?:np\.|numpy\.)(?:str_|int\d*|float\d*|bool_?)\(((?:'[^']*')|(?:\"[^\"]*\")|[^()'\"]*)\)")
_BRACKETS = {"[": "]", "{": "}", "(": ")"}
_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<comma>,)|(?P<bare>[^\s,'"\[\]{}()]+))""", re.DOTALL
)
_CONSTANTS = {"None": None, "nan": None, "NaN": None, "null": None, "<NA>": None, "True": True, "False": False}
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?\.?", re.ASCII)


class UnreadableListError(ValueError):
    """A cell that looks like a list and can't be read as one."""


def looks_like_a_list(text: str) -> bool:
    """Whether a cell is written like a list: in `[]` or `{}`, with a quoted word after a bracket, as `array(...)`."""
    return (
        (len(text) > 1 and _BRACKETS.get(text[0]) == text[-1] and (text[0] != "(" or text == "()"))
        or (text[:1] in _BRACKETS and text[1:2] in {"'", '"'})
        or _WRAPPED.fullmatch(text) is not None
    )


def read_list_cell(text: str) -> object:
    """A list, or an object of label to vote, from a cell that `looks_like_a_list`.

    Read are JSON, Python's lists, tuples, sets and dictionaries, and NumPy's arrays, whose elements may stand without
    commas (`['a' 'b']`, which Python itself would join to `ab`).

    Raises:
        UnreadableListError: it is none of these; words without quotes are no elements.
    """
    try:
        return _plain(orjson.loads(text))
    except orjson.JSONDecodeError:
        pass
    inner = _unwrapped(_SCALAR.sub(r"\1", text))
    if inner[:1] == "{" and ":" in inner:
        return _dictionary(inner)
    if not inner:
        return []
    if _BRACKETS.get(inner[0]) != inner[-1]:
        raise UnreadableListError(text)
    return _elements(inner[1:-1], text)


def _unwrapped(text: str) -> str:
    """The innermost brackets of `array([...], dtype=object)`."""
    while (call := _WRAPPED.fullmatch(text.strip())) is not None:
        text = _KEYWORD.sub("", call[1]).strip()
    return text.strip()


def _dictionary(text: str) -> dict[str, object]:
    try:
        found = ast.literal_eval(re.sub(r"\bnan\b", "None", text))
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise UnreadableListError(text) from error
    if not isinstance(found, dict):
        raise UnreadableListError(text)
    return {str(label): vote for label, vote in found.items()}


def _elements(inner: str, whole: str) -> list[object]:
    found: list[object] = []
    at, after_comma = 0, True
    while inner[at:].strip():
        token = _TOKEN.match(inner, at)
        if token is None or (token["comma"] and after_comma):
            raise UnreadableListError(whole)
        at, after_comma = token.end(), token["comma"] is not None
        if not after_comma:
            found.append(_element(token, whole))
    return found


def _element(token: re.Match[str], whole: str) -> object:
    bare = token["bare"]
    if bare is None:
        return ast.literal_eval(token["quoted"].replace("\n", "\\n"))
    if bare in _CONSTANTS:
        return _CONSTANTS[bare]
    if _NUMBER.fullmatch(bare):
        return float(bare) if "." in bare else int(bare)
    raise UnreadableListError(whole)


def _plain(value: object) -> object:
    if not isinstance(value, list | dict):
        raise UnreadableListError(str(value))
    return value
