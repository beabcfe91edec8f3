"""Rows of JSON objects, one a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from orchestrator.intake.columns import COLUMNS_MAX
from orchestrator.intake.refused import ImportRefused
from orchestrator.intake.sources.row import ROW_LENGTH_MAX, Row, Survey
from orchestrator.intake.values import Cell

SCALAR = str | int | float | bool | None
OBJECT = msgspec.json.Decoder(dict[str, SCALAR | list[SCALAR]])


def survey(path: Path, *, sheet: str | None, encoding: str | None) -> Survey:
    """Collect the keys of all objects, as the header; reads the file to its end once."""
    del sheet, encoding
    keys: dict[str, None] = {}
    is_blank = True
    for _, line in _lines(path):
        found = _object(line)
        is_blank = is_blank and found == "empty"
        if isinstance(found, dict):
            keys.update(dict.fromkeys(found))
            if len(keys) > COLUMNS_MAX:
                raise ImportRefused("too_many_columns", limit=COLUMNS_MAX)
    if any("\0" in key for key in keys):
        raise ImportRefused("not_text")
    if not keys:
        raise ImportRefused("empty" if is_blank else "format_unknown")
    return Survey(format="ndjson", header=tuple(keys), header_row=0)


def rows(path: Path, survey: Survey) -> Iterator[Row]:
    """Give every object as the cells of the header's keys."""
    offset = 0
    for number, line in _lines(path):
        offset += len(line)
        if not line.strip():
            yield Row(number, ())
            continue
        found = _object(line)
        if isinstance(found, str):
            yield Row(number, [line.decode("utf-8", "replace")], ("bad_row", found))
            continue
        cells: list[Cell] = [found.get(key) for key in survey.header]
        has_nul = b"\\u0000" in line and "\0" in str(cells)
        yield Row(number, cells, ("nul_byte", "") if has_nul else None, offset)


def _object(line: bytes) -> dict[str, SCALAR | list[SCALAR]] | str:
    """Decode one line, or say in a word what is wrong with it."""
    if not line.strip():
        return "empty"
    try:
        return OBJECT.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return "not a flat object" if isinstance(error, msgspec.ValidationError) else "not JSON"


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(ROW_LENGTH_MAX + 1):
            number += 1
            if len(line) > ROW_LENGTH_MAX:
                raise ImportRefused("row_too_long", row=number, limit=ROW_LENGTH_MAX)
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
