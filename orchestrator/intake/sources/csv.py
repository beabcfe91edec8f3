"""Rows of delimited text: comma, semicolon or tab, cells in quotes over several lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final

from orchestrator.intake.columns import COLUMNS_MAX
from orchestrator.intake.refused import ImportRefused
from orchestrator.intake.sources import encoding as encodings
from orchestrator.intake.sources.row import ROW_LENGTH_MAX, Row, Survey, is_empty

DELIMITERS: Final = (";", "\t", ",")
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def survey(path: Path, *, sheet: str | None, encoding: str | None) -> Survey:
    """Find encoding, delimiter and header, and read the file to its end once."""
    del sheet
    found = encodings.detect(path, declared=encoding)
    with path.open("rb") as file, _decoded(file, found) as stream:
        first = _first_record(stream)
    delimiter = _declared(first) or _delimiter(first)
    header: tuple[str, ...] | None = None
    header_row = 1
    for row in _records(path, found, delimiter):
        if header is None:
            if not row.cells or (row.number == 1 and row.cells[0] == "sep="):
                continue
            header, header_row = _header(row), row.number
    if header is None:
        raise ImportRefused("empty")
    return Survey(
        format="csv", header=header, encoding=found, delimiter=delimiter, header_row=header_row
    )


def rows(path: Path, survey: Survey) -> Iterator[Row]:
    """Give the rows below the header."""
    width = len(survey.header)
    for row in _records(path, survey.encoding, survey.delimiter):
        if row.number <= survey.header_row:
            continue
        if len(row.cells) > width and not is_empty(row.cells[width:]):
            problem = ("bad_row", f"{len(row.cells)} > {width}")
            yield Row(row.number, row.cells[:COLUMNS_MAX], problem)
        else:
            yield row


class Lines:
    """Physical lines of one file, none longer than a row may be, with the count of them."""

    def __init__(self, stream: TextIOWrapper) -> None:
        self._stream = stream
        self.number = 0
        self.first = 1
        self.pending: list[str] = []
        self._length = 0

    def begin(self) -> None:
        """Start the next record."""
        self.first = self.number + 1
        self.pending.clear()
        self._length = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(ROW_LENGTH_MAX + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._length += len(line)
        if len(line) > ROW_LENGTH_MAX:
            raise ImportRefused("row_too_long", row=self.number, limit=ROW_LENGTH_MAX)
        if self._length > ROW_LENGTH_MAX:
            raise ImportRefused("quote_unclosed", row=self.first)
        self.pending.append(line)
        return line


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    with path.open("rb") as file, _decoded(file, encoding) as stream:
        lines = Lines(stream)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "end of data" in str(error):
                    raise ImportRefused("quote_unclosed", row=lines.first) from None
                yield Row(lines.first, _raw(lines), ("bad_row", "quotes"))
                continue
            problem = ("nul_byte", "") if any("\0" in line for line in lines.pending) else None
            if problem is None and is_empty(cells):
                cells = []
            yield Row(lines.first, cells, problem, file.tell())


def _raw(lines: Lines) -> list[str]:
    return ["".join(lines.pending).rstrip("\r\n")]


def _decoded(file: BinaryIO, encoding: str) -> TextIOWrapper:
    return TextIOWrapper(file, encoding=encoding, newline="")


def _first_record(stream: TextIOWrapper) -> str:
    """Read the header whole, over several lines if its quotes say so, within a row's length."""
    record = ""
    while line := stream.readline(ROW_LENGTH_MAX + 1):
        record += line
        if len(record) > ROW_LENGTH_MAX:
            raise ImportRefused("row_too_long", row=1, limit=ROW_LENGTH_MAX)
        if record.strip() and record.count('"') % 2 == 0:
            break
    return record


def _declared(line: str) -> str | None:
    """Read Excel's own first line, `sep=;`."""
    match = re.match(r"\W*sep=([;,\t])", line)
    return match[1] if match else None


def _delimiter(line: str) -> str:
    """Take the sign that parts the header most often, outside quotes."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=bare.count)


def _header(row: Row) -> tuple[str, ...]:
    titles = tuple(str(cell).strip() for cell in row.cells)
    if row.problem is not None and row.problem[0] == "bad_row":
        raise ImportRefused("header_unreadable", row=row.number)
    if any(CONTROL.search(title) for title in titles):
        raise ImportRefused("not_text")
    while titles and not titles[-1]:
        titles = titles[:-1]
    return titles
