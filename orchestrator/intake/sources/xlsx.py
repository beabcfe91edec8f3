"""Rows of one sheet of an XLSX workbook. Formulas are never evaluated, only read as stored."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from pathlib import Path
from typing import Any, Final, TypeAlias
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812 - it is an exception

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from orchestrator.intake.refused import ImportRefused
from orchestrator.intake.sources.row import ROW_LENGTH_MAX, Row, Survey, is_empty
from orchestrator.intake.values import Cell

Cells: TypeAlias = tuple[Any, ...]
SHEET_ROWS_MAX: Final = 1_048_576
SHEET_COLUMNS_MAX: Final = 1000
BATCH_ROWS: Final = 500
MEBIBYTE: Final = 1 << 20
FORMULA: Final = re.compile(rb"[<:]f[ >]")
# Text packs into a workbook at ten or twenty to one; a bomb, at a thousand.
UNPACKED_RATIO_MAX: Final = 60
UNPACKED_FREE_BYTES: Final = 16 * MEBIBYTE
# Everything but sheets is read into memory as a whole.
SHARED_BYTES_MAX: Final = 48 * MEBIBYTE
BROKEN: Final = (
    *(BadZipFile, ZlibError, ParseError, ExpatError, InvalidFileException, EOFError),
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, NotImplementedError, OSError),
)


def survey(path: Path, *, sheet: str | None, encoding: str | None) -> Survey:
    """Check that the workbook can be read in bounded memory, and find its header."""
    del encoding
    with _readable():
        _check_size(path)
        formulas = _check_parts(path)
        with _opened(path, values=True) as book:
            if sheet is not None and sheet not in book.sheetnames:
                raise ImportRefused("sheet_missing", sheet=sheet)
            if not book.worksheets:
                raise ImportRefused("empty")
            chosen = sheet or book.worksheets[0].title
        for number, cells in _values(path, chosen, values=True):
            row = [_value(cell) for cell in cells]
            if is_empty(row):
                continue
            titles = ["" if title is None else str(title).strip() for title in row]
            while not titles[-1]:
                titles.pop()
            if any("\0" in title for title in titles):
                raise ImportRefused("not_text")
            return Survey(
                format="xlsx",
                header=tuple(titles),
                header_row=number,
                sheet=chosen,
                has_formulas=formulas,
            )
    raise ImportRefused("empty")


def rows(path: Path, survey: Survey) -> Iterator[Row]:
    """Give the rows below the header; one with a formula that has no stored value is unreadable."""
    sheet = survey.sheet or ""
    with _readable():
        width = len(survey.header)
        stored = _values(path, sheet, values=True)
        written = _values(path, sheet, values=False) if survey.has_formulas else None
        for number, cells in stored:
            formulas = next(written)[1] if written else ()
            if number <= survey.header_row:
                continue
            yield _row(number, cells, formulas, width)


def _row(
    number: int,
    cells: Cells,
    formulas: Cells,
    width: int,
) -> Row:
    row = [_value(cell) for cell in cells]
    for index, formula in enumerate(formulas):
        if index < len(row) and formula.data_type == "f" and row[index] in (None, ""):
            row[index] = str(formula.value)
            return Row(number, row, ("formula", str(formula.value)))
    if any("\0" in cell for cell in row if isinstance(cell, str)):
        return Row(number, row, ("nul_byte", ""))
    if is_empty(row):
        return Row(number, ())
    if len(row) > width and not is_empty(row[width:]):
        return Row(number, row[: width + 5], ("bad_row", f"{len(row)} > {width}"))
    if sum(len(cell) for cell in row if isinstance(cell, str)) > ROW_LENGTH_MAX:
        raise ImportRefused("row_too_long", row=number, limit=ROW_LENGTH_MAX)
    return Row(number, row)


def _value(cell: Any) -> Cell:  # noqa: ANN401 - read-only cells are typed as others
    value = cell.value
    if value is None or isinstance(value, str | int | float | date | time):
        return value
    return str(value)


def _values(path: Path, sheet: str, *, values: bool) -> Iterator[tuple[int, Cells]]:
    """Stream the rows of a sheet with their numbers, `values` as stored or formulas as written."""
    with _opened(path, values=values) as book:
        chosen = book[sheet]
        # The stated dimensions may lie, and would pad every row to their width.
        chosen.reset_dimensions()
        stream = enumerate(chosen.iter_rows(), start=1)
        while True:
            batch = []
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for number, cells in stream:
                    if number > SHEET_ROWS_MAX:
                        raise ImportRefused("sheet_too_long")
                    if len(cells) > SHEET_COLUMNS_MAX:
                        raise ImportRefused("too_many_columns", limit=SHEET_COLUMNS_MAX)
                    batch.append((number, cells))
                    if len(batch) == BATCH_ROWS:
                        break
            yield from batch
            if len(batch) < BATCH_ROWS:
                return


@contextmanager
def _opened(path: Path, *, values: bool) -> Iterator[Workbook]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(path, read_only=True, data_only=values, keep_links=False)
    try:
        yield book
    finally:
        book.close()


@contextmanager
def _readable() -> Iterator[None]:
    """Turn whatever a broken workbook breaks into one refusal."""
    try:
        yield
    except BROKEN:
        raise ImportRefused("not_xlsx") from None


def _check_size(path: Path) -> None:
    """Refuse a bomb before a byte of it is unpacked: zip declares sizes and is held to them."""
    with ZipFile(path) as archive:
        members = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            raise ImportRefused("not_xlsx")
    unpacked = sum(member.file_size for member in members)
    if unpacked > UNPACKED_FREE_BYTES + UNPACKED_RATIO_MAX * path.stat().st_size:
        raise ImportRefused("unpacks_too_big")
    if sum(member.file_size for member in members if not _is_sheet(member)) > SHARED_BYTES_MAX:
        raise ImportRefused("unpacks_too_big")


def _is_sheet(member: ZipInfo) -> bool:
    return member.filename.startswith("xl/worksheets/")


def _check_parts(path: Path) -> bool:
    """Read every part to its end: whole, well-formed, nothing defined; say if formulas occur."""
    found = False
    with ZipFile(path) as archive:
        for member in archive.infolist():
            parser = ParserCreate()
            parser.StartDoctypeDeclHandler = _refuse_definitions
            is_xml = member.filename.endswith((".xml", ".rels"))
            with archive.open(member) as stream:
                tail = b""
                while chunk := stream.read(MEBIBYTE):
                    if is_xml:
                        parser.Parse(chunk)
                    if _is_sheet(member):
                        found = found or FORMULA.search(tail + chunk) is not None
                        tail = chunk[-4:]
            if is_xml:
                parser.Parse(b"", True)  # noqa: FBT003 - the last piece
    return found


def _refuse_definitions(*_: object) -> None:
    """Refuse a part that defines entities of its own; no spreadsheet program does."""
    raise ImportRefused("not_xlsx")
