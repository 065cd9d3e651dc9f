"""Lists: filters and place stand in the address, so that a view can be sent to a colleague; one page of rows at a time.

Rows come newest first. The place is the row the page begins below, not a number of pages: rows that are added meanwhile
move nothing, and no total is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Query, Request
from pydantic import BeforeValidator, Field

from assistant.web.context import visit

Row = TypeVar("Row")
Place = TypeVar("Place")
PAGE_SIZES = (25, 50, 100)
_CHUNK = 1000  # rows read at a time for a file
_LONGEST = 300


def _empty_is_none(value: object) -> object:
    return None if value in {"", None} else value


Text = Annotated[str, Query(max_length=_LONGEST)]
"""A filter; a form sends it empty where nothing was chosen."""

_Row = Annotated[int, Field(ge=1, le=2**62)]
_Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

Before = Annotated[_Row | None, BeforeValidator(_empty_is_none), Query()]
"""The row a page begins below."""

Share = Annotated[_Probability | None, BeforeValidator(_empty_is_none), Query()]
"""A filter by a probability; empty for none."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """One page of a list.

    Args:
        path: of the page.
        filters: those that are set.
        rows: at most a page of them.
        older: the address of the next page, empty on the last one.
        newest: the address of the first page, empty on it.
    """

    path: str
    filters: Mapping[str, str]
    rows: Sequence[Row]
    older: str
    newest: str

    def file(self, ending: str) -> str:
        """The address of the same list as a file, `csv` or `xlsx`."""
        return address(f"{self.path}.{ending}", self.filters)

    @property
    def query(self) -> str:
        """The filters as they stand in an address, with their question mark; empty without any."""
        return address("", self.filters)


def listing(
    request: Request,
    path: str,
    filters: Mapping[str, object],
    fetch: Callable[[Place, int], Sequence[Row]],
    *,
    place: Place,
    key: Callable[[Row], object],
    parameter: str = "before",
) -> Listing[Row]:
    """One page of a list.

    Args:
        request: whose asker's preference says how many rows a page has.
        path: of the list.
        filters: by their names in the address; empty ones are left out.
        fetch: gives at most so many rows (second argument) below a place (first), newest first.
        place: the row to begin below, None for the newest.
        key: the place of a row, as it stands in the address.
        parameter: the name it stands under.
    """
    size = page_size(request)
    rows = fetch(place, size + 1)
    chosen = {name: str(value) for name, value in filters.items() if value not in {"", None}}
    older = address(path, {**chosen, parameter: key(rows[size - 1])}) if len(rows) > size else ""
    return Listing(path, chosen, rows[:size], older, "" if place is None else address(path, chosen))


def everything(fetch: Callable[[Place | None, int], Sequence[Row]], key: Callable[[Row], Place]) -> Iterator[Row]:
    """All rows of a list, for a file; read in parts, so that a long one needs no memory."""
    place: Place | None = None
    while rows := fetch(place, _CHUNK):
        yield from rows
        place = key(rows[-1])


def page_size(request: Request) -> int:
    """Rows on a page, as whoever asks prefers."""
    chosen = visit(request).preferences.get("page_size", 50)
    return chosen if chosen in PAGE_SIZES else 50


def address(path: str, values: Mapping[str, object]) -> str:
    """A path with a query of all values that aren't empty."""
    query = urlencode({name: value for name, value in values.items() if value not in {"", None}})
    return f"{path}?{query}" if query else path
