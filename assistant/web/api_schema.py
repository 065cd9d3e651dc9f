"""What the REST API takes and gives: bounded values, bodies without surprises, pages of a list, declared problems.

Lists come newest first. `next` of a page is where the following one begins; rows added meanwhile move nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, Self, TypeVar

from fastapi import APIRouter, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field

from assistant.web.problems import PROBLEM_TYPE
from assistant.web.server.options import LARGEST_NOTE
from assistant.web.server.project_path import documented

Row = TypeVar("Row")
Found = TypeVar("Found")

MOST_ROWS = 200
ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
_TAG = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
_EVERYWHERE = frozenset({"lang"})  # the language that errors are told in

Note = Annotated[str, Field(max_length=LARGEST_NOTE, examples=["It quotes the insult to report it."])]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=ONE_LINE)]
LabelName = Annotated[str, Field(min_length=1, max_length=200, examples=["harassment"])]
LabelNames = Annotated[list[LabelName], Field(max_length=200)]
ItemId = Annotated[str, Field(min_length=1, max_length=1000, description="The item's own id, as it was imported.")]
Language = Annotated[str, Field(max_length=35, pattern=_TAG, examples=["en"])]
Flag = Annotated[bool, Field(strict=True)]

RowNumber = Annotated[int, Path(ge=1, le=2**62)]
Replaced = Annotated[int, Field(ge=1, le=2**62)] | None
Filter = Annotated[str | None, Query(min_length=1, max_length=300)]
Cursor = Annotated[
    str | None, Query(pattern=r"^[0-9]{1,18}$", description="`next` of the page before; nothing for the first page.")
]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows of a page, at most.")]

_MEANINGS = {
    400: "The request can't be understood.",
    401: "No login, or a token that opens nothing.",
    403: "Your role, or the scope of your token, doesn't allow this.",
    404: "There is no such thing.",
    409: "This doesn't go with how things stand now.",
    422: "A value isn't right; `errors` says where and what.",
}


class Body(BaseModel):
    """What comes in: nothing but what is declared."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """What goes out, read from an object's attributes."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, found: object) -> Self:
        """The same, as it is shown."""
        return cls.model_validate(found)


class Page(BaseModel, Generic[Row]):
    """A page of a list."""

    rows: list[Row]
    next: Annotated[str | None, Field(description="`cursor` of the next page; null on the last one.")] = None


def group(noun: str) -> APIRouter:
    """A router for all that is done with one noun."""
    return APIRouter(prefix=f"/api/v1/{noun}", tags=[noun])


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems an address may tell, declared; 401, 403 and 422 are there for each."""
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    every = sorted({401, 403, 422, *statuses})
    return {status: {"description": _MEANINGS[status], "content": content} for status in every}


def paged(
    fetch: Callable[[int | None, int], Sequence[Found]],
    cursor: str | None,
    limit: int,
    key: Callable[[Found], int],
) -> tuple[Sequence[Found], str | None]:
    """A page of a list and where the next one begins.

    Args:
        fetch: gives at most so many rows (second argument) below a row number (first; None for the newest).
        cursor: `next` of the page before.
        limit: rows of a page, at most.
        key: the number of a row.
    """
    rows = fetch(None if cursor is None else int(cursor), limit + 1)
    return rows[:limit], str(key(rows[limit - 1])) if len(rows) > limit else None


def below(rows: Sequence[Found], key: Callable[[Found], int], before: int | None, limit: int) -> Sequence[Found]:
    """Of a list that is short and read whole: at most so many rows below a number, the highest first."""
    kept = [row for row in rows if before is None or key(row) < before]
    return sorted(kept, key=key, reverse=True)[:limit]


async def known_query(request: Request) -> None:
    """Refuse parameters that an address doesn't have: a filter misspelt would otherwise give everything."""
    names = _query_names(request)
    if names is None:
        return
    errors = []
    for name, value in request.query_params.multi_items():
        if name not in names | _EVERYWHERE:
            there_are = ", ".join(sorted(names)) or "none"
            errors.append({"loc": ("query", _plain(name)[:60]), "msg": f"no such parameter; there are: {there_are}"})
        elif "\0" in value:
            errors.append({"loc": ("query", name), "msg": "a NUL character is in no value"})
    if errors:
        raise RequestValidationError(errors)


def _query_names(request: Request) -> frozenset[str] | None:
    path = getattr(request.scope.get("route"), "path_format", "")
    paths = request.app.openapi()["paths"]
    operation = (paths.get(documented(path)) or paths.get(path, {})).get(request.method.lower())
    if operation is None:
        return None
    return frozenset(one["name"] for one in operation.get("parameters", ()) if one["in"] == "query")


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
