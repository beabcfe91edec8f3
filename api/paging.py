"""Keyset pages: a list goes on after the last row seen, however many came meanwhile."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.datastructures import URL

from orchestrator.errors import Invalid

T = TypeVar("T")
PREFIX = "after:"
LIMIT_MAX = 200


class BadCursor(Invalid):
    """The cursor is not one that a page gave out."""

    code = "page.bad_cursor"


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for: at most `limit` rows after the row with this id."""

    limit: int
    after: int | None
    url: URL

    def shape(
        self, rows: Sequence[Any], out: Callable[[Any], T], *, key: str = "id"
    ) -> "PageOut[T]":
        """Shape the rows found, ordered by the attribute `key`.

        `rows` may hold one more than the limit, which says that there are more.
        """
        shown = rows[: self.limit]
        after = None
        if len(rows) > self.limit:
            after = str(self.url.include_query_params(after=write_cursor(getattr(shown[-1], key))))
        return PageOut(items=[out(row) for row in shown], next=after)


class PageOut(BaseModel, Generic[T]):
    """Part of a list, and where it goes on."""

    items: list[T]
    next: str | None = Field(description="Address of the next part; null at the end.")


def write_cursor(row_id: int) -> str:
    """Make the opaque cursor that goes on after a row."""
    return base64.urlsafe_b64encode(f"{PREFIX}{row_id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> int:
    """Read a cursor that `write_cursor` made."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        row_id = int(text.removeprefix(PREFIX))
    except (binascii.Error, UnicodeError, ValueError):
        raise BadCursor("take `after` from the `next` of a page") from None
    if not text.startswith(PREFIX) or write_cursor(row_id) != cursor or row_id >= 2**63:
        raise BadCursor("take `after` from the `next` of a page")
    return row_id


def page(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="Rows at most.")] = 50,
    after: Annotated[str | None, Query(max_length=64, description="Cursor of a page.")] = None,
) -> Page:
    """Read which part of a list is asked for."""
    relative = URL(path=request.url.path, query=request.url.query)
    return Page(limit, None if after is None else read_cursor(after), relative)


ThePage = Annotated[Page, Depends(page)]
