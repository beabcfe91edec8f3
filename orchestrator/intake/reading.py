"""Read a file into rows that mean something: everything an import does before the database."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from orchestrator.intake import columns as column_finder
from orchestrator.intake import options as option_reader
from orchestrator.intake import sources, values
from orchestrator.intake.columns import Columns, Kind
from orchestrator.intake.contacts import ContactReader, DoNotCallRow, TouchRow
from orchestrator.intake.leads import LeadReader, LeadRow
from orchestrator.intake.options import Options
from orchestrator.intake.refused import Rejection, Unreadable
from orchestrator.intake.sources import Row, Survey
from orchestrator.intake.values import Cell


@dataclass(frozen=True, slots=True)
class ListedRow:
    """Numbers that a register lists."""

    row: int
    e164: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmptyRow:
    """A line that says nothing; counted, so that every line is accounted for."""

    row: int


Reading: TypeAlias = LeadRow | TouchRow | DoNotCallRow | ListedRow | Rejection | EmptyRow


@dataclass(slots=True)
class Reached:
    """How far into a file its reader is, for whoever shows progress."""

    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was looked at whole and can be imported."""

    path: Path
    kind: Kind
    options: Options
    survey: Survey
    columns: Columns
    region: str  # The country of numbers written without one.
    company: str  # Whose calls these are: no name of a person.

    def rows(
        self, *, now: datetime, after: int = 0, reached: Reached | None = None
    ) -> Iterator[Reading]:
        """Read every row below `after`, in order; each becomes something or is rejected."""
        read = self._reader(now)
        reached = reached or Reached()
        for row in sources.rows(self.path, self.survey):
            if row.number > after:
                reached.bytes = row.offset or reached.bytes
                yield self._read(row, read)

    def _read(self, row: Row, read: Callable[[int, Sequence[Cell]], Reading]) -> Reading:
        if row.problem is not None:
            code, value = row.problem
            return Rejection(row.number, "", code, value, _raw(row))
        if not row.cells:
            return EmptyRow(row.number)
        missing = len(self.survey.header) - len(row.cells)
        cells = [*row.cells, *[None] * missing] if missing > 0 else row.cells
        try:
            return read(row.number, cells)
        except Unreadable as unreadable:
            return Rejection(
                row.number, unreadable.field, unreadable.code, unreadable.value, _raw(row)
            )

    def _reader(self, now: datetime) -> Callable[[int, Sequence[Cell]], Reading]:
        if self.kind is Kind.LEADS:
            return LeadReader(
                self.columns, self.options, region=self.region, company=self.company, now=now
            ).read
        contacts = ContactReader(self.columns, self.options, region=self.region, now=now)
        if self.kind is Kind.HISTORY:
            return contacts.touch
        if self.kind is Kind.DO_NOT_CALL:
            return contacts.do_not_call
        return lambda row, cells: ListedRow(
            row, tuple(number.e164 for number in contacts.who(row, cells).numbers)
        )


def open_file(
    path: Path,
    *,
    filename: str,
    kind: Kind,
    written: object,
    region: str,
    company: str = "",
    seen: Survey | None = None,
) -> Opened:
    """Look at a file and find its columns; raises ImportRefused when it cannot be imported.

    `written` are the importer's options, `seen` is an earlier look at the same file, and
    `region` is the country of numbers written without one, unless the options name another.
    """
    options = option_reader.read(written, kind=kind)
    survey = seen or sources.survey(
        path, filename=filename, sheet=options.sheet, encoding=options.encoding
    )
    columns = column_finder.find(survey.header, kind=kind, mapping=options.mapping)
    return Opened(path, kind, options, survey, columns, options.default_region or region, company)


def _raw(row: Row) -> tuple[str, ...]:
    """Keep a row as it stood; what a database cannot hold is shown, not dropped."""
    return tuple(_storable(values.written(cell)) for cell in row.cells)


def _storable(words: str) -> str:
    shown = words.replace("\0", "\u2400")
    return shown.encode("utf-8", "replace").decode("utf-8")
