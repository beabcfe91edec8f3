"""What every source gives: rows with their numbers, and what a first look found."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from orchestrator.intake.values import Cell

ROW_LENGTH_MAX: Final = 131_072
"""Characters of one row; a longer one is a file gone wrong, not a person."""


class Row(NamedTuple):
    """One row of a file. An empty one has no cells; an unreadable one has a problem."""

    number: int  # The physical line, or sheet row, on which it starts; the header is 1.
    cells: Sequence[Cell]
    problem: tuple[str, str] | None = None  # Code, and what to quote in its sentence.
    offset: int = 0  # About how many bytes of the file lie behind it; 0 where nobody knows.


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What a first look at a file found; kept with the import, so that it is looked at once."""

    format: str
    header: tuple[str, ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    header_row: int = 1
    sheet: str | None = None
    has_formulas: bool = False

    def as_json(self) -> dict[str, Any]:
        """Write it down."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built

    @classmethod
    def from_json(cls, written: object) -> "Survey":
        """Read it back."""
        return msgspec.convert(written, cls)


def is_empty(cells: Sequence[Cell]) -> bool:
    """Say whether a row holds nothing but space."""
    return not any(
        cell is not None and (not isinstance(cell, str) or not cell.isspace()) and cell != ""
        for cell in cells
    )
